/**
 * stores/conversations/nodes: what is published and who hears of it (XEP-0060), for members (XEP-0163, service `pep`) and
 * for services.
 * - A node belongs to a service and an account; a service's own nodes to account 0. Everything of a node is one lock and
 *   one change counter: that of its account.
 * - To publish is one transaction: the node is made where it is not there, what the client expects of it is compared, the
 *   items are put, and the oldest go where there are too many. Where a node keeps `max`, nothing goes: the next is refused.
 * - Who may do it is for the caller to judge, from `standing`.
 * - Payloads are text that was parsed and written by the caller; here they are not looked into.
 */
export { limits as nodesLimits } from './limits.ts';
export { nodesModule } from './module.ts';
export { createNodes, type NodesOptions } from './store.ts';
export type {
  AffiliationRow as NodeAffiliationRow,
  ItemPage as NodeItemPage,
  ItemRow as NodeItem,
  Items as NodeItems,
  LastItem as LastNodeItem,
  NodeAddress,
  NodeAffiliation,
  NodeConfig,
  NodeRow,
  NodesStore,
  Owner as NodeOwner,
  Publication as NodePublication,
  Published as NodePublished,
  Standing as NodeStanding,
  Subscription as NodeSubscription,
  SubscriptionState as NodeSubscriptionState,
  Who as NodeWho,
} from './types.ts';
