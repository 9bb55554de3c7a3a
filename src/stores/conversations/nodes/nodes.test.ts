import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../../base/index.ts';
import { modules } from '../../../modules.ts';
import { verifyAll } from '../../../storage/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../../testing/index.ts';
import {
  createNodes,
  type NodeAddress,
  type NodeConfig,
  type NodesOptions,
  type NodesStore,
  nodesLimits,
} from './index.ts';
import { nodesOperations } from './module.ts';

const start = Date.UTC(2026, 10, 23);
const [ana, bea] = [11, 12];
const [anaJid, beaJid] = ['ana@coop.example', 'bea@coop.example'];
const pep = 'pep';
const devices: NodeAddress = {
  service: pep,
  account: ana,
  node: 'eu.siacs.conversations.axolotl.devicelist',
};
const marks: NodeAddress = { service: pep, account: ana, node: 'urn:xmpp:bookmarks:1' };

const config: NodeConfig = {
  ...{ title: '', description: '', language: '', type: '' },
  ...{ accessModel: 'presence', rosterGroupsAllowed: [], publishModel: 'publishers' },
  ...{ maxItems: 1, persistItems: true, itemExpireSeconds: null },
  ...{ sendLastPublishedItem: 'on_sub_and_presence', deliverNotifications: true, deliverPayloads: true },
  ...{ presenceBasedDelivery: false, notificationType: 'headline', notifyConfig: false },
  ...{ notifyDelete: false, notifyRetract: true, notifySub: false, itemReply: 'publisher' },
};

