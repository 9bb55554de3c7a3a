import { Recent } from '../../base/index.ts';
import { bareText, jidText } from '../../formats/jid/index.ts';
import { capsOf } from '../caps/index.ts';
import { contactsRememberedMax, sendLastItems } from '../pubsub/index.ts';
import { isHeard, standingOf } from '../roster/index.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import type { Specification } from '../specification.ts';
import type { Stanza } from '../stanza.ts';

const pepNs = 'http://jabber.org/protocol/pubsub#publish';

/** What a resource was last sent the items for: presence says often that nothing has changed. */
const sentFor = new WeakMap<Session, string>();

function ownCame(session: Session, first: boolean): void {
  const { presence, home, jid } = session;
  if (presence === null) return;
  const caps = capsOf(presence);
  const shown = caps === null ? '' : `${caps.hash} ${caps.ver}`;
  if (!first && sentFor.get(session) === shown) return;
  sentFor.set(session, shown);
  sendLastItems(home, jid, caps);
}

/** The same of contacts, by account and full address. */
const sentTo = new Recent<string, string>(contactsRememberedMax);

/** A contact tells the account that it is there, or no more. */
async function contactCame(home: Home, { from, type, element }: Stanza): Promise<void> {
  const bare = bareText(from);
  if (from.resource === '' || bare === home.text) return;
  const key = `${home.account} ${jidText(from)}`;
  if (type === 'unavailable') sentTo.delete(key);
  if (type !== '') return;
  const caps = capsOf(element);
  const shown = caps === null ? '' : `${caps.hash} ${caps.ver}`;
  if (sentTo.get(key) === shown) return;
  if (!isHeard(standingOf(await home.state(), bare))) return;
  sentTo.set(key, shown);
  sendLastItems(home, from, caps);
}

const identity = { category: 'pubsub', type: 'pep' } as const;

/** Personal eventing: an account publishes, and whoever hears of its presence and wants it, hears of that. */
export const personalEventing: Specification = {
  xep: '0163',
  name: 'Personal Eventing Protocol',
  version: '1.2.2',
  disco: [
    { at: 'account', identities: [identity] },
    { at: 'server', identities: [identity] },
  ],
  features: { account: [pepNs] },
  presence: { sent: ownCame, received: contactCame },
};
