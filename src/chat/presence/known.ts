import { bareText } from '../../formats/jid/index.ts';
import { StanzaError } from '../errors.ts';
import { isBlocked } from '../roster/blocked.ts';
import { mayHear } from '../roster/contacts.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import type { Stanza } from '../stanza.ts';
import { toldBy } from './told.ts';

/**
 * RFC 6121 §8.5.3.1: a resource is asked by those alone who may know that it is there: of its account, subscribed to it, told
 * by name, or spoken to by it; and by members, who have its whole address from somewhere: calls and files between those who
 * are no contacts begin so. What others hear is what they hear of a resource that is not there. Answers pass.
 */
export async function demandKnown(home: Home, session: Session, { type, from }: Stanza): Promise<void> {
  if (type === 'result' || type === 'error') return;
  const state = await home.state();
  if (!isBlocked(state.blocked, from)) {
    if (home.chat.homes.isLocal(from.domain) || mayHear(home, state, from)) return;
    const { directed, spokenTo } = toldBy(session);
    if (directed.hasBare(from) || spokenTo.get(bareText(from)) === true) return;
  }
  throw new StanzaError('service-unavailable');
}
