import { bareText, jidText } from '../../formats/jid/index.ts';
import { isSubscriptionKind } from '../roster/subscription.ts';
import { hear, welcome } from '../roster/subscriptions.ts';
import type { Home } from '../routing/home.ts';
import type { Stanza } from '../stanza.ts';
import { answerProbe } from './probes.ts';
import { noteResource } from './resources.ts';
import { availableOf } from './telling.ts';
import { toldBy } from './told.ts';

/** A presence for an account of ours, or for one of its resources. */
export async function received(home: Home, stanza: Stanza): Promise<void> {
  const { type } = stanza;
  if (type === 'subscribe' && (await isInvited(home, stanza))) return welcome(home, stanza);
  if (isSubscriptionKind(type)) return hear(home, stanza, type);
  switch (type) {
    case '':
    case 'unavailable':
      return told(home, stanza);
    case 'probe':
      return answerProbe(home, stanza);
    case 'error':
      return refused(home, stanza);
  }
}

async function isInvited(home: Home, stanza: Stanza): Promise<boolean> {
  for (const hook of home.chat.features.presenceInvited) if (await hook(home, stanza)) return true;
  return false;
}

/** RFC 6121 §8.5.2.1.2, §8.5.3.1: to all that are there, or to the one that is named. */
async function told(home: Home, stanza: Stanza): Promise<void> {
  const { element, from, to } = stanza;
  const { features } = home.chat;
  if (home.sessions.size > 0 && bareText(from) !== home.text)
    noteResource(home, await home.state(), from, element);
  if (to.resource === '') for (const session of availableOf(home)) session.deliver(element);
  else home.sessions.get(to.resource)?.deliver(element);
  for (const hook of features.presenceReceived) await hook(home, stanza);
}

/** RFC 6121 §4.6.4: who could not be told is not told of the end. */
function refused(home: Home, { element, from, to }: Stanza): void {
  const session = home.sessions.get(to.resource);
  if (session === undefined) return;
  toldBy(session).directed.delete(jidText(from));
  session.deliver(element);
}
