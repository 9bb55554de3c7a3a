import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../../base/index.ts';
import { modules } from '../../../modules.ts';
import { afterRestore, verifyAll } from '../../../storage/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../../testing/index.ts';
import { createRegistrations, registrationsLimits as limits, type Registrations } from './index.ts';
import { registrationsOperations } from './module.ts';

const start = Date.UTC(2026, 10, 23);
const [ana, bea] = [11, 12];

describeEngines('what waits for other servers, and whom we talk to', (engine) => {
  let stores: TestStores;
  let clock: ReturnType<typeof fakeClock>;
  let kept: Registrations;
  const open = (most = {}) => createRegistrations({ database: stores.database, clock, most });
  beforeEach(async () => {
    clock = fakeClock(start);
    stores = await openTestStores(engine, { clock });
    kept = open();
  });
  afterEach(async () => {
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    await stores.close();
  });

  const row = (domain: string, stanza: string, more = {}) => ({
    ...{ domain, stanza, sender: 'ana@coop.example/x', account: ana, expiresMs: start + 1_000 },
    ...more,
  });
  const waiting = async (domain: string, after = 0, max = 100) =>
    (await kept.queue.next(domain, after, max)).map(({ stanza }) => stanza);
  async function domains() {
    const all: string[] = [];
    for await (const page of kept.queue.domains())
      all.push(...page.map(({ domain, rows, bytes }) => `${domain} ${rows} ${bytes}`));
    return all;
  }

  test('in order for each server, over a restart, until it arrived', async () => {
    const seqs = await kept.queue.append([
      row('b', 'one'),
      row('a', 'x'),
      row('b', 'two'),
      row('b', 'three'),
    ]);
    const [one, , two, three] = seqs.map(Number);
    if (one === undefined || two === undefined || three === undefined) throw new Error('all have a number');
    expect([two - one, three - two]).toEqual([1, 1]);
    stores = await stores.reopen();
    kept = open();
    expect(await kept.queue.next('b', 0, 1)).toEqual([{ ...row('b', 'one'), seq: one, atMs: start }]);
    expect(await waiting('b', one)).toEqual(['two', 'three']);
    expect(await domains()).toEqual(['a 1 1', 'b 3 11']);
    expect(await kept.queue.oldest()).toBe(start);
    expect(await kept.queue.dropUpTo('b', two)).toBe(2);
    expect(await kept.queue.dropUpTo('b', two)).toBe(0);
    expect(await kept.queue.drop('b', [one, three])).toBe(1);
    expect(await domains()).toEqual(['a 1 1']);
    expect(await kept.queue.total()).toEqual({ rows: 1, bytes: 1 });
    expect(await kept.queue.append([])).toEqual([]);
    expect(await refusal(kept.queue.append([row('', 'x')]))).toBe('invalid');
  });

  test('no number is given twice, even where nothing is known of a server any more', async () => {
    const [first] = await kept.queue.append([row('a', 'x')]);
    await kept.queue.dropUpTo('a', Number(first));
    const [second] = await kept.queue.append([row('a', 'x')]);
    expect(Number(second)).toBeGreaterThan(Number(first));
    await kept.queue.dropUpTo('a', Number(second));
    await kept.purge();
    clock.advance(1);
    const [third] = await kept.queue.append([row('a', 'x')]);
    expect(Number(third)).toBeGreaterThan(Number(second));
  });

  test('what could not be sent in its time is told, whose it was', async () => {
    await kept.queue.append([
      row('a', 'late', { expiresMs: start + 9 }),
      row('b', 'soon', { expiresMs: start + 5 }),
    ]);
    expect(await kept.queue.over()).toEqual([]);
    clock.advance(9);
    const over = await kept.queue.over();
    expect(over.map(({ domain, sender, account }) => [domain, sender, account])).toEqual([
      ['b', 'ana@coop.example/x', ana],
      ['a', 'ana@coop.example/x', ana],
    ]);
    for (const { domain, seq } of over) await kept.queue.drop(domain, [seq]);
    expect(await kept.queue.over()).toEqual([]);
    expect(await kept.queue.oldest()).toBeNull();
  });

  test('many who append at once', async () => {
    const some = Array.from({ length: 20 }, (_, n) =>
      kept.queue.append([row(`d${n % 3}`, `${n}`), row('z', `${n}`)]),
    );
    const seqs = (await Promise.all(some)).map(([, last]) => last);
    expect(new Set(seqs).size).toBe(20);
    expect(await kept.queue.total()).toMatchObject({ rows: 40 });
  });

  test('queuedPerDomainMax, queuedMax: what finds no room is said, and the rest is kept', async () => {
    expect(limits.queuedMax).toBeGreaterThanOrEqual(limits.queuedPerDomainMax);
    kept = open({ queuedPerDomainMax: 2, queuedMax: 3 });
    const rows = ['a', 'a', 'a', 'b', 'c'].map((domain) => row(domain, 'x'));
    const isKept = (await kept.queue.append(rows)).map((seq) => seq !== null);
    expect(isKept).toEqual([true, true, false, true, false]);
    expect(await domains()).toEqual(['a 2 2', 'b 1 1']);
  });

  test('queuedBytesPerDomainMax, queuedBytesMax count bytes', async () => {
    expect(limits.queuedBytesMax).toBeGreaterThanOrEqual(limits.queuedBytesPerDomainMax);
    kept = open({ queuedBytesPerDomainMax: 4, queuedBytesMax: 6 });
    const rows = [row('a', 'éé'), row('a', 'x'), row('b', 'é'), row('c', 'x')];
    const isKept = (await kept.queue.append(rows)).map((seq) => seq !== null);
    expect(isKept).toEqual([true, false, true, false]);
  });

  test('readBytesMax, pageRowsMax: one answer is no larger, but for a first stanza', async () => {
    const half = 'x'.repeat(limits.readBytesMax / 2);
    await kept.queue.append([
      row('a', `${half}${half}${half}`),
      row('a', half),
      row('a', half),
      row('a', 'x'),
    ]);
    const [first] = await kept.queue.next('a', 0, 100);
    expect(await waiting('a')).toHaveLength(1);
    expect(await waiting('a', first?.seq)).toHaveLength(2);
    const many = Array.from({ length: limits.pageRowsMax + 1 }, (_, n) => row('b', `${n}`));
    await kept.queue.append(many);
    expect(await waiting('b', 0, 1e9)).toHaveLength(limits.pageRowsMax);
  });

  test('what a member has waiting goes with the member', async () => {
    const rows = Array.from({ length: limits.stepRows + 1 }, (_, n) => row(`d${n % 2}`, 'x'));
    await kept.queue.append([...rows, row('d1', 'yy', { account: bea }), row('d1', 'z', { account: 0 })]);
    await kept.erase(ana);
    expect(await domains()).toEqual(['d1 2 3']);
    expect(await kept.queue.total()).toEqual({ rows: 2, bytes: 3 });
  });

  test('after a restore nothing is sent again, and what was taken back since does not come true', async () => {
    await kept.queue.append([row('a', 'x')]);
    const token = {
      ...{ client: 'phone', mechanism: 'HT', token: 't', expiresMs: start + 9, version: 1 },
      credential: '1',
    };
    await kept.tokens.issue(ana, token);
    const invite = {
      ...{ creator: ana, local: '', groups: [], rooms: [] },
      ...{ label: '', uses: 1, expiresMs: start + 9 },
    };
    const account = await kept.invites.create({ ...invite, kind: 'account' });
    const contact = await kept.invites.create({ ...invite, kind: 'contact' });
    await afterRestore({ database: stores.database, modules }, 1);
    expect((await kept.queue.over()).map(({ stanza }) => stanza)).toEqual(['x']);
    expect(await kept.tokens.find(ana, 'phone')).toEqual([]);
    expect(await kept.invites.peek(account.token)).toBeNull();
    expect(await kept.invites.peek(contact.token)).not.toBeNull();
  });

  test('what damage did to the counters is found and mended', async () => {
    await kept.queue.append([row('a', 'x')]);
    await stores.damage('update conversation_queues set rows = 7');
    const found = await stores.database.call(registrationsOperations.check, { after: -1 });
    expect(found.faults).toHaveLength(2);
    await stores.database.call(registrationsOperations.repair, { after: -1, now: start });
    expect(await domains()).toEqual(['a 1 1']);
  });

  async function listed() {
    const all: string[] = [];
    for await (const page of kept.policies.list())
      all.push(...page.map(({ domain, action, source }) => `${domain} ${action} ${source}`));
    return all;
  }

  test('policies: one of each domain; a list speaks for itself alone', async () => {
    const mine = { domain: 'b.example', action: 'allow', reason: 'friends', source: 'admin' } as const;
    await kept.policies.set({ ...mine, action: 'block' });
    await kept.policies.set(mine);
    const block = (domain: string) => ({ domain, action: 'block', reason: 'spam' }) as const;
    await kept.policies.replace('list', ['a.example', 'b.example', 'c.example', 'c.example'].map(block));
    expect(await listed()).toEqual(['a.example block list', 'b.example allow admin', 'c.example block list']);
    await kept.policies.replace('list', [block('d.example')]);
    expect(await listed()).toEqual(['b.example allow admin', 'd.example block list']);
    expect(await kept.policies.find(['x.b.example', 'b.example', 'example'])).toEqual([mine]);
    expect(await kept.policies.remove('b.example')).toBe(true);
    expect(await kept.policies.remove('b.example')).toBe(false);
    expect(await refusal(kept.policies.set({ ...mine, domain: '' }))).toBe('invalid');
  });

  test('policiesMax, policiesPerCallMax, policyTextBytesMax', async () => {
    const block = (n: number) => ({ domain: `${n}.example`, action: 'block', reason: '' }) as const;
    const many = Array.from({ length: limits.policiesPerCallMax + 1 }, (_, n) => block(n));
    expect(await refusal(kept.policies.replace('list', many))).toBe('limit');
    expect(await refusal(kept.policies.replace('list', many.slice(0, limits.pageRowsMax + 1)))).toBe(
      'accepted',
    );
    expect(await listed()).toHaveLength(limits.pageRowsMax + 1);
    expect(limits.policiesMax).toBeGreaterThanOrEqual(limits.policiesPerCallMax);
    kept = open({ policiesMax: 2 });
    await kept.policies.replace('list', [block(1), block(2)]);
    expect(await refusal(kept.policies.set({ ...block(3), source: 'admin' }))).toBe('limit');
    expect(await refusal(kept.policies.replace('list', [block(4), block(5), block(6)]))).toBe('limit');
    expect(await listed()).toHaveLength(2);
    const reason = 'r'.repeat(limits.policyTextBytesMax + 1);
    expect(await refusal(kept.policies.set({ ...block(1), reason, source: 'admin' }))).toBe('too-large');
  });
});
