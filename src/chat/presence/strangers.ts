import { bareText, type Jid } from '../../formats/jid/index.ts';
import { StanzaError } from '../errors.ts';
import { standingOf } from '../roster/contacts.ts';
import type { Home } from '../routing/home.ts';
import type { Specification, Step } from '../specification.ts';
import type { Stanza } from '../stanza.ts';
import { toldBy } from './told.ts';

/** Whether the account has to do with that address: it knows it, has gone to it (a room), or has talked with it. */
async function isKnown(home: Home, from: Jid): Promise<boolean> {
  const contact = bareText(from);
  const state = await home.state();
  const { subscription, ask } = standingOf(state, contact);
  if (subscription !== 'none' || ask || state.contacts.get(contact)?.listed) return true;
  for (const session of home.sessions.values()) if (toldBy(session).directed.hasBare(from)) return true;
  const { archive } = home.chat.store;
  const talk = {
    kind: 'account',
    owner: home.account,
    with: { peer: contact },
    before: 'end',
    max: 1,
  } as const;
  return (await archive.query(talk)).rows.length > 0;
}

/** What of a stranger is looked at; the rest is judged where it is answered. */
const isUnasked = ({ kind, type }: Stanza): boolean =>
  (kind === 'message' && type !== 'error') || (kind === 'presence' && type === 'subscribe');

async function arriving(home: Home, stanza: Stanza): Promise<Step> {
  const policy = home.chat.settings().strangers;
  if (policy === 'requests' && stanza.kind === 'presence') return undefined;
  if (await isKnown(home, stanza.from)) return undefined;
  // Who is turned away learns nothing of the account (RFC 6121 §8.5.1).
  if (stanza.kind === 'message') throw new StanzaError('service-unavailable');
  return 'done';
}

/** People of other servers whom a member has nothing to do with: what they may bring is configuration. */
export const strangers: Specification = {
  rfc: 'RFC 6121 §13',
  name: 'strangers from other servers',
  guard: {
    arriving(home, stanza) {
      const { chat } = home;
      if (!isUnasked(stanza) || chat.router.isOurs(stanza.from.domain)) return undefined;
      const { strangers: policy = 'everything' } = chat.settings();
      return policy === 'everything' ? undefined : arriving(home, stanza);
    },
  },
};
