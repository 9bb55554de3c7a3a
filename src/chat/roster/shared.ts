import { isDeepStrictEqual } from 'node:util';
import type { Chat } from '../services.ts';
import { inTurn } from './contacts.ts';
import { push } from './pushes.ts';

/** For whoever answers as the `RosterSource`: what it says of an account is another thing now. Clients are told. */
export async function sharedChanged(chat: Chat, account: number): Promise<void> {
  const member = await chat.accounts.member(account);
  if (member === null) return;
  const home = chat.homes.of(member);
  await inTurn(home, async () => {
    if (home.sessions.size === 0) return home.changed();
    const state = await home.state();
    const before = state.shared;
    const now = (await chat.rosterSource?.contactsOf(account)) ?? [];
    state.shared = new Map(now.map((contact) => [contact.contact, contact]));
    for (const contact of new Set([...before.keys(), ...state.shared.keys()]))
      if (!isDeepStrictEqual(before.get(contact), state.shared.get(contact))) push(home, state, contact);
  });
}
