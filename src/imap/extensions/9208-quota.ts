import { delimiter } from '../../stores/mail/index.ts';
import { ok, Refusal } from '../errors.ts';
import { type Command, type Extension, loggedIn } from '../features.ts';
import { isForeign, locate } from '../names/place.ts';
import type { Session } from '../session/session.ts';

/** The only quota root: a member's mail as a whole. */
const root = 'mail';
/** RFC 9208 §5.1: STORAGE counts in units of 1024 octets. */
const storageUnitBytes = 1024;

/** `* QUOTA mail (STORAGE 10 512)`; the list is empty where nothing is limited. RFC 9208 §4.2.1. */
async function writeQuota({ out, mail }: Session, account: number, name: string): Promise<void> {
  const { used, limit } = await mail.quota(account);
  const units = (bytes: number) => Math.ceil(bytes / storageUnitBytes);
  out.data('QUOTA').sp().astring(name);
  out.raw(limit === null ? ' ()' : ` (STORAGE ${units(used)} ${units(limit)})`).crlf();
}

/** GETQUOTA: what is used of a quota root, and how much there may be. */
const getQuota: Command<string> = {
  name: 'GETQUOTA',
  rfc: 'RFC 9208 §4.1.1',
  states: loggedIn,
  privilege: 'mail:read',
  parse(decoder) {
    decoder.sp();
    return decoder.astring('a quota root');
  },
  async run(session, name) {
    if (name !== root) throw new Refusal('there is no such quota root', 'NONEXISTENT');
    await writeQuota(session, session.account, root);
    return ok('that is all');
  },
};

/**
 * What fills up by mail in a mailbox: its owner's quota. Only who may add to it learns how full that is; for others the
 * mailbox has no quota root that they could ask for.
 */
async function rootOf(session: Session, name: string): Promise<{ account: number; root: string | null }> {
  if (!isForeign(name)) return { account: session.account, root };
  const place = await locate(session, name, 'r');
  const owner = place.name.slice(0, place.name.length - place.mailbox.name.length - delimiter.length);
  return { account: place.account, root: place.rights.includes('i') ? owner : null };
}

/** GETQUOTAROOT: the quota root of a mailbox, which need not exist yet, and what is used of it. */
const getQuotaRoot: Command<string> = {
  name: 'GETQUOTAROOT',
  rfc: 'RFC 9208 §4.1.2',
  states: loggedIn,
  privilege: 'mail:read',
  parse(decoder) {
    decoder.sp();
    return decoder.mailbox();
  },
  async run(session, name) {
    const { account, root: of } = await rootOf(session, name);
    session.out.data('QUOTAROOT').sp().mailbox(name);
    if (of !== null) session.out.sp().astring(of);
    session.out.crlf();
    if (of !== null) await writeQuota(session, account, of);
    return ok('that is all');
  },
};

/** QUOTA for the storage of a member. SETQUOTA is for the operator's commands, so QUOTASET is not offered. */
export const quotaExtension: Extension = {
  rfc: 9208,
  name: 'QUOTA',
  capabilities: ({ member }) => (member === null ? [] : ['QUOTA', 'QUOTA=RES-STORAGE']),
  commands: [getQuota, getQuotaRoot],
  statusItems: [
    {
      name: 'DELETED-STORAGE',
      value: ({ id, deleted }, { mail }, account) => (deleted === 0 ? 0 : mail.deletedSize(account, id)),
    },
  ],
};
