/**
 * `npm run bench -- coop members [MEMBERS]`: what a month's close, a proof, a payment run and the register as of a day take with so
 * many members (default 40,000), each with a share and coins. Nothing stands beside it: no other program does the same.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fakeClock } from '../../../src/base/index.ts';
import { bankStatement } from '../../../src/cli/index.ts';
import { type Actor, type Coop, openCoop, type PersonDetails, rulesOf } from '../../../src/coop/index.ts';
import { creditorReference, readIban } from '../../../src/formats/iban/index.ts';
import { modules } from '../../../src/modules.ts';
import { loadCountry } from '../../../src/settings/index.ts';
import { openDatabase, openLocalBlobs } from '../../../src/storage/index.ts';

const atOnce = 500;
const month = '2026-03';
const iban = readIban('FR14 2004 1010 0505 0001 3M02 606');
const by: Actor = { account: 1, member: 0, roles: ['board', 'treasurer'], via: 'cli' };

async function forAll(count: number, work: (number: number) => Promise<unknown>): Promise<void> {
  let next = 1;
  const loop = async () => {
    for (let number = next++; number <= count; number = next++) await work(number);
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
}

async function becomeMember({ persons, register }: Coop, at: number): Promise<number> {
  const details: PersonDetails = {
    ...{
      kind: 'natural',
      name: `Member ${at}`,
      holder: `Member ${at}`,
      address: '1 rue Haute',
      country: 'FR',
    },
    ...{ birth: '1980-02-29', iban: 'FR14 2004 1010 0505 0001 3M02 606' },
  };
  const { number } = await persons.add(by, { details, key: `person:${at}` });
  const asked = { person: number, shares: 1 + (at % 9), on: '2026-03-01', key: `apply:${at}` };
  const { id, due } = await register.apply(by, asked);
  const decided = { application: id, isAdmitted: true, decision: 'board:1', on: '2026-03-10' };
  await register.decide(by, { ...decided, key: `decide:${at}` });
  await register.receive(by, id, { amount: due, on: '2026-03-20', from: 'bank:main', key: `paid:${at}` });
  return number;
}

/** A survey is sold for `net` and paid. */
async function sell({ parties, bank }: Coop, net: number): Promise<void> {
  const details = {
    ...{ kind: 'brand' as const, name: 'Brand', address: ['1 rue Basse'], country: 'FR', vatNumber: '' },
    tax: 'standard' as const,
  };
  const { id } = await parties.add(by, { details, key: 'party' });
  const lines = [{ text: 'Survey', quantity: 1, price: net }];
  const issued = await parties.invoice(by, {
    party: id,
    lines,
    due: '2026-04-20',
    key: 'sold',
  });
  const invoice = await parties.invoiceById(issued.id);
  if (invoice === null) throw new Error('the invoice is not there');
  const remittance = creditorReference(invoice.reference);
  const paid = { day: '2026-03-20', name: 'Brand', iban, reference: 'paid', remittance };
  const entries = [{ ...paid, amount: invoice.gross }];
  const text = bankStatement({ id: 'S1', iban, currency: 'EUR', opening: 0, entries });
  async function* body() {
    yield Buffer.from(text);
  }
  const { matched } = await bank.import(by, { body: body(), key: 'statement' });
  if (matched !== 1) throw new Error('the invoice is not paid');
}

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const answer = await work();
  console.log(`${name.padEnd(44)} ${(performance.now() - from).toFixed(1).padStart(10)} ms`);
  return answer;
}

async function median(
  name: string,
  rounds: number,
  work: (round: number) => Promise<unknown>,
): Promise<void> {
  const took: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    await work(round);
    took.push(performance.now() - from);
  }
  took.sort((a, b) => a - b);
  const [middle, worst] = [took[rounds >> 1] ?? 0, took.at(-1) ?? 0];
  console.log(`${name.padEnd(44)} ${middle.toFixed(1).padStart(10)} ms   at most ${worst.toFixed(1)}`);
}

/** Everybody's holding at the end of a day, page by page. */
async function holdings(coop: Coop, on: string): Promise<number> {
  let count = 0;
  for (let after = 0; ; ) {
    const page = await coop.register.holdings(on, after);
    const last = page.at(-1);
    if (last === undefined) return count;
    count += page.length;
    after = last.person;
  }
}

export async function members(count: number): Promise<void> {
  const dir = mkdtempSync(join(process.cwd(), '.bench-'));
  const clock = fakeClock(Date.UTC(2026, 2, 20));
  const workerUrl = new URL('../../../src/worker.ts', import.meta.url);
  const database = await openDatabase({ modules, dir, database: 'sqlite', workerUrl });
  const blobs = openLocalBlobs({ folder: join(dir, 'blobs'), database });
  const coop = openCoop({
    ...{ database, blobs, clock, rules: rulesOf(loadCountry({ country: 'fr.yaml', rules: {} })) },
    ...{ coop: 'bench.example', name: 'Bench', banks: [{ name: 'main', iban, bic: null }] },
    transfers: { perFile: 100_000, isBatch: true },
    ...{ languages: ['en'], mail: async () => {} },
    secret: async () => Buffer.alloc(32).toString('base64'),
    legal: { name: 'Bench', address: ['1 rue Haute'], registration: '', vatNumber: '' },
  });
  try {
    await timed(`${count} members join`, () => forAll(count, (at) => becomeMember(coop, at)));
    await timed('coins are deposited', () =>
      forAll(count, (member) =>
        coop.ledger.depositCoins({ member, coins: 1 + (member % 200), key: `c:${member}` }),
      ),
    );
    await sell(coop, 10_000 * count);
    clock.advance(30 * 86_400_000);
    await timed('the month is closed', () => coop.payouts.closeMonth(by, { month, key: 'close' }));
    await median('a proof', 50, (at) => coop.payouts.proof(month, 1 + at * Math.floor(count / 50)));
    await median('the totals of the register as of a day', 20, () => coop.register.totals('2026-03-25'));
    await median('what one member held at a day', 50, (at) => coop.register.holding(1 + at, '2026-03-25'));
    await median('the register as of a day, all of it', 5, () => holdings(coop, '2026-03-25'));
    await timed('a payment run is prepared', () =>
      coop.payouts.prepare(by, { purpose: 'month', about: month, key: 'run' }),
    );
  } finally {
    await blobs.close();
    await database.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
