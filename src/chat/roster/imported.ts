import type { Chat } from '../services.ts';
import { inTurn } from './contacts.ts';
import { push } from './pushes.ts';

/** The list of an account was changed in the store by somebody else: it is read again, and its clients are told. */
export async function rosterImported(chat: Chat, account: number): Promise<void> {
  const member = await chat.accounts.member(account);
  if (member === null) return;
  const home = chat.homes.of(member);
  await inTurn(home, async () => {
    const before = home.sessions.size === 0 ? null : await home.state();
    home.changed();
    if (before === null) return;
    const state = await home.state();
    for (const { contact, listed, ver } of state.contacts.values())
      if (listed && before.contacts.get(contact)?.ver !== ver) push(home, state, contact);
  });
}
