import { type Clock, randomToken, StoreError } from '../../../base/index.ts';
import type { Database } from '../../../storage/index.ts';
import { limits } from './limits.ts';
import { nodesOperations as operations } from './module.ts';
import { grouped } from './scripts/items.ts';
import type { Node } from './scripts/nodes.ts';
import { nodeOf } from './scripts/reading.ts';
import type { ItemPage, LastItem, NodeAddress, NodeConfig, NodesStore, Subscription } from './types.ts';

export interface NodesOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** In place of the limits, for tests. */
  readonly bytesPerOwnerMax?: number;
  readonly subscriptionsPerNodeMax?: number;
  readonly affiliationsPerNodeMax?: number;
}

const itemIdBits = 80;

function demandBytes(what: string, text: string, most: number): void {
  if (Buffer.byteLength(text) > most)
    throw new StoreError('too-large', `${what} has more than ${most} bytes`, { max: most });
}

function demandAddress({ node }: NodeAddress): void {
  if (node === '') throw new StoreError('invalid', 'a node has a name');
  demandBytes('the name of a node', node, limits.nodeNameBytesMax);
}

function demandConfig({ maxItems, itemExpireSeconds, ...config }: NodeConfig): void {
  if (maxItems !== 'max' && !(Number.isSafeInteger(maxItems) && maxItems >= 0))
    throw new StoreError('invalid', 'the most items of a node are a whole number, or "max"');
  if (maxItems !== 'max' && maxItems > limits.itemsPerNodeMax)
    throw new StoreError('invalid', `a node keeps at most ${limits.itemsPerNodeMax} items`, {
      max: limits.itemsPerNodeMax,
    });
  if (itemExpireSeconds !== null && !(Number.isSafeInteger(itemExpireSeconds) && itemExpireSeconds > 0))
    throw new StoreError('invalid', 'items expire after a number of seconds, or never');
  demandBytes('the configuration of a node', JSON.stringify(config), limits.optionsBytesMax);
}

const bareOf = (jid: string) => jid.split('/', 1)[0] ?? jid;
const shown = (row: Node | null) => row && nodeOf(row);
const demandPage = ({ max }: Pick<ItemPage, 'max'>) => Math.max(0, Math.min(max, limits.pageRowsMax));

/** Each by its id; of two of one id the later. */
function itemsOf(given: readonly { readonly id?: string; readonly payload: string }[]) {
  if (given.length > limits.itemsPerPublishMax)
    throw new StoreError('limit', `at most ${limits.itemsPerPublishMax} items are published at once`);
  const items = given.map(({ id = randomToken(itemIdBits), payload }) => {
    if (id === '') throw new StoreError('invalid', 'the id of an item is empty');
    demandBytes('the id of an item', id, limits.itemIdBytesMax);
    demandBytes('an item', payload, limits.itemBytesMax);
    return { id, payload, bytes: Buffer.byteLength(payload) };
  });
  return [...new Map(items.map((item) => [item.id, item])).values()];
}

export function createNodes(options: NodesOptions): NodesStore {
  return { ...writing(options), ...reading(options), ...standingOf(options), ...ending(options) };
}

type Writing = 'create' | 'configure' | 'publish' | 'retract' | 'purgeItems' | 'remove';

function writing({ database, clock, ...options }: NodesOptions): Pick<NodesStore, Writing> {
  return {
    async create(address, config, creator) {
      demandAddress(address);
      demandConfig(config);
      const now = clock.nowMs();
      return nodeOf(await database.call(operations.create, { ...address, config, creator, now }));
    },
    async configure(address, config) {
      demandConfig(config);
      const { node, evicted } = await database.call(operations.configure, { ...address, config });
      return { node: nodeOf(node), evicted };
    },
    async publish({ items, expected = {}, ...publication }) {
      demandAddress(publication);
      if (publication.defaults) demandConfig({ ...publication.defaults, ...expected });
      const published = await database.call(operations.publish, {
        ...publication,
        expected,
        items: itemsOf(items),
        now: clock.nowMs(),
        bytesPerOwnerMax: options.bytesPerOwnerMax ?? limits.bytesPerOwnerMax,
      });
      return { ...published, node: nodeOf(published.node) };
    },
    async retract(address, ids) {
      if (ids.length > limits.itemsPerPublishMax)
        throw new StoreError('limit', `at most ${limits.itemsPerPublishMax} items are retracted at once`);
      return database.call(operations.retract, { ...address, ids: [...new Set(ids)] });
    },
    purgeItems: (address) => database.call(operations.purgeItems, { ...address }),
    remove: (address) => database.call(operations.remove, { ...address }),
  };
}

type Reading =
  | 'node'
  | 'standing'
  | 'nodes'
  | 'changedSince'
  | 'items'
  | 'newest'
  | 'itemsNamed'
  | 'itemIds'
  | 'last';

