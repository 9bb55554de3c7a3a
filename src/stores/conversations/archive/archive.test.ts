import { afterEach, beforeEach, expect, test } from 'vitest';
import { modules } from '../../../modules.ts';
import { afterRestore, repairAll, verifyModules } from '../../../storage/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../../testing/index.ts';
import { type ArchiveQuery, type ArchiveStore, createArchive, type NewRow } from './index.ts';

const start = Date.UTC(2026, 10, 22);
const ana = { kind: 'account', owner: 11 } as const;
const room = { kind: 'room', owner: 11 } as const;

describeEngines('archives', (engine) => {
  let stores: TestStores;
  let archive: ArchiveStore;
  let made = 0;
  beforeEach(async () => {
    made = 0;
    stores = await openTestStores(engine);
    archive = createArchive({ database: stores.database });
  });
  afterEach(async () => {
    expect(await verifyModules({ database: stores.database, modules })).toEqual([]);
    await archive.close();
    await stores.close();
  });

  function row(more: Partial<NewRow> = {}): NewRow {
    const number = ++made;
    return {
      ...{ ...ana, atMs: start + number * 1_000, peer: 'bea@coop.example', resource: 'phone' },
      ...{ direction: 'in', type: 'chat', messageId: `m${number}`, originId: null, occupantId: null },
      ...{ stanza: `<message id='m${number}'/>`, body: `message ${number}` },
      ...more,
    };
  }
  const rows = (count: number, more: Partial<NewRow> = {}) => Array.from({ length: count }, () => row(more));
  const keep = async (...all: NewRow[]) => (await archive.append(all)).ids;
  async function idsOf(query: Partial<ArchiveQuery>): Promise<readonly number[]> {
    return (await archive.query({ ...ana, max: 100, ...query })).rows.map(({ id }) => id);
  }

  test('many archives in one commit: ids ascend in each, and rows come back as they were', async () => {
    const wishes = [
      row(),
      row({ ...room, type: 'groupchat' }),
      row({ owner: 12 }),
      row({ direction: 'out' }),
    ];
    const ids = await keep(...wishes);
    expect(ids.every((id) => id > 0)).toBe(true);
    expect(ids[3]).toBeGreaterThan(ids[0] ?? 0);
    const [first, second] = (await archive.query({ ...ana, max: 10 })).rows;
    const { body: _, kind, owner, ...shown } = wishes[0] as NewRow;
    expect(first).toEqual({ ...shown, id: ids[0], redacted: false });
    expect([kind, owner, second?.direction]).toEqual(['account', 11, 'out']);
    expect(await idsOf(room)).toEqual([ids[1]]);
    expect((await archive.find(room, ids[1] ?? 0))?.type).toBe('groupchat');
    expect(await archive.find(ana, 5)).toBeNull();
    expect(await archive.append([])).toEqual({ ids: [] });
    expect(await refusal(keep(row(), row({ ...room, hidden: true })))).toBe('invalid');
    stores = await stores.reopen();
    archive = createArchive({ database: stores.database });
    expect(await idsOf({})).toEqual([ids[0], ids[3]]);
  });

  test('whose archive moves hears of it, once for each commit', async () => {
    const heard: string[] = [];
    stores.database.changes.subscribeAll(({ account }) => heard.push(String(account)));
    await keep(row(), row(), row({ owner: 12 }), row({ ...room, owner: 99 }));
    expect(heard.sort()).toEqual(['11', '12']);
  });

  test('pages go forward and backward, and say whether there is more', async () => {
    const ids = await keep(...rows(5));
    const page = async (query: Partial<ArchiveQuery>) => {
      const { rows: found, complete, count } = await archive.query({ ...ana, max: 2, ...query });
      return [found.map(({ id }) => ids.indexOf(id)), complete, count];
    };
    expect(await page({})).toEqual([[0, 1], false, 5]);
    expect(await page({ after: ids[1] as number })).toEqual([[2, 3], false, 5]);
    expect(await page({ after: ids[2] as number })).toEqual([[3, 4], true, 5]);
    expect(await page({ before: 'end' })).toEqual([[3, 4], false, 5]);
    expect(await page({ before: ids[2] as number })).toEqual([[0, 1], true, 5]);
    expect(await page({ before: 'end', flipped: true })).toEqual([[4, 3], false, 5]);
    expect(await page({ flipped: true })).toEqual([[1, 0], false, 5]);
    expect(await page({ max: 0 })).toEqual([[], false, 5]);
    expect(await page({ max: 0, owner: 77 })).toEqual([[], true, 0]);
    expect(await page({ afterId: ids[0] as number, beforeId: ids[3] as number })).toEqual([
      [1, 2],
      true,
      null,
    ]);
    expect(await page({ ids: [ids[4] as number, ids[1] as number] })).toEqual([[1, 4], true, null]);
    for (const named of [{ after: 5 }, { before: 5 }, { afterId: 5 }, { beforeId: 5 }, { ids: [5] }])
      expect(await refusal(page(named))).toBe('not-found');
  });

  test('narrowed by whom it was with, by time, by type', async () => {
    const ids = await keep(
      row(),
      row({ peer: 'carl@coop.example' }),
      row({ resource: 'desk' }),
      row({ type: 'groupchat', peer: 'tea@rooms.coop.example' }),
    );
    const at = async (query: Partial<ArchiveQuery>) => (await idsOf(query)).map((id) => ids.indexOf(id));
    expect(await at({ with: { peer: 'bea@coop.example' } })).toEqual([0, 2]);
    expect(await at({ with: { peer: 'bea@coop.example', resource: 'desk' } })).toEqual([2]);
    expect(await at({ with: { resource: 'phone' } })).toEqual([0, 1, 3]);
    expect(await at({ groupchat: false })).toEqual([0, 1, 2]);
    expect((await archive.query({ ...ana, groupchat: false, max: 1 })).count).toBe(3);
    expect(await at({ startMs: start + 2_000 })).toEqual([1, 2, 3]);
    expect(await at({ startMs: start + 2_001, endMs: start + 3_000 })).toEqual([2]);
    expect(await at({ endMs: start + 2_999, before: 'end' })).toEqual([0, 1]);
    expect(await at({ startMs: start + 9_000 })).toEqual([]);
    expect(await at({ endMs: start })).toEqual([]);
    expect(await at({ ids, with: { peer: 'carl@coop.example' } })).toEqual([1]);
    expect(await at({ ids, groupchat: false, startMs: start + 2_500, before: 'end' })).toEqual([2]);
  });

  test('times never go back, so that a time is found', async () => {
    const ids = await keep(row({ atMs: start + 5_000 }), row({ atMs: start }));
    const [later] = await keep(row({ atMs: start + 1_000 }));
    const all = (await archive.query({ ...ana, max: 5 })).rows;
    expect(all.map(({ atMs }) => atMs - start)).toEqual([5_000, 5_000, 5_000]);
    expect(await idsOf({ startMs: start + 4_000 })).toEqual([...ids, later]);
    expect(await archive.metadata(ana)).toEqual({
      first: { id: ids[0], atMs: start + 5_000 },
      last: { id: later, atMs: start + 5_000 },
    });
    expect(await archive.metadata(room)).toBeNull();
  });

  test('a message is found by its id and by its origin-id, the newest first', async () => {
    const ids = await keep(
      row({ messageId: 'x', originId: 'x' }),
      row({ messageId: 'y', originId: 'x' }),
      row({ messageId: null }),
      row({ messageId: 'x', hidden: true }),
    );
    const found = async (id: string) => (await archive.findSent(ana, id)).map((one) => ids.indexOf(one.id));
    expect(await found('x')).toEqual([1, 0]);
    expect(await found('y')).toEqual([1]);
    expect(await found('z')).toEqual([]);
  });

  test('of what is redacted nothing is left but the tombstone', async () => {
    const ids = await keep(row({ body: 'the secret' }), row({ hidden: true }));
    const redact = (at: number) => archive.redact(ana, ids[at] ?? 0, '<message><retracted/></message>');
    expect(await redact(0)).toBe(true);
    expect(await redact(1)).toBe(false);
    expect(await archive.redact(ana, 5, '<message/>')).toBe(false);
    const found = await archive.find(ana, ids[0] ?? 0);
    expect([found?.redacted, found?.stanza]).toEqual([true, '<message><retracted/></message>']);
    expect(await idsOf({ text: 'secret' })).toEqual([]);
    expect(await redact(0)).toBe(true);
  });

  test('what waits is taken in order, and stays until it is delivered', async () => {
    const ids = await keep(
      row({ offline: true }),
      row({ hidden: true }),
      row(),
      row({ hidden: true, body: 'never searched' }),
      row({ ...room, offline: true }),
    );
    const waiting = async (more: object = {}) =>
      (await archive.takeOffline(11, { max: 10, ...more })).map(({ id }) => ids.indexOf(id));
    expect(await waiting()).toEqual([0, 1, 3]);
    const hidden = await archive.takeOffline(11, { max: 10 });
    expect(hidden.map((each) => each.hidden)).toEqual([false, true, true]);
    expect(await waiting({ max: 1 })).toEqual([0]);
    expect(await waiting({ after: ids[0] })).toEqual([1, 3]);
    expect(await archive.countOffline(11)).toBe(3);
    expect((await idsOf({})).map((id) => ids.indexOf(id))).toEqual([0, 2]);
    expect(await refusal(archive.query({ ...ana, max: 5, after: ids[1] as number }))).toBe('not-found');
    await archive.delivered(11, ids[1] ?? 0);
    expect(await waiting()).toEqual([3]);
    await archive.delivered(11, ids[3] ?? 0);
    await archive.delivered(11, ids[3] ?? 0);
    await archive.delivered(77, 5);
    expect([await waiting(), await archive.countOffline(11), await archive.countOffline(77)]).toEqual([
      [],
      0,
      0,
    ]);
    expect((await idsOf({})).map((id) => ids.indexOf(id))).toEqual([0, 2]);
    expect(await idsOf({ text: 'searched' })).toEqual([]);
  });

  test('what is too old goes, of one kind; ids go on', async () => {
    const old = await keep(...rows(3), row({ hidden: true }), row({ ...room }));
    const young = await keep(row({ atMs: start + 90_000_000, offline: true }));
    let steps = 0;
    const between = async () => void steps++;
    expect(await archive.expire('account', start + 80_000_000, between)).toBe(4);
    expect(steps).toBeGreaterThan(0);
    expect(await idsOf({})).toEqual(young);
    expect(await idsOf(room)).toEqual([old[4]]);
    expect(await archive.countOffline(11)).toBe(1);
    expect(await archive.expire('account', start + 80_000_000)).toBe(0);
    expect(await archive.expire('account', start + 99_000_000)).toBe(1);
    expect(await archive.countOffline(11)).toBe(0);
    const [next] = await keep(row());
    expect(next).toBeGreaterThan(young[0] ?? 0);
    expect((await archive.find(ana, next ?? 0))?.atMs).toBe(start + made * 1_000);
    // What has gone does not push the times of what comes.
    const [after] = await keep(row());
    expect((await archive.find(ana, after ?? 0))?.atMs).toBe(start + made * 1_000);
  });

  test('an archive goes without the others; cleared it goes on, erased it begins anew', async () => {
    const before = await keep(row(), row({ ...room }), row({ owner: 12 }), row({ hidden: true }));
    await archive.clear(ana);
    expect([await idsOf({}), await archive.countOffline(11)]).toEqual([[], 0]);
    const [next] = await keep(row());
    expect(next).toBeGreaterThan(before[3] ?? 0);
    await archive.erase(ana);
    await archive.erase({ kind: 'account', owner: 77 });
    expect(await archive.metadata(ana)).toBeNull();
    expect([await idsOf(room), await idsOf({ owner: 12 })]).toEqual([[before[1]], [before[2]]]);
  });

  test('all of an archive is read in pages', async () => {
    const ids = await keep(...rows(300), row({ hidden: true }));
    const read: number[] = [];
    let pages = 0;
    for await (const page of archive.all(ana)) {
      read.push(...page.map(({ id }) => id));
      pages++;
    }
    expect([pages, read]).toEqual([2, ids.slice(0, 300)]);
  });

  test('after a restore no id comes true again', async () => {
    const [, last] = await keep(row(), row());
    const modseq = Date.UTC(2027, 0, 1) / 1000;
    await afterRestore({ database: stores.database, modules }, modseq);
    const [next] = await keep(row());
    expect(next).toBeGreaterThan(Math.max(last ?? 0, modseq * 1000) + 1_000_000);
  });

  test('counters are checked, and worked out again', async () => {
    const ids = await keep(row(), row({ offline: true }), row({ hidden: true }), row({ ...room }));
    const database = () => ({ database: stores.database, modules });
    await stores.damage(
      `update conversation_archives set rows = 9, offline = 5, "firstAt" = 3 where archive = 22;
       delete from conversation_archives where archive = 23;
       insert into conversation_offline (account, id) values (11, 3), (12, 4);
       delete from conversation_offline where account = 11 and id = ${ids[2]};`,
    );
    expect(await verifyModules(database())).toEqual([
      'messages of account 11: rows is 9, counted 2',
      'messages of account 11: offline is 5, counted 2',
      `messages of account 11: firstAt is 3, counted ${start + 1_000}`,
      'messages of account 11: 1 messages wait that are not there',
      'messages of account 11: 1 messages are hidden that nobody waits for',
      'messages of room 11: has 1 messages and 0 that wait, but no row of its own',
      'messages of account 12: has 0 messages and 1 that wait, but no row of its own',
      'messages of account 12: 1 messages wait that are not there',
    ]);
    await repairAll(database(), start);
    expect(await verifyModules(database())).toEqual([]);
    expect(await idsOf({})).toEqual(ids.slice(0, 2));
    const [next] = await keep(row({ ...room }));
    expect(next).toBeGreaterThan(ids[3] ?? 0);
  });
});
