import { bareText } from '../../formats/jid/index.ts';
import { StanzaError } from '../errors.ts';
import { blockingNs, isBlocked } from '../roster/blocked.ts';
import { mayHear } from '../roster/contacts.ts';
import { rosterNs } from '../roster/pushes.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import { payloadOf, type Stanza } from '../stanza.ts';
import { toldBy } from './told.ts';

/** What a server tells its own clients, not all of which look who says it (RFC 6121 §2.1.6, XEP-0191 §3.3). */
const ofServers: ReadonlySet<string> = new Set([rosterNs, blockingNs]);

/**
 * RFC 6121 §8.5.3.1: a resource is asked by those alone who may know that it is there: of its account, subscribed to it, told
 * by name, or spoken to by it; and by members, who have its whole address from somewhere: calls and files between those who
 * are no contacts begin so. What others hear is what they hear of a resource that is not there. Answers pass.
 */
export async function demandKnown(home: Home, session: Session, request: Stanza): Promise<void> {
  const { type, from } = request;
  if (type === 'result' || type === 'error') return;
  const isPush = ofServers.has(payloadOf(request)?.ns ?? '');
  if (isPush && bareText(from) !== home.text) throw new StanzaError('service-unavailable');
  const state = await home.state();
  if (!isBlocked(state.blocked, from)) {
    if (home.chat.homes.isLocal(from.domain) || mayHear(home, state, from)) return;
    const { directed, spokenTo } = toldBy(session);
    if (directed.hasBare(from) || spokenTo?.get(bareText(from)) === true) return;
  }
  throw new StanzaError('service-unavailable');
}
