import { allRights, type GrantMode } from '../../stores/mail/index.ts';
import { ok, Refusal } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { locate } from '../names/place.ts';
import { readRights } from '../names/rights.ts';
import type { Session } from '../session/session.ts';
import type { Decoder } from '../wire/index.ts';
import { identify, parseIdentified } from './identity.ts';

interface Change {
  readonly mode: GrantMode;
  /** As written, without its sign. */
  readonly letters: string;
}

/** `+lr`, `-lr` or `lr`. RFC 4314 §7 mod-rights. */
function parseChange(decoder: Decoder): Change {
  const text = decoder.astring('rights');
  if (text.startsWith('+')) return { mode: 'add', letters: text.slice(1) };
  if (text.startsWith('-')) return { mode: 'remove', letters: text.slice(1) };
  return { mode: 'replace', letters: text };
}

async function change(session: Session, name: string, identifier: string, { mode, letters }: Change) {
  const rights = readRights(letters);
  const place = await locate(session, name, 'a');
  const { grantee, isOwner, negative } = await identify(session, place, identifier);
  const { account, mailbox } = place;
  if (!isOwner) {
    await session.mail.sharing.grant({ account, mailbox: mailbox.id, grantee, mode, rights, negative });
    return;
  }
  const takesNothing = negative ? rights === '' : mode === 'add' || isEverything(mode, rights);
  if (!takesNothing) throw new Refusal('the owner of a mailbox may always do everything', 'CANNOT');
}

function isEverything(mode: GrantMode, rights: string): boolean {
  return mode === 'replace' ? [...allRights].every((right) => rights.includes(right)) : rights === '';
}

/** SETACL: what somebody may do with a mailbox. */
export const setAcl: Command<{ name: string; identifier: string; change: Change }> = {
  name: 'SETACL',
  rfc: 'RFC 4314 §3.1',
  states: loggedIn,
  privilege: 'mail:write',
  parse(decoder) {
    const identified = parseIdentified(decoder);
    decoder.sp();
    return { ...identified, change: parseChange(decoder) };
  },
  async run(session, args) {
    await change(session, args.name, args.identifier, args.change);
    return ok('granted');
  },
};

/** DELETEACL: takes a line out of the ACL; other lines may still grant rights to the same member. */
export const deleteAcl: Command<{ name: string; identifier: string }> = {
  name: 'DELETEACL',
  rfc: 'RFC 4314 §3.2',
  states: loggedIn,
  privilege: 'mail:write',
  parse: parseIdentified,
  async run(session, { name, identifier }) {
    await change(session, name, identifier, { mode: 'replace', letters: '' });
    return ok('taken away');
  },
};
