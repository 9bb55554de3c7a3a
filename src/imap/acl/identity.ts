import { publicAccount } from '../../accounts/index.ts';
import { everyone } from '../../stores/mail/index.ts';
import { Refusal } from '../errors.ts';
import type { Place } from '../names/place.ts';
import type { Session } from '../session/session.ts';
import { type Decoder, SyntaxFault } from '../wire/index.ts';

/** The identifier of RFC 4314 §2 for every member. */
export const anyone = 'anyone';

/** Whom a client means by an identifier; `owner`: whose mailbox it is, and nobody takes rights from. */
export interface Identity {
  readonly grantee: number;
  readonly isOwner: boolean;
  /** Written `-name`: what is taken away whatever grants it. */
  readonly negative: boolean;
}

export async function identify(
  { services: { accounts } }: Session,
  place: Place,
  text: string,
): Promise<Identity> {
  const negative = text.startsWith('-');
  const name = negative ? text.slice(1) : text;
  if (name === '') throw new SyntaxFault('the identifier is empty', -1); // RFC 4314 §3
  if (name === anyone) {
    if (place.account === publicAccount) return { grantee: everyone, isOwner: false, negative };
    throw new Refusal("only the co-op's folders are shared with everyone; name the members", 'CANNOT');
  }
  // RFC 4314 §2 leaves '$' for groups.
  if (name.startsWith('$')) throw new Refusal('there are no groups to share with', 'CANNOT');
  const member = await accounts.byName(name);
  if (member === null) throw new Refusal('there is no member of that name', 'CANNOT');
  return { grantee: member.id, isOwner: member.id === place.account, negative };
}

/** SP mailbox SP identifier. */
export function parseIdentified(decoder: Decoder): { name: string; identifier: string } {
  decoder.sp();
  const name = decoder.mailbox();
  decoder.sp();
  return { name, identifier: decoder.astring('an identifier') };
}
