import { type Member, publicAccount } from '../../accounts/index.ts';
import { allRights, everyone, type Grant, type GrantMode, withObsolete } from '../../stores/mail/index.ts';
import { ok, Refusal } from '../errors.ts';
import { type Command, type Extension, loggedIn } from '../features.ts';
import { locate, type Place } from '../names/place.ts';
import { readRights } from '../names/rights.ts';
import type { Session } from '../session/session.ts';
import { type Decoder, SyntaxFault } from '../wire/index.ts';

/** The identifier of RFC 4314 §2 for every member. */
const anyone = 'anyone';

/** Whom a client means by an identifier; `owner`: whose mailbox it is, and nobody takes rights from. */
interface Identity {
  readonly grantee: number;
  readonly isOwner: boolean;
  /** Written `-name`: what is taken away whatever grants it. */
  readonly negative: boolean;
}

async function identify({ services: { accounts } }: Session, place: Place, text: string): Promise<Identity> {
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

function parseIdentified(decoder: Decoder): { name: string; identifier: string } {
  decoder.sp();
  const name = decoder.mailbox();
  decoder.sp();
  return { name, identifier: decoder.astring('an identifier') };
}

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
const setAcl: Command<{ name: string; identifier: string; change: Change }> = {
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
const deleteAcl: Command<{ name: string; identifier: string }> = {
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

/** GETACL: `* ACL name ana@coop.example lrswipkxteacd ben@coop.example lr`. */
const getAcl: Command<string> = {
  name: 'GETACL',
  rfc: 'RFC 4314 §3.3',
  states: loggedIn,
  privilege: 'mail:read',
  parse(decoder) {
    decoder.sp();
    return decoder.mailbox();
  },
  async run(session, name) {
    const { out, mail, services } = session;
    const place = await locate(session, name, 'a');
    const owner = place.account === publicAccount ? null : await services.accounts.member(place.account);
    const lines: [identifier: string, rights: string][] = owner === null ? [] : [[owner.address, allRights]];
    for (const grant of await mail.sharing.grants(place.account, place.mailbox.id)) {
      lines.push(
        ...linesOf(grant, grant.grantee === everyone ? null : await services.accounts.member(grant.grantee)),
      );
    }
    out.data('ACL').sp().mailbox(name);
    for (const [identifier, rights] of lines) {
      out.sp().astring(identifier).sp().astring(withObsolete(rights));
    }
    out.crlf();
    return ok('that is all');
  },
};

function linesOf({ grantee, rights, denied }: Grant, member: Member | null): [string, string][] {
  const identifier = grantee === everyone ? anyone : member?.address;
  if (identifier === undefined) return [];
  const lines: [string, string][] = [];
  if (rights !== '') lines.push([identifier, rights]);
  if (denied !== '') lines.push([`-${identifier}`, denied]);
  return lines;
}

/** LISTRIGHTS: what somebody can be granted; every right by itself, and to the owner none that it does not have. */
const listRights: Command<{ name: string; identifier: string }> = {
  name: 'LISTRIGHTS',
  rfc: 'RFC 4314 §3.4',
  states: loggedIn,
  privilege: 'mail:read',
  parse: parseIdentified,
  async run(session, { name, identifier }) {
    const place = await locate(session, name, 'a');
    const { isOwner, negative } = await identify(session, place, identifier);
    const all = withObsolete(allRights);
    session.out.data('LISTRIGHTS').sp().mailbox(name).sp().astring(identifier).sp();
    if (isOwner) session.out.astring(negative ? '' : all).crlf();
    else session.out.raw(`"" ${[...all].join(' ')}`).crlf();
    return ok('that is all');
  },
};

/** `* MYRIGHTS name lrs`. */
export function writeMyRights({ out }: Session, name: string, rights: string): void {
  out.data('MYRIGHTS').sp().mailbox(name).sp().astring(withObsolete(rights)).crlf();
}

/** MYRIGHTS: what this member may do, wherever that comes from. */
const myRights: Command<string> = {
  name: 'MYRIGHTS',
  rfc: 'RFC 4314 §3.5',
  states: loggedIn,
  privilege: 'mail:read',
  parse(decoder) {
    decoder.sp();
    return decoder.mailbox();
  },
  async run(session, name) {
    const { rights } = await locate(session, name, '');
    writeMyRights(session, name, rights);
    return ok('that is all');
  },
};

/**
 * ACL: members share mailboxes. What each command needs of the rights stands where it locates its mailbox
 * (names/place.ts). Negative rights are kept; the owner's rights are not to be changed; a new mailbox has the ACL of
 * the one above it. Rights are looked up with every command.
 */
export const aclExtension: Extension = {
  rfc: 4314,
  name: 'ACL',
  capabilities: ({ member }) => (member === null ? [] : ['ACL', 'RIGHTS=kxte']),
  commands: [setAcl, deleteAcl, getAcl, listRights, myRights],
};
