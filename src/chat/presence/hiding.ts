import { bareText, type Jid, parseJid } from '../../formats/jid/index.ts';
import { contactsWhere, standingOf } from '../roster/contacts.ts';
import type { HomeState } from '../roster/state.ts';
import { hears, isHeard } from '../roster/subscription.ts';
import type { Home } from '../routing/home.ts';
import { addressed } from '../stanza.ts';
import { probe } from './probes.ts';
import { forgetContact } from './resources.ts';
import { inSteps } from './rounds.ts';
import { availableOf, tellContact, unavailable, untellContact } from './telling.ts';
import { toldBy } from './told.ts';

/** XEP-0191 §3.3: whoever has heard that the account is there, and is one of those, hears that it is no more. */
export async function hideFrom(home: Home, state: HomeState, isOne: (jid: Jid) => boolean): Promise<void> {
  const contacts = [...contactsWhere(state, isHeard)].map(parseJid).filter(isOne);
  await inSteps(contacts, (contact) => untellContact(home, contact));
  for (const contact of state.contacts.keys()) {
    const jid = parseJid(contact);
    if (isOne(jid)) forgetContact(home, jid);
  }
  for (const session of home.sessions.values()) {
    const told = toldBy(session).directed.takeWhere(isOne);
    await inSteps(told, (to) => home.chat.router.route(addressed(unavailable, session.jid, to)));
  }
}

/** XEP-0191 §3.4: they hear again what they may, and are asked what was not heard of them. */
export async function showAgain(home: Home, state: HomeState, isOne: (jid: Jid) => boolean): Promise<void> {
  if (availableOf(home).length === 0) return;
  const contacts = [...contactsWhere(state, (standing) => hears(standing) || isHeard(standing))];
  await inSteps(contacts.map(parseJid).filter(isOne), async (contact) => {
    const standing = standingOf(state, bareText(contact));
    if (isHeard(standing)) await tellContact(home, contact);
    if (hears(standing)) await probe(home, home.jid, bareText(contact));
  });
}
