import { bareText, type Jid } from '../../formats/jid/index.ts';
import type { Home } from '../routing/home.ts';
import { isBlocked } from './blocked.ts';
import { mayHear } from './contacts.ts';

/** Whether somebody may know of an account what those may who hear its presence (RFC 6121 §8.5.3.1, XEP-0030 §8). */
export async function mayKnowAccount(home: Home, from: Jid): Promise<boolean> {
  if (bareText(from) === home.text) return true;
  const state = await home.state();
  return mayHear(home, state, from) && !isBlocked(state.blocked, from);
}
