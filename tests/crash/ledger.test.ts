import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeEngines, temporaryFolder } from '../../src/testing/index.ts';
import { seeded } from './journal.ts';
import { draftOf, openLedger } from './ledger-rooms.ts';

const rounds = Number(process.env.MYCO_CRASH_ROUNDS ?? (process.env.CI === 'true' ? 20 : 3));
const perRound = 1_000_000;
const acknowledgedMin = 10;
const turnMs = 20;

interface Line {
  readonly number: number;
  readonly seq?: number;
  readonly hash?: string;
}

/** A last line that the kill cut short says nothing. */
function linesOf(file: string): Line[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Line);
}

const acknowledgedIn = (file: string) => linesOf(file).filter(({ seq }) => seq !== undefined);

async function killed(args: readonly string[], journal: string, workMs: number): Promise<void> {
  const file = new URL('./ledger-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), gone]);
  await new Promise((resolve) => setTimeout(resolve, workMs));
  while (child.exitCode === null && acknowledgedIn(journal).length < acknowledgedMin)
    await new Promise((resolve) => setTimeout(resolve, turnMs));
  expect(errors).toBe('');
  expect(child.exitCode).toBeNull();
  child.kill('SIGKILL');
  await gone;
}

describeEngines('the ledger of a process that is killed', (engine) => {
  const count = engine.name === 'sqlite' ? rounds : Math.ceil(rounds / 3);
  test(`${count} rounds: what was acknowledged is sealed once, what is asked for again is answered, the chain is whole`, {
    timeout: 60_000 + count * 30_000,
  }, async () => {
    const folder = temporaryFolder();
    const dir = join(folder, 'data');
    const url = await engine.database();
    const random = seeded(7);
    const sealed = new Map<number, string>();
    for (let round = 1; round <= count; round++) {
      const journal = join(folder, `journal-${round}`);
      await killed([dir, url, journal, String(round * perRound)], journal, random(400));
      const { database, ledger } = await openLedger(dir, url);
      try {
        for (const { number, seq, hash } of acknowledgedIn(journal)) {
          const entry = await ledger.entry(seq ?? 0);
          expect({ number, hash: entry?.hash, key: entry?.key }).toEqual({ number, hash, key: `k${number}` });
        }
        // Whoever heard no answer asks again: nothing is lost, nothing is there twice.
        for (const { number } of linesOf(journal)) {
          const [entry, company] =
            number % 5 === 0
              ? [await ledger.depositCoins({ member: 1 + (number % 7), coins: 3, key: `k${number}` })]
              : await ledger.append([draftOf(number), draftOf(number, 'with')]);
          sealed.set(number, `${entry?.hash} ${company?.hash}`);
        }
        const coins = [...sealed.keys()].filter((number) => number % 5 === 0).length;
        const { entries, faults } = await ledger.verify();
        expect({ round, entries, faults }).toEqual({ round, entries: 2 * sealed.size - coins, faults: [] });
        expect(await ledger.balance('mycoin:issued', 'MYC')).toBe(3 * coins);
      } finally {
        await database.close();
      }
    }
    expect(sealed.size).toBeGreaterThanOrEqual(count * acknowledgedMin);
  });
});
