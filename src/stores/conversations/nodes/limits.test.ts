import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, openTestStores, refusal, type TestStores } from '../../../testing/index.ts';
import { createNodes, nodesLimits as limits, type NodeConfig, type NodesStore } from './index.ts';

const config: NodeConfig = {
  ...{ title: '', description: '', language: '', type: '' },
  ...{ accessModel: 'presence', rosterGroupsAllowed: [], publishModel: 'publishers' },
  ...{ maxItems: 'max', persistItems: true, itemExpireSeconds: null },
  ...{ sendLastPublishedItem: 'never', deliverNotifications: true, deliverPayloads: true },
  ...{ presenceBasedDelivery: false, notificationType: 'headline', notifyConfig: false },
  ...{ notifyDelete: false, notifyRetract: true, notifySub: false, itemReply: 'publisher' },
};

describe('limits of nodes', () => {
  let stores: TestStores;
  let nodes: NodesStore;
  beforeAll(async () => {
    const [sqlite] = engines();
    if (!sqlite) throw new Error('SQLite is always there');
    stores = await openTestStores(sqlite);
    nodes = createNodes({ database: stores.database, clock: { nowMs: () => 1_000 } as never });
  });
  afterAll(() => stores.close());

  const at = (account: number, node = 'n') => ({ service: 'pep', account, node });
  const publish = (
    account: number,
    items: readonly { id: string; payload: string }[],
    more: Partial<NodeConfig> = {},
    over = nodes,
  ) => refusal(over.publish({ ...at(account), publisher: 'a@b', items, defaults: { ...config, ...more } }));

  test('itemBytesMax counts bytes, and answerBytesMax cuts a page that would be too large', async () => {
    const payload = 'é'.repeat(limits.itemBytesMax / 2);
    expect(await publish(1, [{ id: 'a', payload: `${payload}x` }])).toBe('too-large');
    const whole = limits.answerBytesMax / limits.itemBytesMax;
    const ids = Array.from({ length: whole + 1 }, (_, n) => `${n}`);
    for (const id of ids) expect(await publish(1, [{ id, payload }])).toBe('accepted');
    const page = await nodes.items(at(1), { order: 'oldest-first', max: 100 });
    expect([page.items.length, page.total, page.complete]).toEqual([whole, whole + 1, false]);
    const rest = await nodes.items(at(1), { order: 'oldest-first', after: `${whole - 1}`, max: 100 });
    expect([rest.items.length, rest.index, rest.complete]).toEqual([1, whole, true]);
    expect(await nodes.itemsNamed(at(1), ids)).toHaveLength(whole);
  });

  test('bytesPerOwnerMax: what is replaced counts once, and what goes makes room', async () => {
    expect(limits.bytesPerOwnerMax).toBeGreaterThanOrEqual(16 * 1024 * 1024);
    const small = createNodes({
      database: stores.database,
      clock: { nowMs: () => 1_000 } as never,
      bytesPerOwnerMax: 10,
    });
    expect(await publish(2, [{ id: 'a', payload: '12345678' }], {}, small)).toBe('accepted');
    expect(await publish(2, [{ id: 'a', payload: '1234567890' }], {}, small)).toBe('accepted');
    expect(await publish(2, [{ id: 'b', payload: '1' }], {}, small)).toBe('over-quota');
    await small.configure(at(2), { ...config, maxItems: 1 });
    expect(await publish(2, [{ id: 'b', payload: '12' }], {}, small)).toBe('accepted');
  });

  test('itemsPerNodeMax is what max means: the next is refused, and nothing goes', async () => {
    const items = (from: number) =>
      Array.from({ length: limits.itemsPerPublishMax }, (_, n) => ({ id: `${from + n}`, payload: '' }));
    for (let from = 0; from < limits.itemsPerNodeMax; from += limits.itemsPerPublishMax)
      expect(await publish(3, items(from))).toBe('accepted');
    expect(await publish(3, [{ id: 'more', payload: '' }])).toBe('limit');
    expect(await publish(3, [{ id: '7', payload: 'again' }])).toBe('accepted');
    expect((await nodes.itemIds(at(3), 1e9)).length).toBe(limits.itemsPerNodeMax);
    expect(await publish(4, [], { maxItems: limits.itemsPerNodeMax + 1 })).toBe('invalid');
    const page = await nodes.items(at(3), { order: 'newest-first', max: 1e9 });
    expect(page.items).toHaveLength(limits.pageRowsMax);
    const ids = Array(limits.pageRowsMax + 1).fill('x');
    expect(await refusal(nodes.itemsNamed(at(3), ids))).toBe('limit');
  });

  test('itemsPerPublishMax, itemIdBytesMax, nodeNameBytesMax and optionsBytesMax', async () => {
    const many = Array.from({ length: limits.itemsPerPublishMax + 1 }, (_, n) => ({
      id: `${n}`,
      payload: '',
    }));
    expect(await publish(5, many)).toBe('limit');
    expect(
      await refusal(
        nodes.retract(
          at(3),
          many.map(({ id }) => id),
        ),
      ),
    ).toBe('limit');
    expect(await publish(5, [{ id: 'é'.repeat(limits.itemIdBytesMax / 2 + 1), payload: '' }])).toBe(
      'too-large',
    );
    expect(await publish(5, [{ id: '', payload: '' }])).toBe('invalid');
    const longest = 'n'.repeat(limits.nodeNameBytesMax);
    expect(await refusal(nodes.create(at(5, longest), config))).toBe('accepted');
    expect(await refusal(nodes.create(at(5, `${longest}n`), config))).toBe('too-large');
    expect(await refusal(nodes.create(at(5, ''), config))).toBe('invalid');
    const long = { ...config, title: 't'.repeat(limits.optionsBytesMax) };
    expect(await refusal(nodes.create(at(5, 'long'), long))).toBe('too-large');
    expect(await publish(5, [], { maxItems: -1 })).toBe('invalid');
    expect(await publish(5, [], { itemExpireSeconds: 0 })).toBe('invalid');
  });

  test('nodesPerOwnerMax', async () => {
    for (let n = 0; n < limits.nodesPerOwnerMax; n++) await nodes.create(at(6, `${n}`), config);
    expect(await refusal(nodes.create(at(6, 'more'), config))).toBe('limit');
    expect(await publish(6, [{ id: 'a', payload: '' }])).toBe('limit');
    expect(await refusal(nodes.create({ ...at(6, 'more'), service: 'pubsub.b' }, config))).toBe('accepted');
  });

  test('ownersPerReadMax and namesPerReadMax bound one statement', () => {
    expect(limits.ownersPerReadMax * limits.namesPerReadMax).toBeLessThanOrEqual(100_000);
  });

  test('subscriptionsPerNodeMax and affiliationsPerNodeMax are room for a whole co-op', async () => {
    expect(limits.subscriptionsPerNodeMax).toBeGreaterThanOrEqual(50_000);
    expect(limits.affiliationsPerNodeMax).toBeGreaterThanOrEqual(50_000);
    const small = createNodes({
      database: stores.database,
      clock: { nowMs: () => 1_000 } as never,
      subscriptionsPerNodeMax: 1,
      affiliationsPerNodeMax: 1,
    });
    await small.create(at(7), config);
    const subscribe = (jid: string) =>
      refusal(small.subscribe(at(7), { jid, account: 0, subid: '', state: 'subscribed', options: {} }));
    expect(await subscribe('x@y')).toBe('accepted');
    expect(await subscribe('x@y')).toBe('accepted');
    expect(await subscribe('z@y')).toBe('limit');
    const options = { long: 'o'.repeat(limits.optionsBytesMax) };
    const wish = { jid: 'z@y', account: 0, subid: '', state: 'subscribed', options } as const;
    expect(await refusal(small.subscribe(at(7), wish))).toBe('too-large');
    const member = (jid: string) => ({ jid, account: 0, affiliation: 'member' }) as const;
    expect(await refusal(small.setAffiliations(at(7), [member('x@y'), member('z@y')]))).toBe('limit');
    expect(await refusal(small.setAffiliations(at(7), [member('x@y')]))).toBe('accepted');
  });

  test('pageRowsMax: more than a page is read to its end', async () => {
    await nodes.create(at(8), config);
    const count = limits.pageRowsMax + 1;
    const jid = (n: number) => `${String(n).padStart(5, '0')}@y`;
    for (let n = 0; n < count; n++)
      await nodes.subscribe(at(8), { jid: jid(n), account: 0, subid: '', state: 'subscribed', options: {} });
    const changes = Array.from({ length: count }, (_, n) => ({
      jid: jid(n),
      account: 0,
      affiliation: 'member',
    }));
    await nodes.setAffiliations(at(8), changes as never);
    const [subscribers, affiliations]: string[][] = [[], []];
    for await (const page of nodes.subscribers(at(8))) subscribers?.push(...page.map((one) => one.jid));
    for await (const page of nodes.affiliations(at(8))) affiliations?.push(...page.map((one) => one.jid));
    expect(subscribers).toEqual(affiliations);
    expect(subscribers).toEqual(changes.map((one) => one.jid));
  });
});
