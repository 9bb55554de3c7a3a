import { isDeepStrictEqual } from 'node:util';
import { bareText, type Jid, parseJid } from '../../formats/jid/index.ts';
import { probe } from '../presence/probes.ts';
import { forgetContact } from '../presence/resources.ts';
import { availableOf, tellContact, untellContact } from '../presence/telling.ts';
import type { Home } from '../routing/home.ts';
import type { Chat } from '../services.ts';
import { isBlocked } from './blocked.ts';
import { inTurn, standingOf } from './contacts.ts';
import { push } from './pushes.ts';
import { isHeard } from './subscription.ts';

/** For whoever answers as the `RosterSource`: what it says of an account is another thing now. Clients are told, and who comes or goes. */
export async function sharedChanged(chat: Chat, account: number): Promise<void> {
  const member = await chat.accounts.member(account);
  if (member === null) return;
  const home = chat.homes.of(member);
  const came: string[] = [];
  const gone: string[] = [];
  await inTurn(home, async () => {
    if (home.sessions.size === 0) return home.changed();
    const state = await home.state();
    const before = state.shared;
    const now = (await chat.rosterSource?.contactsOf(account)) ?? [];
    state.shared = new Map(now.map((contact) => [contact.contact, contact]));
    for (const contact of new Set([...before.keys(), ...state.shared.keys()]))
      if (!isDeepStrictEqual(before.get(contact), state.shared.get(contact))) push(home, state, contact);
    came.push(...[...state.shared.keys()].filter((contact) => !before.has(contact)));
    gone.push(...[...before.keys()].filter((contact) => !isHeard(standingOf(state, contact))));
  });
  for (const contact of gone) await part(home, parseJid(contact));
  for (const contact of came) await meet(home, parseJid(contact));
}

/** RFC 6121 §3.3.3: who is no contact any more sees nobody come or go. */
async function part(home: Home, contact: Jid): Promise<void> {
  const { blocked } = await home.state();
  if (!isBlocked(blocked, contact)) await untellContact(home, contact);
  forgetContact(home, contact);
}

/** RFC 6121 §3.1.5: each tells the other; whose list is behind has asked too early, and is told by this one. */
async function meet(home: Home, contact: Jid): Promise<void> {
  const { blocked } = await home.state();
  if (isBlocked(blocked, contact) || availableOf(home).length === 0) return;
  await tellContact(home, contact);
  await probe(home, home.jid, bareText(contact));
}
