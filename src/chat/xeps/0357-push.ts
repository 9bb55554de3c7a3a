import { jidText } from '../../formats/jid/index.ts';
import { childOf, type Element } from '../../formats/stanza/index.ts';
import { registryOf } from '../acks/index.ts';
import { keepingOf } from '../archive/index.ts';
import { filledIn, formsNs } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { optionsText, pushNs, registered, wake } from '../push/index.ts';
import type { Delivery } from '../routing/flow.ts';
import type { Session } from '../routing/session.ts';
import type { IqRequest, Specification } from '../specification.ts';
import { tryJid } from '../stanza.ts';
import { urgencyOf } from './0352-client-state.ts';
import { clientOf } from './0386-bind2.ts';

const publishOptions = 'http://jabber.org/protocol/pubsub#publish-options';

function serviceOf({ attributes: { jid } }: Element): string {
  const service = tryJid(jid);
  if (service === null) throw new StanzaError('bad-request', { text: "'jid' is no address" });
  return jidText(service);
}

/** §5: the same again takes the place of what was there. */
async function enable({ chat, payload, home, session }: IqRequest): Promise<null> {
  if (home === null || session === null) throw new StanzaError('not-allowed');
  filledIn(payload, publishOptions);
  await chat.store.registrations.push.enable(home.account, {
    service: serviceOf(payload),
    node: payload.attributes.node ?? '',
    options: optionsText(childOf(payload, 'x', formsNs)),
    client: clientOf(session),
    credential: session.root,
  });
  registered(home);
  return null;
}

/** §6: one, or all of a service. */
async function disable({ chat, payload, home }: IqRequest): Promise<null> {
  if (home === null) throw new StanzaError('not-allowed');
  const { node = null } = payload.attributes;
  await chat.store.registrations.push.disable(home.account, serviceOf(payload), node);
  return null;
}

/** What a person is to see at once: what is kept for who is away, and what a room says to a client that is. */
function select({ home, stanza, flow, targets }: Delivery): void {
  const { element, type } = stanza;
  if (type === 'error' || urgencyOf(element) !== 'now') return;
  if (type !== 'groupchat') {
    if (keepingOf(type, element.children) !== 'drop') flow.after(() => void wake(home, { clientOf }));
    return;
  }
  if (childOf(element, 'body') === undefined) return;
  const away = targets.filter(({ stream }) => stream === null);
  for (const session of away) flow.after(() => void wake(home, { clientOf, only: clientOf(session) }));
}

/** What was written to a client that was gone by then. */
function lost(session: Session): undefined {
  const unacked = registryOf(session.chat).of(session)?.unacked ?? [];
  for (const { stanza } of unacked) {
    if (stanza.name !== 'message' || urgencyOf(stanza) !== 'now') continue;
    // What nobody keeps for who is away is no reason to wake them either.
    if (stanza.attributes.type === 'headline') continue;
    void wake(session.home, { clientOf, only: clientOf(session) });
    return;
  }
}

/** Push Notifications: clients that nobody hears are woken. */
export const pushNotifications: Specification = {
  xep: '0357',
  name: 'Push Notifications',
  version: '0.4.1',
  features: { account: [pushNs] },
  iq: [
    { name: 'enable', ns: pushNs, type: 'set', at: 'account', who: 'owner', run: enable },
    { name: 'disable', ns: pushNs, type: 'set', at: 'account', who: 'owner', run: disable },
  ],
  message: [{ phase: 'select', run: select }],
  session: { lost },
};
