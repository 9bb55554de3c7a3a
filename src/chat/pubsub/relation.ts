import type { Jid } from '../../formats/jid/index.ts';
import { type Element, element } from '../../formats/stanza/index.ts';
import type { NodeStanding } from '../../stores/conversations/index.ts';
import { clientNs } from '../namespaces.ts';
import { type HomeState, isHeard, standingOf } from '../roster/index.ts';
import type { Home } from '../routing/home.ts';
import { addressed, type Stanza } from '../stanza.ts';
import type { Relation } from './access.ts';
import { eventNs } from './faults.ts';

/** The service of the store in which nodes of accounts are. */
export const pep = 'pep';

/** How somebody stands to an account and one of its nodes. */
export function pepRelation(
  home: Home,
  state: HomeState,
  jid: string,
  standing: Pick<NodeStanding, 'affiliation' | 'subscriptions'> | null,
): Relation {
  const contact = state.contacts.get(jid);
  const shared = state.shared.get(jid)?.groups;
  const own = contact?.listed ? contact.groups : undefined;
  return {
    isOwner: jid === home.text,
    affiliation: standing?.affiliation ?? null,
    isSubscribed: standing?.subscriptions.some((each) => each.state === 'subscribed') ?? false,
    hearsPresence: isHeard(standingOf(state, jid)),
    groups: own || shared ? [...(own ?? []), ...(shared ?? [])] : null,
  };
}

/** XEP-0163 §4: a message from the account to one resource, or to a subscriber. */
export function eventFor(
  home: Home,
  to: Jid,
  type: string,
  event: Element,
  more: readonly Element[] = [],
): Stanza {
  const attributes = { type: type === 'normal' ? undefined : type };
  const shown = element('event', eventNs, {}, event);
  return addressed(element('message', clientNs, attributes, shown, ...more), home.jid, to);
}
