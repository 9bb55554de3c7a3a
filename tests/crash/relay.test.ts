import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { modules } from '../../src/modules.ts';
import { verifyAll } from '../../src/storage/index.ts';
import { outboxLimits } from '../../src/stores/outbox/index.ts';
import { describeEngines, openSink, type Sink, temporaryFolder } from '../../src/testing/index.ts';
import { connectionsMax, openRelayRooms, recipientsOf } from './relay-rooms.ts';

/** 50 with `npm run crash`, fewer in CI, a few in a normal run. */
const rounds = Number(process.env.MYCO_CRASH_ROUNDS ?? (process.env.CI === 'true' ? 12 : 4));
const workMs = 200;
/** What a round accepts and sends at least before it is ended. */
const progressMin = 20;
const messagesPerRound = 1_000_000;

function accepted(journal: string): number[] {
  if (!existsSync(journal)) return [];
  const lines = readFileSync(journal, 'utf8').split('\n');
  // A last line that the kill cut short was no acknowledgement.
  lines.pop();
  return lines.map(Number);
}

async function killed(dir: string, url: string, sink: Sink, journal: string, first: number): Promise<void> {
  const file = new URL('./relay-child.ts', import.meta.url).pathname;
  const args = [file, dir, url, String(sink.port), journal, String(first)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const before = sink.messages.length;
  await Promise.race([new Promise<void>((resolve) => child.stdout.once('data', () => resolve())), gone]);
  await new Promise((resolve) => setTimeout(resolve, workMs));
  await Promise.race([sink.arrived(before + progressMin), gone]);
  if (child.exitCode !== null) throw new Error(`the child ended by itself: ${errors}`);
  child.kill('SIGKILL');
  await gone;
}

/** How often each recipient got each message, as `message address`. */
function arrivals(sink: Sink): Map<string, number> {
  const counted = new Map<string, number>();
  for (const { to, content } of sink.messages) {
    const id = /^Message-ID: <(\d+)@/m.exec(content)?.[1] ?? '?';
    for (const path of to) {
      const key = `${id} ${path.slice(1, path.indexOf('>'))}`;
      counted.set(key, (counted.get(key) ?? 0) + 1);
    }
  }
  return counted;
}

describeEngines('SIGKILL while mail is sent', (engine) => {
  const count = engine.name === 'sqlite' ? rounds : Math.ceil(rounds / 4);
  test(`${count} rounds: what was accepted is there or in the queue; twice only where the answer was cut`, {
    timeout: 120_000 + count * 40_000,
  }, async () => {
    const folder = temporaryFolder();
    const dir = join(folder, 'data');
    const url = await engine.database();
    const sink = await openSink();
    const messages: number[] = [];
    for (let round = 1; round <= count; round++) {
      const journal = join(folder, `journal-${round}`);
      await killed(dir, url, sink, journal, round * messagesPerRound);
      messages.push(...accepted(journal));
      const rooms = await openRelayRooms(dir, url, sink.port);
      const there = arrivals(sink);
      const waiting = new Set<string>();
      for (let after = { message: 0, n: 0 }; ; ) {
        const page = await rooms.outbox.list({}, { after, max: 1000 });
        for (const { message, recipient } of page) {
          const header = (await rooms.outbox.bytes(message, 'header', 1000)).toString();
          waiting.add(`${/^Message-ID: <(\d+)@/m.exec(header)?.[1]} ${recipient.address}`);
        }
        const last = page.at(-1)?.recipient;
        if (!last) break;
        after = { message: last.message, n: last.n };
      }
      const lost = messages.flatMap((message) =>
        recipientsOf(message).filter(
          (to) => !there.has(`${message} ${to}`) && !waiting.has(`${message} ${to}`),
        ),
      );
      const faults = await verifyAll({ ...rooms, modules });
      await rooms.close();
      expect({ round, lost, faults }).toEqual({ round, lost: [], faults: [] });
    }
    expect(messages.length).toBeGreaterThanOrEqual(count * progressMin);

    // The last one is not killed: it sends what is left, also what it cannot know of.
    const rooms = await openRelayRooms(dir, url, sink.port, outboxLimits.claimMs + 60_000);
    await rooms.queue.start();
    await expect
      .poll(() => rooms.outbox.counts(), { interval: 100, timeout: 60_000 + count * 10_000 })
      .toMatchObject({ waiting: 0, claimed: 0 });
    await rooms.queue.stop(1_000);
    expect(await verifyAll({ ...rooms, modules })).toEqual([]);
    await rooms.close();
    await sink.close();
    const there = arrivals(sink);
    for (const message of messages)
      for (const to of recipientsOf(message)) expect(there.get(`${message} ${to}`) ?? 0).toBeGreaterThan(0);
    const doubled = [...there].filter(([, times]) => times > 1).map(([key]) => key.split(' ')[0]);
    // A kill cuts one transaction of each connection at most.
    expect(new Set(doubled).size).toBeLessThanOrEqual(count * connectionsMax);
    process.stderr.write(
      `${engine.name}: ${messages.length} accepted in ${count} rounds, ${new Set(doubled).size} sent twice\n`,
    );
  });
});
