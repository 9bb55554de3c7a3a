import { StoreError } from '../../base/index.ts';
import { childOf } from '../../formats/stanza/index.ts';
import type { Home } from '../routing/home.ts';
import type { Specification } from '../specification.ts';
import type { Stanza } from '../stanza.ts';

const preauthNs = 'urn:xmpp:pars:0';

/** §3.5: the token is this member's own, and good once. One that is not, is as none (§4.1). */
async function invited(home: Home, { element }: Stanza): Promise<boolean> {
  const token = childOf(element, 'preauth', preauthNs)?.attributes.token;
  if (token === undefined) return false;
  const { invites } = home.chat.store.registrations;
  const invite = await invites.peek(token);
  if (invite?.kind !== 'contact' || invite.creator !== home.account) return false;
  try {
    await invites.take(token, 'contact');
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'not-found') return false;
    throw error;
  }
}

/** Pre-Authenticated Roster Subscription: who comes with a member's invitation is a contact at once. */
export const invitedContacts: Specification = {
  xep: '0379',
  name: 'Pre-Authenticated Roster Subscription',
  version: '0.3.3',
  presence: { invited },
};
