import fc from 'fast-check';
import { expect, test } from 'vitest';
import { modules } from '../../../modules.ts';
import { verifyModules } from '../../../storage/index.ts';
import { describeEngines, openTestStores } from '../../../testing/index.ts';
import { type ArchiveQuery, createArchive, type NewRow } from './index.ts';

const start = Date.UTC(2026, 10, 22);
const peers = ['bea@x', 'carl@x'] as const;
const bodies = [null, 'river bank', 'Riverside', 'bank'] as const;

interface Said {
  readonly room: boolean;
  readonly later: number;
  readonly peer: (typeof peers)[number];
  readonly resource: 'phone' | 'desk';
  readonly type: 'chat' | 'groupchat';
  readonly body: (typeof bodies)[number];
  readonly hidden: boolean;
  readonly offline: boolean;
}

const said = fc
  .record<Said>({
    room: fc.boolean(),
    later: fc.integer({ min: -3, max: 5 }),
    peer: fc.constantFrom(...peers),
    resource: fc.constantFrom('phone', 'desk'),
    type: fc.constantFrom('chat', 'groupchat'),
    body: fc.constantFrom(...bodies),
    hidden: fc.boolean(),
    offline: fc.boolean(),
  })
  .map((one) => ({ ...one, hidden: one.hidden && !one.room }));

/** Positions instead of ids and times; what is above the end is taken around. */
const wish = fc.record(
  {
    peer: fc.constantFrom(...peers),
    resource: fc.constantFrom('phone', 'desk'),
    startAt: fc.nat(30),
    endAt: fc.nat(30),
    above: fc.nat(30),
    below: fc.nat(30),
    ids: fc.array(fc.nat(30), { minLength: 1, maxLength: 5 }),
    groupchat: fc.boolean(),
    text: fc.constantFrom('river', 'BANK riv', 'lake'),
    after: fc.nat(30),
    before: fc.oneof(fc.nat(30), fc.constant('end' as const)),
    flipped: fc.boolean(),
  },
  { requiredKeys: [] },
);
type Wish = typeof wish extends fc.Arbitrary<infer W> ? W : never;

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ say: fc.array(said, { minLength: 1, maxLength: 8 }) }) },
  { weight: 6, arbitrary: fc.record({ ask: wish, max: fc.integer({ min: 1, max: 6 }), room: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ redact: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ delivered: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ expire: fc.nat(20) }) },
);

interface Kept extends Said {
  readonly id: number;
  readonly atMs: number;
  text: string;
}

const begins = (body: string, text: string) =>
  text
    .toLowerCase()
    .split(' ')
    .every((word) =>
      body
        .toLowerCase()
        .split(' ')
        .some((each) => each.startsWith(word)),
    );

/** What a query answers, of a list. */
function asked(all: readonly Kept[], query: ArchiveQuery): { ids: number[]; complete: boolean } {
  const { with: peer = {}, ids, text, after, before, groupchat = true } = query;
  const matching = all.filter(
    (row) =>
      (peer.peer ?? row.peer) === row.peer &&
      (peer.resource ?? row.resource) === row.resource &&
      row.atMs >= (query.startMs ?? row.atMs) &&
      row.atMs <= (query.endMs ?? row.atMs) &&
      row.id > (query.afterId ?? 0) &&
      row.id < (query.beforeId ?? Number.POSITIVE_INFINITY) &&
      (ids?.includes(row.id) ?? true) &&
      (groupchat || row.type !== 'groupchat') &&
      (text === undefined || begins(row.text, text)) &&
      row.id > (after ?? 0) &&
      row.id < (typeof before === 'number' ? before : Number.POSITIVE_INFINITY),
  );
  const page = before === undefined ? matching.slice(0, query.max) : matching.slice(-query.max);
  const found = page.map(({ id }) => id);
  return { ids: query.flipped ? found.reverse() : found, complete: page.length === matching.length };
}