function reading({ database, clock }: NodesOptions): Pick<NodesStore, Reading> {
  const items = async (address: NodeAddress, page: ItemPage) =>
    database.call(operations.items, { ...address, ...page, max: demandPage(page), now: clock.nowMs() });
  return {
    node: async (address) => shown(await database.call(operations.find, { ...address })),
    standing: (address, jid) => database.call(operations.standing, { ...address, jid: bareOf(jid) }),
    async nodes(owner, { after = '', max = limits.nodesPerOwnerMax } = {}) {
      const rows = await database.call(operations.page, { ...owner, after, max });
      return rows.map(nodeOf);
    },
    async changedSince(owner, since) {
      return (await database.call(operations.changed, { ...owner, since })).map(nodeOf);
    },
    items,
    newest: (address, max) => items(address, { order: 'oldest-first', before: '', max }),
    async itemsNamed(address, ids) {
      if (ids.length > limits.pageRowsMax)
        throw new StoreError('limit', `at most ${limits.pageRowsMax} items are asked for at once`);
      return database.call(operations.itemsNamed, { ...address, ids, now: clock.nowMs() });
    },
    itemIds: (address, max) =>
      database.call(operations.itemIds, {
        ...address,
        max: Math.min(max, limits.itemsPerNodeMax),
        now: clock.nowMs(),
      }),
    async last(service, accounts, names, jid) {
      if (names.length > limits.namesPerReadMax)
        throw new StoreError('limit', `at most ${limits.namesPerReadMax} nodes are asked for at once`);
      const [first] = accounts;
      if (first === undefined || names.length === 0) return [];
      const asked = { service, names, jid: bareOf(jid), now: clock.nowMs() };
      if (accounts.length === 1) return database.call(operations.lastOfOne, { ...asked, accounts });
      const found: LastItem[] = [];
      for (let at = 0; at < accounts.length; at += limits.ownersPerReadMax) {
        const some = accounts.slice(at, at + limits.ownersPerReadMax);
        found.push(...(await database.call(operations.lastOfMany, { ...asked, accounts: some })));
      }
      return found;
    },
  };
}

type Stand =
  | 'subscribe'
  | 'unsubscribe'
  | 'subscribers'
  | 'subscriptionsOf'
  | 'setAffiliations'
  | 'affiliations'
  | 'affiliationsOf';

function standingOf({ database, ...options }: NodesOptions): Pick<NodesStore, Stand> {
  return {
    async subscribe(address, subscription) {
      demandBytes('what a subscriber asks for', JSON.stringify(subscription.options), limits.optionsBytesMax);
      await database.call(operations.subscribe, {
        ...address,
        subscription,
        bare: bareOf(subscription.jid),
        subscriptionsPerNodeMax: options.subscriptionsPerNodeMax ?? limits.subscriptionsPerNodeMax,
      });
    },
    unsubscribe: (address, jid, subid) => database.call(operations.unsubscribe, { ...address, jid, subid }),
    async *subscribers(address) {
      for (let after: Pick<Subscription, 'jid' | 'subid'> = { jid: '', subid: '' }; ; ) {
        const page = await database.call(operations.subscribers, { ...address, after });
        const last = page.at(-1);
        if (!last) return;
        yield page;
        if (page.length < limits.pageRowsMax) return;
        after = { jid: last.jid, subid: last.subid };
      }
    },
    async subscriptionsOf(owner, jid) {
      const rows = await database.call(operations.subscriptionsOf, { ...owner, jid: bareOf(jid) });
      return rows.map(({ node, ...subscription }) => ({ node, subscription }));
    },
    setAffiliations: (address, changes) =>
      database.call(operations.setAffiliations, {
        ...address,
        changes: changes.map((change) => ({ ...change, jid: bareOf(change.jid) })),
        affiliationsPerNodeMax: options.affiliationsPerNodeMax ?? limits.affiliationsPerNodeMax,
      }),
    async *affiliations(address) {
      for (let after = ''; ; ) {
        const page = await database.call(operations.affiliations, { ...address, after });
        const last = page.at(-1);
        if (!last) return;
        yield page;
        if (page.length < limits.pageRowsMax) return;
        after = last.jid;
      }
    },
    affiliationsOf: (owner, jid) => database.call(operations.affiliationsOf, { ...owner, jid: bareOf(jid) }),
  };
}

function ending({ database, clock }: NodesOptions): Pick<NodesStore, 'erase' | 'forget' | 'purge'> {
  return {
    async erase(member) {
      // 0 is a service: what is there belongs to no member.
      if (member <= 0) return;
      while (await database.call(operations.eraseOwned, { account: member }));
      await database.call(operations.eraseStanding, { member });
    },
    forget: (jid) => database.call(operations.forget, { jid: bareOf(jid) }),
    async purge() {
      for (;;) {
        const over = await database.call(operations.over, { now: clock.nowMs() });
        for (const [account, some] of grouped(over, (row) => row.account))
          await database.call(operations.dropOver, { account, over: some });
        if (over.length < limits.stepRows) return;
      }
    },
  };
}
