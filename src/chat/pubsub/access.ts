import type { NodeAffiliation, NodeConfig } from '../../stores/conversations/index.ts';
import { StanzaError } from '../errors.ts';
import { pubsubError } from './faults.ts';

/** How somebody stands to a node and to whom it belongs. */
export interface Relation {
  /** The account itself, for PEP. */
  readonly isOwner: boolean;
  readonly affiliation: NodeAffiliation | null;
  readonly isSubscribed: boolean;
  /** They hear of the owner's presence (RFC 6121: subscription `from` or `both`). */
  readonly hearsPresence: boolean;
  /** Groups of the owner's list of contacts that they are in; null: in none, they are no contact. */
  readonly groups: readonly string[] | null;
}

const mayAlways: ReadonlySet<NodeAffiliation | null> = new Set<NodeAffiliation>([
  'owner',
  'publisher',
  'member',
]);

/** Why somebody may not read, or hear of, what is published (XEP-0060 §4.5, §6.1.3); null: they may. */
export function readFault(
  { accessModel, rosterGroupsAllowed }: NodeConfig,
  { isOwner, affiliation, isSubscribed, hearsPresence, groups }: Relation,
): StanzaError | null {
  if (isOwner) return null;
  if (affiliation === 'outcast' || affiliation === 'publish-only') return new StanzaError('forbidden');
  if (mayAlways.has(affiliation)) return null;
  switch (accessModel) {
    case 'open':
      return null;
    case 'presence':
      return hearsPresence ? null : pubsubError('presence-subscription-required');
    case 'roster':
      return groups?.some((group) => rosterGroupsAllowed.includes(group))
        ? null
        : pubsubError('not-in-roster-group');
    case 'authorize':
      return isSubscribed ? null : pubsubError('pending-subscription');
    case 'whitelist':
      return pubsubError('closed-node');
  }
}

/** Why somebody may not publish (§7.1.3); null: they may. */
export function publishFault({ publishModel }: NodeConfig, relation: Relation): StanzaError | null {
  const { isOwner, affiliation, isSubscribed } = relation;
  if (isOwner || affiliation === 'owner' || affiliation === 'publisher' || affiliation === 'publish-only')
    return null;
  if (affiliation === 'outcast') return new StanzaError('forbidden');
  if (publishModel === 'open') return null;
  if (publishModel === 'subscribers' && isSubscribed) return null;
  return new StanzaError('forbidden');
}

/** Why somebody may not configure it, delete it or say who may what (§8); null: they may. */
export const ownFault = ({ isOwner, affiliation }: Relation): StanzaError | null =>
  isOwner || affiliation === 'owner' ? null : new StanzaError('forbidden');
