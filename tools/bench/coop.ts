/**
 * `npm run bench -- coop [SECONDS] [ENTRIES]`: durable entries per second that the ledger seals at 1, 20 and 100 producers, and
 * in batches, beside the disk's own rate of syncs; then how long `ledger verify` and a checkpoint take over so many entries
 * (default 1,000,000). Rounds are interleaved, medians shown: the ratios count, not the numbers.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/base/index.ts';
import { chart, type Draft, Ledger } from '../../src/coop/index.ts';
import { modules } from '../../src/modules.ts';
import { openDatabase } from '../../src/storage/index.ts';
import { members } from './coop/members.ts';

const roundsCount = 3;
const membersCount = 40_000;
const batchEntries = 500;

let made = 0;
/** A share of somebody, as they are sealed most: two postings. */
function nextDraft(): Draft {
  const number = ++made;
  const account = `capital:${1 + (number % membersCount)}`;
  return {
    ...{ key: `bench:${number}`, date: '2026-03-31', kind: 'share.subscription', memo: '' },
    postings: [
      { account: 'bank:main', asset: 'EUR', amount: 1000 },
      { account, asset: 'EUR', amount: -1000 },
    ],
  };
}

/** How often `work` ended per second, times what each did. */
async function rate(
  ms: number,
  producers: number,
  each: number,
  work: () => Promise<unknown>,
): Promise<number> {
  const from = performance.now();
  let done = 0;
  const loop = async () => {
    while (performance.now() - from < ms) {
      await work();
      done += each;
    }
  };
  await Promise.all(Array.from({ length: producers }, loop));
  return (done * 1000) / (performance.now() - from);
}

async function syncs(dir: string, ms: number): Promise<number> {
  const file = await open(join(dir, 'syncs'), 'a');
  const page = Buffer.alloc(4096);
  try {
    return await rate(ms, 1, 1, async () => {
      await file.write(page);
      await file.datasync();
    });
  } finally {
    await file.close();
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
const shown = (number: number) => Math.round(number).toLocaleString('en').padStart(9);

async function appends(dir: string, ledger: Ledger, ms: number): Promise<void> {
  const one = (producers: number) => () => rate(ms, producers, 1, () => ledger.append([nextDraft()]));
  const batch = () => ledger.append(Array.from({ length: batchEntries }, nextDraft));
  const rows: readonly [string, () => Promise<number>][] = [
    ['the disk: 4 KiB and a sync', () => syncs(dir, ms)],
    ['entries, 1 producer', one(1)],
    ['entries, 20 producers', one(20)],
    ['entries, 100 producers', one(100)],
    ['entries, 1,000 producers', one(1000)],
    [`entries, ${batchEntries} at once`, () => rate(ms, 2, batchEntries, batch)],
  ];
  const found = rows.map(() => [] as number[]);
  for (let round = 0; round < roundsCount; round++)
    for (const [at, [, work]] of rows.entries()) found[at]?.push(await work());
  const disk = median(found[0] ?? []);
  for (const [at, [name]] of rows.entries()) {
    const each = median(found[at] ?? []);
    console.log(`${name.padEnd(30)} ${shown(each)} /s   ${(each / disk).toFixed(2)} of the disk's syncs`);
  }
}

async function timed(name: string, work: () => Promise<unknown>): Promise<void> {
  const from = performance.now();
  await work();
  console.log(`${name.padEnd(30)} ${((performance.now() - from) / 1000).toFixed(1).padStart(9)} s`);
}

export async function run([seconds = '2', entries = '1000000']: readonly string[]): Promise<void> {
  if (seconds === 'members') return members(Number(entries === '1000000' ? membersCount : entries));
  const dir = mkdtempSync(join(process.cwd(), '.bench-'));
  const database = await openDatabase({
    modules,
    dir,
    database: 'sqlite',
    workerUrl: new URL('../../src/worker.ts', import.meta.url),
  });
  const rules = { chart, plan: {}, currency: 'EUR', timeZone: 'UTC' };
  const secret = async () => Buffer.alloc(32).toString('base64');
  const ledger = new Ledger({ database, clock: systemClock, coop: 'bench.example', rules, secret });
  try {
    await appends(dir, ledger, Number(seconds) * 1000);
    while (made < Number(entries)) await ledger.append(Array.from({ length: batchEntries }, nextDraft));
    const count = made.toLocaleString('en');
    await timed(`checkpoint of ${count}`, () => ledger.checkpoints.sign());
    await timed(`verify of ${count}`, async () => {
      const { faults } = await ledger.verify();
      if (faults.length > 0) throw new Error(faults.slice(0, 5).join('\n'));
    });
    await timed('trial balance as of a day', () => ledger.trialBalance('2026-03-31'));
    await timed('a receipt', () => ledger.receipt(Math.ceil(made / 2)));
  } finally {
    await database.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