describeEngines('nodes', (engine) => {
  let stores: TestStores;
  let clock: ReturnType<typeof fakeClock>;
  let nodes: NodesStore;
  const open = (options: Partial<NodesOptions> = {}) =>
    createNodes({ database: stores.database, clock, ...options });
  beforeEach(async () => {
    clock = fakeClock(start);
    stores = await openTestStores(engine, { clock });
    nodes = open();
  });
  afterEach(async () => {
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    await stores.close();
  });

  const publish = (
    address: NodeAddress,
    ids: readonly string[],
    more: { expected?: Partial<NodeConfig>; defaults?: NodeConfig | null; payload?: string } = {},
  ) =>
    nodes.publish({
      ...address,
      publisher: `${anaJid}/phone`,
      items: ids.map((id) => ({ id, payload: more.payload ?? `<${id}/>` })),
      defaults: more.defaults === undefined ? config : more.defaults,
      ...(more.expected && { expected: more.expected }),
    });
  const idsOf = async (address: NodeAddress, max = 100) =>
    (await nodes.newest(address, max)).items.map(({ id }) => id);
  const field = (work: Promise<unknown>) =>
    refusal(work, ({ reason, details }) => `${reason} ${details.field ?? ''}`);

  test('a node is made as it is expected, and is compared afterwards (XEP-0060 §7.1.5)', async () => {
    const expected = { accessModel: 'open', maxItems: 'max', rosterGroupsAllowed: ['b', 'a'] } as const;
    expect(await refusal(publish(marks, ['x'], { defaults: null }))).toBe('not-found');
    const first = await publish(marks, ['x'], { expected });
    expect(first).toMatchObject({ created: true, items: [{ id: 'x', replaced: false }], evicted: [] });
    expect(first.node).toMatchObject({ ...marks, config: { ...config, ...expected }, items: 1, bytes: 4 });
    const again = await publish(marks, ['x', 'y'], {
      expected: { ...expected, rosterGroupsAllowed: ['a', 'b'] },
    });
    expect(again).toMatchObject({ created: false, items: [{ replaced: true }, { replaced: false }] });
    expect(await field(publish(marks, ['z'], { expected: { accessModel: 'whitelist' } }))).toBe(
      'conflict accessModel',
    );
    expect(await idsOf(marks)).toEqual(['x', 'y']);
    stores = await stores.reopen();
    nodes = open();
    expect((await nodes.newest(marks, 10)).items[0]).toEqual({
      id: 'x',
      publisher: `${anaJid}/phone`,
      payload: '<x/>',
      seq: again.items[0]?.seq,
      atMs: start,
    });
  });

  test('of a node that keeps so many the oldest goes; what is published again is the newest', async () => {
    const three = { ...config, maxItems: 3 };
    await nodes.create(devices, three);
    expect(await refusal(nodes.create(devices, three))).toBe('exists');
    await publish(devices, ['a', 'b', 'c']);
    await publish(devices, ['a']);
    expect((await publish(devices, ['d', 'e'])).evicted).toEqual(['b', 'c']);
    expect(await idsOf(devices)).toEqual(['a', 'd', 'e']);
    expect(await refusal(publish(devices, ['1', '2', '3', '4']))).toBe('limit');
    const { evicted, node } = await nodes.configure(devices, config);
    expect([evicted, node.items, node.config.maxItems]).toEqual([['a', 'd'], 1, 1]);
    expect((await publish(devices, ['current'])).evicted).toEqual(['e']);
    expect((await nodes.configure(devices, { ...config, maxItems: 0 })).evicted).toEqual(['current']);
    expect(await nodes.last(pep, [ana], [devices.node], beaJid)).toEqual([]);
  });

  test('items that are not kept are numbered and told of, and are not there afterwards', async () => {
    const told = { ...config, persistItems: false };
    const { items, node } = await publish(devices, ['a', 'b'], { defaults: told });
    expect(items.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(node).toMatchObject({ items: 0, bytes: 0 });
    expect(await idsOf(devices)).toEqual([]);
  });

  test('an id is made where none is given, and of two of one id the later is kept', async () => {
    const made = await nodes.publish({
      ...marks,
      publisher: anaJid,
      items: [{ payload: '<a/>' }, { id: 'same', payload: '<b/>' }, { id: 'same', payload: '<c/>' }],
      defaults: { ...config, maxItems: 'max' },
    });
    const [own] = made.items;
    expect(made.items.map(({ id }) => id)).toEqual([own?.id, 'same']);
    expect(
      (await nodes.itemsNamed(marks, ['same', 'none', String(own?.id)])).map((one) => one.payload),
    ).toEqual(['<a/>', '<c/>']);
  });

  test('retracted, purged, removed: each says what was there', async () => {
    await publish(marks, ['a', 'b', 'c', 'd'], { defaults: { ...config, maxItems: 'max' } });
    expect(await nodes.retract(marks, ['d', 'none', 'a', 'd'])).toEqual(['d', 'a']);
    expect((await nodes.last(pep, [ana], [marks.node], anaJid))[0]?.item.id).toBe('c');
    expect(await nodes.retract(marks, ['none'])).toEqual([]);
    expect(await nodes.purgeItems(marks)).toBe(2);
    expect(await nodes.purgeItems(marks)).toBe(0);
    expect(await nodes.last(pep, [ana], [marks.node], anaJid)).toEqual([]);
    expect(await nodes.remove(marks)).toBe(true);
    expect(await nodes.remove(marks)).toBe(false);
    expect(await refusal(nodes.retract(marks, ['a']))).toBe('not-found');
    expect(await refusal(nodes.purgeItems(marks))).toBe('not-found');
    expect(await refusal(nodes.newest(marks, 1))).toBe('not-found');
  });

  test('pages in both orders and both directions (XEP-0059)', async () => {
    await publish(marks, ['a', 'b', 'c', 'd', 'e'], { defaults: { ...config, maxItems: 'max' } });
    const page = async (asked: Omit<Parameters<NodesStore['items']>[1], 'max'>) => {
      const { items, total, index, complete } = await nodes.items(marks, { max: 2, ...asked });
      return [items.map(({ id }) => id).join(''), total, index, complete];
    };
    expect(await page({ order: 'oldest-first' })).toEqual(['ab', 5, 0, false]);
    expect(await page({ order: 'oldest-first', after: 'b' })).toEqual(['cd', 5, 2, false]);
    expect(await page({ order: 'oldest-first', after: 'd' })).toEqual(['e', 5, 4, true]);
    expect(await page({ order: 'oldest-first', before: '' })).toEqual(['de', 5, 3, false]);
    expect(await page({ order: 'oldest-first', before: 'c' })).toEqual(['ab', 5, 0, true]);
    expect(await page({ order: 'newest-first' })).toEqual(['ed', 5, 0, false]);
    expect(await page({ order: 'newest-first', after: 'd' })).toEqual(['cb', 5, 2, false]);
    expect(await page({ order: 'newest-first', before: '' })).toEqual(['ba', 5, 3, false]);
    expect(await page({ order: 'newest-first', before: 'd' })).toEqual(['e', 5, 0, true]);
    expect(await page({ order: 'oldest-first', after: 'e' })).toEqual(['', 5, 0, true]);
    expect(await refusal(page({ order: 'oldest-first', after: 'none' }) as Promise<unknown>)).toBe(
      'not-found',
    );
    expect(await nodes.itemIds(marks, 3)).toEqual(['e', 'd', 'c']);
    expect(await idsOf(marks, 2)).toEqual(['d', 'e']);
  });

  test('the last items of all that somebody wants to hear of are one question', async () => {
    await publish(devices, ['current']);
    await publish(marks, ['old', 'new'], { defaults: { ...config, maxItems: 'max' } });
    await publish({ ...devices, account: bea }, ['hers']);
    await nodes.setAffiliations(marks, [{ jid: beaJid, account: bea, affiliation: 'outcast' }]);
    const names = [marks.node, devices.node, 'none'];
    const seen = async (accounts: readonly number[]) =>
      (await nodes.last(pep, accounts, names, `${beaJid}/desk`))
        .map(({ node, item, affiliation }) => `${node.account} ${item.id} ${affiliation}`)
        .sort();
    expect(await seen([ana])).toEqual(['11 current null', '11 new outcast']);
    expect(await seen([bea, ana, 99])).toEqual(['11 current null', '11 new outcast', '12 hers null']);
    expect(await seen([])).toEqual([]);
    const many = Array.from({ length: nodesLimits.ownersPerReadMax + 1 }, (_, at) => at + 12);
    expect(await seen(many)).toEqual(['12 hers null']);
    const tooMany = Array(nodesLimits.namesPerReadMax + 1).fill('x');
    expect(await refusal(nodes.last(pep, [ana], tooMany, anaJid))).toBe('limit');
  });

  test('items go by themselves when their time is over', async () => {
    const brief = { ...config, maxItems: 'max', itemExpireSeconds: 60 } as const;
    await publish(marks, ['a'], { defaults: brief });
    await publish({ ...marks, account: bea }, ['b'], { defaults: brief });
    clock.advance(30_000);
    await publish(marks, ['c']);
    clock.advance(30_000);
    expect(await idsOf(marks)).toEqual(['c']);
    expect((await nodes.newest(marks, 5)).total).toBe(1);
    expect((await nodes.node(marks))?.items).toBe(2);
    await nodes.purge();
    expect((await nodes.node(marks))?.items).toBe(1);
    clock.advance(30_000);
    expect(await nodes.last(pep, [ana], [marks.node], anaJid)).toEqual([]);
    await nodes.purge();
    expect((await nodes.node(marks))?.bytes).toBe(0);
    expect((await nodes.node({ ...marks, account: bea }))?.items).toBe(0);
  });

  test('nodes of an owner by name, and those that changed', async () => {
    await publish(marks, ['a'], { defaults: { ...config, maxItems: 'max' } });
    const { node } = await publish(devices, ['b']);
    await nodes.create({ ...devices, service: 'pubsub.coop.example' }, config);
    const names = async (since?: number) =>
      (since === undefined ? await nodes.nodes(devices) : await nodes.changedSince(devices, since)).map(
        (one) => one.node,
      );
    expect(await names()).toEqual([devices.node, marks.node]);
    expect((await nodes.nodes(devices, { after: devices.node, max: 1 })).map((one) => one.node)).toEqual([
      marks.node,
    ]);
    expect(await names(0)).toEqual([marks.node, devices.node]);
    expect(await names(node.modseq)).toEqual([]);
    await nodes.retract(marks, ['a']);
    expect(await names(node.modseq)).toEqual([marks.node]);
  });

  test('who listens to an account hears of each change after it is there', async () => {
    const heard: number[] = [];
    const stop = stores.database.changes.subscribe(ana, (modseq) => heard.push(modseq));
    const { node } = await publish(devices, ['a']);
    expect(heard.at(-1)).toBe(node.modseq);
    await nodes.subscribe(devices, { jid: beaJid, account: bea, subid: '', state: 'pending', options: {} });
    expect(heard.at(-1)).toBeGreaterThan(node.modseq);
    const before = heard.length;
    await nodes.remove(devices);
    expect(heard.length).toBeGreaterThan(before);
    stop();
  });

  test('subscriptions and affiliations, and how somebody stands to a node', async () => {
    const shared: NodeAddress = { service: 'pubsub.coop.example', account: 0, node: 'news' };
    await nodes.create(shared, config, { jid: anaJid, account: ana });
    const subscription = { jid: `${beaJid}/desk`, account: bea, subid: '1', state: 'subscribed' } as const;
    const options = { digest: true };
    await nodes.subscribe(shared, { ...subscription, state: 'pending', options: {} });
    await nodes.subscribe(shared, { ...subscription, options });
    expect(await nodes.standing(shared, beaJid)).toMatchObject({
      node: { node: 'news' },
      affiliation: null,
      subscriptions: [{ ...subscription, options }],
    });
    expect(await nodes.subscriptionsOf(shared, beaJid)).toEqual([
      { node: 'news', subscription: { ...subscription, options } },
    ]);
    expect((await nodes.standing(shared, `${anaJid}/phone`))?.affiliation).toBe('owner');
    expect(await nodes.standing({ ...shared, node: 'none' }, anaJid)).toBeNull();
    const none = { jid: anaJid, account: ana, affiliation: null };
    expect(await refusal(nodes.setAffiliations(shared, [none]))).toBe('conflict');
    expect(await nodes.affiliationsOf(shared, anaJid)).toEqual([{ node: 'news', affiliation: 'owner' }]);
    await nodes.setAffiliations(shared, [none, { jid: beaJid, account: bea, affiliation: 'owner' }]);
    expect(await nodes.affiliationsOf(shared, anaJid)).toEqual([]);
    expect((await nodes.standing(shared, beaJid))?.affiliation).toBe('owner');
    expect(await nodes.unsubscribe(shared, `${beaJid}/desk`, '1')).toBe(true);
    expect(await nodes.unsubscribe(shared, `${beaJid}/desk`, '1')).toBe(false);
    expect((await nodes.standing(shared, beaJid))?.subscriptions).toEqual([]);
  });

  test('a member who is erased has no nodes any more, and stands to none', async () => {
    await publish(devices, ['a']);
    await publish({ ...devices, account: bea }, ['b']);
    const theirs = { ...devices, account: bea };
    await nodes.setAffiliations(theirs, [
      { jid: anaJid, account: ana, affiliation: 'member' },
      { jid: 'x@elsewhere.example', account: 0, affiliation: 'member' },
    ]);
    await nodes.subscribe(theirs, { jid: anaJid, account: ana, subid: '', state: 'subscribed', options: {} });
    expect((await nodes.standing(theirs, anaJid))?.affiliation).toBe('member');
    await nodes.erase(ana);
    await nodes.erase(0);
    expect(await nodes.nodes(devices)).toEqual([]);
    expect(await nodes.standing(theirs, anaJid)).toMatchObject({ affiliation: null, subscriptions: [] });
    expect((await nodes.standing(theirs, 'x@elsewhere.example'))?.affiliation).toBe('member');
    expect(await idsOf(theirs)).toEqual(['b']);
  });

  test('an address that is nobody’s any more stands to no node, whosever it was', async () => {
    const theirs = { ...devices, account: bea };
    await publish(theirs, ['b']);
    await nodes.setAffiliations(theirs, [
      { jid: anaJid, account: 0, affiliation: 'publisher' },
      { jid: 'x@elsewhere.example', account: 0, affiliation: 'member' },
    ]);
    const desk = { jid: `${anaJid}/desk`, account: 0, subid: '', state: 'subscribed', options: {} } as const;
    await nodes.subscribe(theirs, desk);
    await nodes.forget(anaJid);
    expect(await nodes.standing(theirs, anaJid)).toMatchObject({ affiliation: null, subscriptions: [] });
    expect((await nodes.standing(theirs, 'x@elsewhere.example'))?.affiliation).toBe('member');
  });

  test('two that publish at once both find room, and the counters stay right', async () => {
    await nodes.create(marks, { ...config, maxItems: 2 });
    await Promise.all(['a', 'b', 'c', 'd'].map((id) => publish(marks, [id])));
    expect((await nodes.node(marks))?.items).toBe(2);
    expect(await idsOf(marks)).toHaveLength(2);
  });

  test('what damage did to the counters is found and mended', async () => {
    await publish(devices, ['a']);
    await stores.damage('update conversation_nodes set items = 7, bytes = 9');
    const found = await stores.database.call(nodesOperations.check, { after: -1 });
    expect(found).toEqual({ next: null, faults: [expect.stringContaining('counted wrongly')] });
    await stores.database.call(nodesOperations.repair, { after: -1, now: start });
    expect(await nodes.node(devices)).toMatchObject({ items: 1, bytes: 4 });
  });
});
