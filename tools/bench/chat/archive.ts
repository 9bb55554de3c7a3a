/**
 * `npm run bench -- chat archive [SECONDS] [MEMBERS] [ROWS]`: messages that two members exchange, kept in both archives, in batches as
 * the router gathers them: durable rows per second, rows per second of processor time of the whole process, and the same with a
 * body whose words are indexed behind; then how long pages and searches of a large archive take, of a room and of a member. SECONDS
 * 0: the archives alone. The ratios count.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { modules } from '../../../src/modules.ts';
import { openDatabase } from '../../../src/storage/index.ts';
import {
  type ArchiveKey,
  type ArchiveStore,
  createArchive,
  type NewRow,
} from '../../../src/stores/conversations/index.ts';

const batchRows = [2, 20, 200, 1_000];
const words =
  'bread garden meeting river tomorrow the a of invoice seed bicycle roof song paint ladder'.split(' ');

let made = 0;

function bodyOf(number: number): string {
  const some = Array.from({ length: 9 }, (_, at) => words[(number * 7 + at * at) % words.length]);
  return `${some.join(' ')} ${number.toString(36)}`;
}

/** One message of 410 bytes, as it is kept by who sent it and by who got it. */
function exchange(members: number, withBody: boolean): readonly NewRow[] {
  const number = made++;
  const [one, other] = [1 + (number % members), 1 + ((number * 7 + 1) % members)];
  const id = `m${number.toString(36)}-9c1d`;
  const body = bodyOf(number);
  const stanza =
    `<message xmlns='jabber:client' from='member${one}@coop.example/phone' to='member${other}@coop.example' id='${id}' type='chat'><body>${body}</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/><markable xmlns='urn:xmpp:chat-markers:0'/><request xmlns='urn:xmpp:receipts'/></message>`.padEnd(
      410,
    );
  const kind = 'account' as const;
  const same = {
    ...{ kind, atMs: 1_790_000_000_000 + number, type: 'chat' as const, resource: 'phone' },
    ...{ messageId: id, originId: id, occupantId: null, stanza, body: withBody ? body : null },
  };
  return [
    { ...same, owner: one, peer: `member${other}@coop.example`, direction: 'out' },
    { ...same, owner: other, peer: `member${one}@coop.example`, direction: 'in' },
  ];
}

interface Rate {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

async function rate(
  ms: number,
  each: number,
  append: (rows: readonly NewRow[]) => Promise<unknown>,
  make: () => readonly NewRow[],
): Promise<Rate> {
  const from = performance.now();
  const cpu = process.cpuUsage();
  let rows = 0;
  // Two at a time: the next batch is gathered while one is written.
  const loop = async () => {
    while (performance.now() - from < ms) {
      const batch: NewRow[] = [];
      while (batch.length < each) batch.push(...make());
      await append(batch);
      rows += batch.length;
    }
  };
  await Promise.all([loop(), loop()]);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - from) / 1000;
  return { perSecond: rows / seconds, perCpuSecond: (rows * 1e6) / (user + system) };
}

const shown = (number: number) => Math.round(number).toLocaleString('en').padStart(9);

async function rates(store: ArchiveStore, ms: number, members: number): Promise<void> {
  for (const withBody of [false, true]) {
    for (const each of batchRows) {
      const { perSecond, perCpuSecond } = await rate(
        ms,
        each,
        (rows) => store.append(rows),
        () => exchange(members, withBody),
      );
      const name = `${each} rows at once${withBody ? ', searched' : ''}`;
      const micros = (1e6 / perCpuSecond).toFixed(1).padStart(6);
      console.log(
        `${name.padEnd(32)} ${shown(perSecond)} /s  ${shown(perCpuSecond)} /CPU-s  ${micros} µs of CPU a row`,
      );
    }
  }
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
  console.log(`${name.padEnd(48)} ${middle.toFixed(2).padStart(9)} ms   at most ${worst.toFixed(2)}`);
}

/** Waits until words are found by the index alone, which is built behind. */
async function indexed(store: ArchiveStore, archive: ArchiveKey): Promise<void> {
  const [begun, patienceMs] = [performance.now(), 900_000];
  for (let took = Number.POSITIVE_INFINITY; took > 50 && performance.now() - begun < patienceMs; ) {
    await pause(1_000);
    const from = performance.now();
    await store.query({ ...archive, text: 'zzzzzz', max: 50 });
    took = performance.now() - from;
  }
  console.log(`indexed ${Math.round((performance.now() - begun) / 1_000)} s later`);
}

async function reads(store: ArchiveStore, kind: 'room' | 'account', largeRows: number): Promise<void> {
  const room = { kind, owner: 1 } as const;
  const ids: number[] = [];
  const from = performance.now();
  while (ids.length < largeRows) {
    const rows = Array.from({ length: 1_000 }, () => exchange(300, true)[1] as NewRow);
    ids.push(...(await store.append(rows.map((row) => ({ ...row, ...room })))).ids);
  }
  const seconds = Math.round((performance.now() - from) / 1_000);
  const at = (round: number) => ids[(round * 7_919) % ids.length] ?? 0;
  console.log(
    `an archive of ${kind === 'room' ? 'a room' : 'a member'}, ${shown(ids.length)} (${seconds} s):`,
  );
  await indexed(store, room);
  await median('the first 50', 50, () => store.query({ ...room, max: 50 }));
  await median('the last 50', 50, () => store.query({ ...room, before: 'end', max: 50 }));
  await median('50 after a message', 50, (round) => store.query({ ...room, after: at(round), max: 50 }));
  await median('50 with somebody', 50, (round) =>
    store.query({ ...room, with: { peer: `member${round + 1}@coop.example` }, before: 'end', max: 50 }),
  );
  await median('50 from a time on', 50, (round) =>
    store.query({ ...room, startMs: 1_790_000_000_000 + made - ((round * 997) % largeRows), max: 50 }),
  );
  await median('the last 50 with a word that is frequent', 20, () =>
    store.query({ ...room, text: 'river bread', before: 'end', max: 50 }),
  );
  await median('a word that is rare', 20, (round) =>
    store.query({ ...room, text: (made - 50 - round * 2_003).toString(36), max: 50 }),
  );
  await median('a word that is not there', 20, () => store.query({ ...room, text: 'zzzzzz', max: 50 }));
}

export async function archive([
  seconds = '3',
  members = '40000',
  rows = '100000',
]: readonly string[]): Promise<void> {
  const dir = mkdtempSync(join(process.cwd(), '.bench-'));
  const workerUrl = new URL('../../../src/worker.ts', import.meta.url);
  const database = await openDatabase({ modules, dir, database: 'sqlite', workerUrl });
  const store = createArchive({ database });
  try {
    if (Number(seconds) > 0) await rates(store, Number(seconds) * 1000, Number(members));
    await reads(store, 'room', Number(rows));
    await reads(store, 'account', Number(rows));
  } finally {
    await store.close();
    await database.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
