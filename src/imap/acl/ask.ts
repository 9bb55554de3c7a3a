import { type Member, publicAccount } from '../../accounts/index.ts';
import { allRights, everyone, type Grant, withObsolete } from '../../stores/mail/index.ts';
import { ok } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { locate } from '../names/place.ts';
import type { Session } from '../session/session.ts';
import { anyone, identify, parseIdentified } from './identity.ts';

/** GETACL: `* ACL name ana@coop.example lrswipkxteacd ben@coop.example lr`. */
export const getAcl: Command<string> = {
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
export const listRights: Command<{ name: string; identifier: string }> = {
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
export const myRights: Command<string> = {
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
