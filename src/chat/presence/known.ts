import { StanzaError } from '../errors.ts';
import { isBlocked } from '../roster/blocked.ts';
import { mayHear } from '../roster/contacts.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import type { Stanza } from '../stanza.ts';
import { toldBy } from './told.ts';

/**
 * RFC 6121 §8.5.3.1: a resource is asked by those alone who may know that it is there: of its account, subscribed to it, or
 * told by name. What others hear is what they hear of a resource that is not there. Answers pass.
 */
export async function demandKnown(home: Home, session: Session, { type, from }: Stanza): Promise<void> {
  if (type === 'result' || type === 'error') return;
  const state = await home.state();
  if (
    !isBlocked(state.blocked, from) &&
    (mayHear(home, state, from) || toldBy(session).directed.hasBare(from))
  )
    return;
  throw new StanzaError('service-unavailable');
}
