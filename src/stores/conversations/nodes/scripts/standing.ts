import { StoreError } from '../../../../base/index.ts';
import { first, nextModseq, one, run, type Script } from '../../../../storage/index.ts';
import type { NodesQueries } from '../queries.ts';
import type { AffiliationRow, NodeAddress, NodeAffiliation, Subscription, Who } from '../types.ts';
import { demandNode } from './nodes.ts';

export function* subscribe(
  q: NodesQueries,
  a: NodeAddress & { subscription: Subscription; bare: string; subscriptionsPerNodeMax: number },
): Script<void> {
  const { id: node } = yield* demandNode(q, a);
  const { jid, subid } = a.subscription;
  if (!first(yield* run(q.subscriptionFind, { node, jid, subid }))) {
    const { rows } = one(yield* run(q.subscriptionCount, { node }));
    if (Number(rows) >= a.subscriptionsPerNodeMax)
      throw new StoreError('limit', `a node has at most ${a.subscriptionsPerNodeMax} subscriptions`);
  }
  yield* run(q.subscriptionPut, {
    node,
    jid,
    subid,
    bare: a.bare,
    account: a.subscription.account,
    state: a.subscription.state,
    options: a.subscription.options,
  });
  yield* run(q.nodeTouch, { node, modseq: yield* nextModseq(q, a.account) });
}

export function* unsubscribe(
  q: NodesQueries,
  a: NodeAddress & { jid: string; subid: string },
): Script<boolean> {
  const { id: node } = yield* demandNode(q, a);
  const wasThere = (yield* run(q.subscriptionDrop, { node, jid: a.jid, subid: a.subid })).length > 0;
  if (wasThere) yield* run(q.nodeTouch, { node, modseq: yield* nextModseq(q, a.account) });
  return wasThere;
}

export interface AffiliationChange extends Who {
  readonly affiliation: NodeAffiliation | null;
}

export function* setAffiliations(
  q: NodesQueries,
  a: NodeAddress & { changes: readonly AffiliationChange[]; affiliationsPerNodeMax: number },
): Script<void> {
  const { id: node } = yield* demandNode(q, a);
  const before = one(yield* run(q.affiliationCounts, { node }));
  for (const { jid, account, affiliation } of a.changes) {
    if (affiliation === null) yield* run(q.affiliationDrop, { node, jid });
    else yield* run(q.affiliationPut, { node, jid, account, affiliation });
  }
  const after = one(yield* run(q.affiliationCounts, { node }));
  // XEP-0060 §8.9.2: a node has an owner at all times.
  if (Number(before.owners) > 0 && Number(after.owners) === 0)
    throw new StoreError('conflict', 'nobody would own the node any more');
  if (Number(after.rows) > a.affiliationsPerNodeMax && Number(after.rows) > Number(before.rows))
    throw new StoreError('limit', `a node has at most ${a.affiliationsPerNodeMax} affiliations`);
  yield* run(q.nodeTouch, { node, modseq: yield* nextModseq(q, a.account) });
}

export function* subscribers(
  q: NodesQueries,
  a: NodeAddress & { after: { readonly jid: string; readonly subid: string } },
): Script<Subscription[]> {
  const { id: node } = yield* demandNode(q, a);
  return yield* run(q.subscribersAfter, { node, ...a.after });
}

export function* affiliations(q: NodesQueries, a: NodeAddress & { after: string }): Script<AffiliationRow[]> {
  const { id: node } = yield* demandNode(q, a);
  return yield* run(q.affiliationsAfter, { node, after: a.after });
}
