import type { Chat } from '../services.ts';
import { change, inTurn } from './contacts.ts';
import { push } from './pushes.ts';
import { strangers } from './subscription.ts';

/**
 * An address is nobody's any more: accounts that have it as a contact keep its name, and it is a stranger to them. Who comes to
 * have it later is nobody's friend by that, and has no leave that was given before it was asked for (RFC 6121 §3.4).
 */
export async function estrange(chat: Chat, contact: string): Promise<void> {
  const { roster } = chat.store;
  for (let after = 0; ; ) {
    const holders = await roster.holders(contact, after);
    const last = holders.at(-1);
    if (last === undefined) return;
    for (const account of holders) await estrangeOne(chat, account, contact);
    after = last;
  }
}

async function estrangeOne(chat: Chat, account: number, contact: string): Promise<void> {
  const member = await chat.accounts.member(account);
  if (member === null) return;
  const home = chat.homes.of(member);
  await inTurn(home, async () => {
    let isShown = false;
    const state = await change(home, contact, (known) => {
      if (known === undefined) return null;
      const { listed, subscription, ask, pendingIn, approved } = known;
      if (subscription === 'none' && !ask && !pendingIn && !approved) return null;
      isShown = listed;
      return { ...strangers, request: null };
    });
    if (isShown) push(home, state, contact);
  });
}
