/** What the co-op's money does in more than one step, for the process that is killed and for the one that looks afterwards. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../src/base/index.ts';
import { bankStatement } from '../../src/cli/index.ts';
import type { Actor, Coop } from '../../src/coop/index.ts';
import { creditorReference } from '../../src/formats/iban/index.ts';
import { iban, openCoopRooms } from './coop-rooms.ts';

const treasurer: Actor = { account: 1, member: 0, roles: ['treasurer'], via: 'cli' };
const board: Actor = { account: 2, member: 0, roles: ['board', 'treasurer'], via: 'cli' };
const members = Array.from({ length: 60 }, (_, at) => at + 1);
/** Lines of one statement; what they come to, cents. */
export const statementLines = 150;
export const statementSum = (statementLines * (statementLines + 1)) / 2;

export interface PayRooms {
  readonly coop: Coop;
  readonly clock: Clock & { set(ms: number): void };
  faults(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const openPay = (dir: string, url: string): Promise<PayRooms> =>
  openCoopRooms(dir, url, Date.UTC(2036, 3, 2, 10));

/** Members who can be paid, and a sponsor. */
export async function found({ coop }: PayRooms): Promise<void> {
  const known = { kind: 'natural', address: '', country: 'FR', birth: '', iban, holder: '' } as const;
  const add = (at: number) =>
    coop.persons.add(board, { details: { ...known, name: `Member ${at}` }, key: `person:${at}` });
  await Promise.all(members.map(add));
  const brand = { kind: 'brand', name: 'Brand', address: ['1 rue Basse'], country: 'FR' } as const;
  await coop.parties.add(treasurer, { details: { ...brand, vatNumber: '', tax: 'standard' }, key: 'brand' });
}

async function* bytesOf(text: string) {
  yield Buffer.from(text);
}

/** The octets of a run's file, as SHA-256. */
export async function fileHash({ coop }: PayRooms, run: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of (await coop.payouts.file(treasurer, run)).content) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Owes something to everybody, and makes the file that pays it. */
async function payOut(rooms: PayRooms, n: number, about: () => void): Promise<string> {
  const { payouts, ledger } = rooms.coop;
  const postings = members.map((member) => ({ account: `member:${member}`, asset: 'EUR', amount: -100 - n }));
  const expense = { account: 'expense:mycoin', asset: 'EUR', amount: (100 + n) * members.length };
  const owed = {
    key: `owe:${n}`,
    date: '2036-04-01',
    kind: 'pay',
    memo: '',
    postings: [expense, ...postings],
  };
  await ledger.append([owed]);
  const what = { purpose: 'year', about: '2036' } as const;
  const { id: run } = await payouts.prepare(treasurer, { ...what, key: `run:${n}` });
  await payouts.approve(treasurer, { run, key: `first:${n}` });
  await payouts.approve(board, { run, key: `second:${n}` });
  about();
  const { hash } = await payouts.export(treasurer, { run, day: '2036-04-07', key: `export:${n}` });
  return `${run} ${hash} ${await fileHash(rooms, run)}`;
}

/** What a bank says on one day, in lines that nobody expects. */
async function readStatement({ coop }: PayRooms, n: number, about: () => void): Promise<string> {
  const said = { name: 'Somebody', iban, remittance: 'thanks', day: '2036-03-10' };
  const entries = Array.from({ length: statementLines }, (_, at) => ({
    ...{ ...said, reference: `${n}-${at}`, amount: at + 1 },
  }));
  const opening = statementSum * (n - 1);
  const text = bankStatement({ id: `S${n}`, iban, currency: 'EUR', opening, entries });
  about();
  const { hash, statements, queued } = await coop.bank.import(treasurer, {
    body: bytesOf(text),
    key: `S${n}`,
  });
  return `${hash} ${statements} ${queued}`;
}

export const monthOf = (n: number): string => new Date(Date.UTC(2030, n - 1)).toISOString().slice(0, 7);

/** A month in which a survey was sold and paid, and everybody had coins, is shared out. */
async function shareOut({ coop, clock }: PayRooms, n: number, about: () => void): Promise<string> {
  const month = monthOf(n);
  clock.set(Date.parse(`${month}-05T10:00:00Z`));
  const lines = [{ text: 'Survey', quantity: 1, price: 100_000 + n }];
  const sold = { party: 1, lines, due: `${month}-20`, key: `invoice:${n}` };
  const { number } = await coop.parties.invoice(treasurer, sold);
  const gross = 120_000 + n + Math.round(n / 5);
  const paid = { reference: `${n}`, amount: gross, day: `${month}-06`, name: 'Brand', iban };
  const entries = [{ ...paid, remittance: creditorReference(number.replace('-', '')) }];
  const text = bankStatement({ id: `M${n}`, iban, currency: 'EUR', opening: 0, entries });
  await coop.bank.import(treasurer, { body: bytesOf(text), key: `paid:${n}` });
  await coop.ledger.append(
    members.map((member) => ({
      ...{ key: `coins:${n}:${member}`, date: `${month}-20`, kind: 'coins.deposit', memo: '' },
      postings: [
        { account: 'mycoin:issued', asset: 'MYC', amount: member },
        { account: `coins:${member}`, asset: 'MYC', amount: -member },
      ],
    })),
  );
  clock.set(Date.parse(`${monthOf(n + 1)}-04T10:00:00Z`));
  about();
  const { root, paid: pool, entry } = await coop.payouts.closeMonth(treasurer, { month, key: `close:${n}` });
  return `${root} ${pool} ${entry}`;
}

/** Each does the n-th of its kind, whole, and answers what it came to; done again, the same. */
export const works = { payOut, readStatement, shareOut } as const;
export type Work = keyof typeof works;
