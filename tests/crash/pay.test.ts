/** A process that is killed between what it says in the ledger and what it hands over has done the whole of it or nothing. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Coop } from '../../src/coop/index.ts';
import { describeEngines, temporaryFolder } from '../../src/testing/index.ts';
import { seeded } from './journal.ts';
import {
  fileHash,
  monthOf,
  openPay,
  type PayRooms,
  statementLines,
  statementSum,
  type Work,
  works,
} from './pay-rooms.ts';

const rounds = Number(process.env.MYCO_CRASH_ROUNDS ?? (process.env.CI === 'true' ? 8 : 2));
/** How long after the process said what it is about to do it may be ended. */
const afterMsMax = 60;

/** A last line that the kill cut short says nothing. */
function acknowledgedIn(file: string): { readonly n: number; readonly outcome: string }[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as { readonly n: number; readonly outcome: string });
}

/** Ends the child `afterMs` after it is about to do its `steps`-th piece of work. */
async function killed(args: readonly string[], steps: number, afterMs: number): Promise<void> {
  const file = new URL('./pay-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  let told = 0;
  const reached = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString().split('\n').length - 1;
      if (told >= steps) resolve();
    });
  });
  await Promise.race([reached, gone]);
  expect({ errors, code: child.exitCode }).toEqual({ errors: '', code: null });
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await gone;
}

async function countWaiting({ bank }: Coop): Promise<number> {
  let count = 0;
  for (let after = 0; ; ) {
    const page = await bank.waiting({ after });
    const last = page.at(-1);
    if (last === undefined) return count;
    count += page.length;
    after = last.id;
  }
}

/** What must hold of the work that was under way, before anybody asks for it again: all of it is there, or nothing. */
const wholeOrNot: Readonly<Record<Work, (rooms: PayRooms, n: number) => Promise<void>>> = {
  async payOut(rooms, n) {
    const { payouts, ledger } = rooms.coop;
    const run = (await payouts.runs())[0];
    if (run === undefined) return;
    const transit = await ledger.balance(`transit:run-${run.id}`, 'EUR');
    expect({ n, transit }).toEqual({ n, transit: run.hash === '' ? 0 : -run.total });
    if (run.hash !== '') expect(await fileHash(rooms, run.id)).toBe(run.hash);
  },
  async readStatement({ coop }, n) {
    const known = (await coop.bank.statements({ max: 1_000 })).length;
    expect([n - 1, n]).toContain(known);
    expect(await coop.ledger.balance('bank:main', 'EUR')).toBe(known * statementSum);
    expect(await coop.ledger.balance('clearing:unmatched', 'EUR')).toBe(0 - known * statementSum);
    expect(await countWaiting(coop)).toBe(known * statementLines);
  },
  async shareOut({ coop }, n) {
    const month = await coop.payouts.month(monthOf(n));
    const shares = await coop.payouts.shares(monthOf(n));
    const entry = await coop.ledger.entry(month?.entry ?? 0);
    expect(shares.reduce((sum, { paid }) => sum + paid, 0)).toBe(month?.paid ?? 0);
    expect(month?.received ?? 0).toBe(month === null ? 0 : 100_000 + n);
    expect(entry?.key ?? '').toBe(month === null ? '' : `payout:${monthOf(n)}`);
    // Their coins may not be there yet where the month is not.
    expect([0, month === null ? -60 : 0]).toContain(await coop.ledger.balance('coins:60', 'MYC'));
  },
};

describeEngines('the money of a process that is killed', (engine) => {
  const count = engine.name === 'sqlite' ? rounds : Math.ceil(rounds / 2);
  test.each<[string, Work]>([
    ['a file for the bank, with its entry', 'payOut'],
    ['a statement of the bank', 'readStatement'],
    ['a month that is shared out', 'shareOut'],
  ])('%s is there whole or not at all, and once', { timeout: 60_000 + count * 60_000 }, async (_, work) => {
    const folder = temporaryFolder();
    const dir = join(folder, 'data');
    const url = await engine.database();
    const random = seeded(11);
    const outcomes: string[] = [];
    for (let round = 1; round <= count; round++) {
      const journal = join(folder, `journal-${round}`);
      const first = outcomes.length + 1;
      await killed([dir, url, journal, work, String(first)], 1 + random(3), random(afterMsMax));
      for (const { n, outcome } of acknowledgedIn(journal)) outcomes[n - 1] = outcome;
      const underWay = outcomes.length + 1;
      const rooms = await openPay(dir, url);
      try {
        await wholeOrNot[work](rooms, underWay);
        expect(await rooms.faults()).toEqual([]);
        // Whoever heard no answer asks again, and so may who heard one.
        for (let n = first; n <= underWay; n++) {
          const again = await works[work](rooms, n, () => undefined);
          expect({ n, outcome: outcomes[n - 1] ?? again }).toEqual({ n, outcome: again });
          outcomes[n - 1] = again;
        }
        expect(await rooms.faults()).toEqual([]);
        expect((await rooms.coop.ledger.verify()).faults).toEqual([]);
      } finally {
        await rooms.close();
      }
    }
    expect(outcomes.length).toBeGreaterThanOrEqual(count);
    expect(new Set(outcomes).size).toBe(outcomes.length);
  });
});
