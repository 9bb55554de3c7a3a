import type { Jid } from '../../formats/jid/index.ts';
import type { Home } from '../routing/home.ts';

/** Whether somebody may know of an account what its contacts may (RFC 6121 §8.5.3.1, XEP-0030 §8). */
export async function mayKnowAccount(home: Home, from: Jid): Promise<boolean> {
  return home.chat.homes.sessionOf(from)?.home === home;
}
