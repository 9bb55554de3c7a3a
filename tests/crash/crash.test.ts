import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import {
  describeEngines,
  makeFolder,
  missingTool,
  removeFolder,
  temporaryFolder,
} from '../../src/testing/index.ts';
import { readJournal, readJournalAt, seeded } from './journal.ts';
import { Judge } from './judge.ts';
import { openDisk, powerMissing } from './power.ts';
import { openRooms } from './rooms.ts';
import { acknowledgedMin, runRound } from './round.ts';

/** 50 with `npm run crash` and in CI, a few in a normal run. */
const rounds = Number(process.env.MYCO_CRASH_ROUNDS ?? (process.env.CI === 'true' ? 50 : 5));
const messagesPerRound = 1_000_000;
const patienceMs = 60_000 + rounds * 20_000;

describeEngines('SIGKILL at random moments', (engine) => {
  const count = engine.name === 'sqlite' ? rounds : Math.ceil(rounds / 5);
  test(`${count} rounds: nothing acknowledged is missing, UIDs are never reused, modseq never goes back, searches are exact`, {
    timeout: patienceMs,
  }, async () => {
    const folder = temporaryFolder();
    const dir = join(folder, 'data');
    const url = await engine.database();
    const judge = new Judge();
    const random = seeded(2026);
    for (let round = 1; round <= count; round++) {
      const journal = join(folder, `journal-${round}`);
      await runRound({
        dir,
        url,
        journal,
        first: round * messagesPerRound,
        unsafe: false,
        workMs: 20 + random(600),
        end: () => undefined,
      });
      await serverIdle(url);
      const faults = judge.read(readJournal(journal));
      const rooms = await openRooms(dir, url);
      faults.push(...(await judge.compare(rooms)));
      await rooms.close();
      expect({ round, faults }).toEqual({ round, faults: [] });
    }
    // A test that killed the child before it did anything would prove nothing.
    expect(judge.acknowledged).toBeGreaterThanOrEqual(count * acknowledgedMin);
    // The search index was being built when the process was ended.
    expect(judge.unindexed).toBeGreaterThan(0);
  });
});

/** PostgreSQL may still be ending what the killed process had begun. */
async function serverIdle(url: string): Promise<void> {
  if (url === 'sqlite') return;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const others = `select count(*)::int as n from pg_stat_activity
    where application_name like 'myco%' and datname = current_database()`;
  while ((await client.query(others)).rows[0]?.n > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await client.end();
}

/** One power cut under load; answers what is wrong afterwards and how much had been acknowledged. */
async function powerCut(folder: string, unsafe: boolean, seed: number) {
  const disk = openDisk(folder);
  const journal = join(folder, 'journal');
  let heardBytes = 0;
  try {
    const data = join(disk.dir, 'data');
    await runRound({
      dir: data,
      url: 'sqlite',
      journal,
      first: seed * messagesPerRound,
      unsafe,
      workMs: 200 + seeded(seed)(800),
      end: () => {
        heardBytes = disk.cutPower(journal);
      },
    });
    disk.restore();
    const judge = new Judge();
    // Without power nobody hears an acknowledgement; here the process lives on for a moment, and so does a sync that had begun.
    const { heard, unheard } = readJournalAt(journal, heardBytes);
    const faults = judge.read(heard);
    judge.readUnheard(unheard);
    try {
      const rooms = await openRooms(data, 'sqlite');
      faults.push(...(await judge.compare(rooms)));
      await rooms.close();
    } catch (error) {
      faults.push(`the data folder cannot be opened: ${String(error)}`);
    }
    return { faults, acknowledged: judge.acknowledged };
  } finally {
    if (existsSync(disk.dir)) disk.remove();
  }
}

const probe = makeFolder();
const missing = powerMissing(probe);
removeFolder(probe);
if (missing !== null) missingTool('power cuts', missing);

describe.skipIf(missing !== null)('power cuts', () => {
  const count = Math.ceil(rounds / 5);
  test(`${count} rounds: nothing acknowledged is missing`, { timeout: patienceMs }, async () => {
    let total = 0;
    for (let seed = 1; seed <= count; seed++) {
      const { faults, acknowledged } = await powerCut(temporaryFolder(), false, seed);
      expect({ seed, faults }).toEqual({ seed, faults: [] });
      total += acknowledged;
    }
    expect(total).toBeGreaterThanOrEqual(count * acknowledgedMin);
  });

  test('the control: without fsync the same test finds what was lost', { timeout: patienceMs }, async () => {
    const { faults, acknowledged } = await powerCut(temporaryFolder(), true, 99);
    expect(acknowledged).toBeGreaterThanOrEqual(acknowledgedMin);
    expect(faults.length).toBeGreaterThan(0);
  });
});
