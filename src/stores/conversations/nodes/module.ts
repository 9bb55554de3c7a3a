import { defineModule, run } from '../../../storage/index.ts';
import { nodesQueries } from './queries.ts';
import { check, dropOver, publish, purgeItems, repair, retract } from './scripts/items.ts';
import { configure, create, eraseOwned, eraseStanding, findNode, forget, remove } from './scripts/nodes.ts';
import { itemIds, items, itemsNamed, type LastWanted, last, standing } from './scripts/reading.ts';
import { affiliations, setAffiliations, subscribe, subscribers, unsubscribe } from './scripts/standing.ts';
import { nodesTables } from './tables.ts';
import type { NodeAddress, Owner } from './types.ts';

/** What the threads run for nodes of PEP and pubsub. */
export const { module: nodesModule, operations: nodesOperations } = defineModule({
  name: 'conversation-nodes',
  tables: nodesTables,
  queries: nodesQueries,
  operations: ({ read, recall, scan, write }) => ({
    create: write(create),
    configure: write(configure),
    publish: write(publish),
    retract: write(retract),
    purgeItems: write(purgeItems),
    remove: write(remove),
    find: recall(function* (q, a: NodeAddress) {
      return (yield* findNode(q, a)) ?? null;
    }),
    standing: recall(standing),
    page: read(function* (q, a: Owner & { after: string; max: number }) {
      return yield* run(q.nodesAfter, { ...a });
    }),
    changed: read(function* (q, a: Owner & { since: number }) {
      return yield* run(q.nodesChanged, { ...a });
    }),
    items: read(items),
    itemsNamed: read(itemsNamed),
    itemIds: read(itemIds),
    lastOfOne: read(last),
    /** Of many owners at once: away from the thread that answers everybody. */
    lastOfMany: scan(function* (q, a: LastWanted) {
      return yield* last(q, a);
    }),
    subscribe: write(subscribe),
    unsubscribe: write(unsubscribe),
    subscribers: read(subscribers),
    subscriptionsOf: read(function* (q, a: Owner & { jid: string }) {
      return yield* run(q.subscriptionsOf, { ...a });
    }),
    setAffiliations: write(setAffiliations),
    affiliations: read(affiliations),
    affiliationsOf: read(function* (q, a: Owner & { jid: string }) {
      return yield* run(q.affiliationsOf, { ...a });
    }),
    eraseOwned: write(eraseOwned),
    eraseStanding: write(eraseStanding),
    forget: write(forget),
    over: scan(function* (q, a: { now: number }) {
      return yield* run(q.itemsOver, { ...a });
    }),
    dropOver: write(dropOver),
    check: scan(check),
    repair: write(repair),
  }),
  integrity: (operations) => ({ checks: [operations.check], repair: operations.repair }),
});
