import type { Chat } from '../services.ts';
import { inTurn } from './contacts.ts';
import { push } from './pushes.ts';

/**
 * An address is nobody's any more: accounts that have it as a contact keep its name, and it is a stranger to them. Who comes to
 * have it later is nobody's friend by that, and has no leave that was given before it was asked for (RFC 6121 §3.4).
 */
export async function estrange(chat: Chat, contact: string): Promise<void> {
  for (const account of await chat.store.roster.estrange(contact)) await estranged(chat, account, contact);
}

/** The list of an account says so by now; its clients hear of it. */
async function estranged(chat: Chat, account: number, contact: string): Promise<void> {
  const member = await chat.accounts.member(account);
  if (member === null) return;
  const home = chat.homes.of(member);
  await inTurn(home, async () => {
    home.changed();
    if (home.sessions.size === 0) return;
    const state = await home.state();
    if (state.contacts.get(contact)?.listed) push(home, state, contact);
  });
}