/** The query that a wish stands for, over what is there now; null where nothing is. */
function queryOf(visible: readonly Kept[], { ask, max, room }: { ask: Wish; max: number; room: boolean }) {
  const at = (position: number) => visible[position % visible.length] as Kept;
  const query: Record<string, unknown> = { kind: room ? 'room' : 'account', owner: 7, max };
  const { peer, resource } = ask;
  if (peer || resource) query.with = { ...(peer && { peer }), ...(resource && { resource }) };
  if (ask.startAt !== undefined) query.startMs = at(ask.startAt).atMs;
  if (ask.endAt !== undefined) query.endMs = at(ask.endAt).atMs;
  if (ask.above !== undefined) query.afterId = at(ask.above).id;
  if (ask.below !== undefined) query.beforeId = at(ask.below).id;
  if (ask.after !== undefined) query.after = at(ask.after).id;
  if (ask.before !== undefined) query.before = ask.before === 'end' ? 'end' : at(ask.before).id;
  if (ask.ids) query.ids = ask.ids.map((position) => at(position).id);
  // Those that are named are not searched.
  else if (ask.text !== undefined) query.text = ask.text;
  if (ask.groupchat !== undefined) query.groupchat = ask.groupchat;
  if (ask.flipped !== undefined) query.flipped = ask.flipped;
  return query as unknown as ArchiveQuery;
}

describeEngines('an archive answers as a list would', (engine) => {
  test('whatever is said, asked, redacted, delivered and expired', { timeout: 120_000 }, async () => {
    const stores = await openTestStores(engine);
    const archive = createArchive({ database: stores.database });
    const keys = [
      { kind: 'account', owner: 7 },
      { kind: 'room', owner: 7 },
    ] as const;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 20 }), async (steps) => {
          for (const key of keys) await archive.erase(key);
          let now = start;
          let kept: Kept[] = [];
          let waiting: number[] = [];
          const lastAt = { true: 0, false: 0 };
          const visible = (room: boolean) => kept.filter((row) => row.room === room && !row.hidden);
          for (const each of steps) {
            if ('say' in each) {
              const rows: NewRow[] = each.say.map(({ room, later, body, ...row }) => {
                now += later;
                return {
                  ...{ kind: room ? 'room' : 'account', owner: 7, atMs: now, direction: 'in', body },
                  ...{ messageId: null, originId: null, occupantId: null, stanza: '<message/>' },
                  ...row,
                };
              });
              const { ids } = await archive.append(rows);
              for (const [at, row] of each.say.entries()) {
                const isFirst = !kept.some(({ room }) => room === row.room);
                const given = rows[at]?.atMs ?? 0;
                const atMs = isFirst ? given : Math.max(given, lastAt[`${row.room}`]);
                lastAt[`${row.room}`] = atMs;
                kept.push({ ...row, id: ids[at] ?? 0, atMs, text: row.body ?? '' });
                if (!row.room && (row.hidden || row.offline)) waiting.push(ids[at] ?? 0);
              }
            } else if ('ask' in each) {
              const rows = visible(each.room);
              if (rows.length === 0) continue;
              const query = queryOf(rows, each);
              const page = await archive.query(query);
              const found = { ids: page.rows.map(({ id }) => id), complete: page.complete };
              expect([query, found]).toEqual([query, asked(rows, query)]);
              if (page.count !== null)
                expect(page.count).toBe(asked(rows, { ...query, max: 1e9, ...all }).ids.length);
            } else if ('redact' in each) {
              const rows = visible(false);
              const row = rows[each.redact % Math.max(1, rows.length)];
              if (!row) continue;
              expect(await archive.redact(keys[0], row.id, '<message/>')).toBe(true);
              row.text = '';
            } else if ('delivered' in each) {
              const rows = await archive.takeOffline(7, { max: 250 });
              expect(rows.map(({ id }) => id)).toEqual(waiting);
              const upTo = waiting[each.delivered % Math.max(1, waiting.length)] ?? 0;
              await archive.delivered(7, upTo);
              kept = kept.filter(({ room, hidden, id }) => room || !hidden || id > upTo);
              waiting = waiting.filter((id) => id > upTo);
            } else {
              const before = start + each.expire;
              const left = kept.filter(({ room, atMs }) => room || atMs >= before);
              expect(await archive.expire('account', before)).toBe(kept.length - left.length);
              kept = left;
              waiting = waiting.filter((id) => kept.some((row) => !row.room && row.id === id));
            }
          }
          expect(await verifyModules({ database: stores.database, modules })).toEqual([]);
        }),
        { numRuns: engine.name === 'sqlite' ? 80 : 15 },
      );
    } finally {
      await archive.close();
      await stores.close();
    }
  });
});

const all = { after: 0, before: 'end' } as const;
