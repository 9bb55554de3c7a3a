import { StoreError } from '../../../base/index.ts';
import { nextModseq, numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import { normaliseName, parentsOf } from '../names.ts';
import type { MailQueries } from '../queries.ts';
import { type MailboxRow, mailboxById } from '../scripts.ts';
import { changeRights, effectiveRights, everyone, type Grant, type GrantMode } from './rights.ts';

export interface GrantChange {
  readonly account: number;
  readonly mailbox: number;
  readonly grantee: number;
  readonly mode: GrantMode;
  /** Letters of `allRights`. */
  readonly rights: string;
  /** Of the letters that are denied instead (RFC 4314 §2). */
  readonly negative: boolean;
}

/**
 * Changes one line of an ACL; an empty one goes. Sessions of the owner's account and of the member hear that something
 * changed. StoreError 'not-found', 'limit'.
 */
export function* grant(q: MailQueries, a: GrantChange & { accounts: readonly number[] }): Script<void> {
  const { account, mailbox, grantee } = a;
  yield* mailboxById(q, account, mailbox);
  const now = (yield* run(q.rightsFor, { account, mailbox, grantees: numbers([grantee]) }))[0];
  const before = { rights: now?.rights ?? '', denied: now?.denied ?? '' };
  const part = a.negative ? 'denied' : 'rights';
  const after = { ...before, [part]: changeRights(before[part], a.mode, a.rights) };
  if (after.rights === before.rights && after.denied === before.denied) return;
  if (after.rights === '' && after.denied === '') {
    yield* run(q.rightsRemove, { account, mailbox, grantee });
  } else {
    const count = (yield* run(q.rightsCount, { account }))[0]?.count ?? 0;
    if (now === undefined && count >= limits.grantsMax) {
      throw new StoreError('limit', `an account grants rights at most ${limits.grantsMax} times`);
    }
    yield* run(q.rightsPut, { account, mailbox, grantee, ...after });
  }
  yield* nextModseq(q, account);
  if (grantee > everyone) yield* nextModseq(q, grantee);
}

/** RFC 4314 §4: a new mailbox has the ACL of the nearest mailbox above it. */
export function* inheritRights(
  q: MailQueries,
  a: { account: number; name: string; mailbox: number },
): Script<void> {
  const { account, mailbox } = a;
  for (const above of parentsOf(a.name).reverse()) {
    const parent = (yield* run(q.mailboxNamed, { account, name: above }))[0];
    if (!parent) continue;
    yield* run(q.rightsInherit, { account, parent: parent.id, mailbox });
    return;
  }
}

export interface Shared {
  readonly account: number;
  readonly mailbox: MailboxRow;
  readonly rights: string;
}

/** What others share with the member, as far as anything of it is left to do; in no order. */
export function* sharedWith(q: MailQueries, a: { member: number }): Script<Shared[]> {
  const { member } = a;
  const lines = yield* run(q.rightsShared, { grantees: numbers([everyone, member]), member });
  if (lines.length === 0) return [];
  const byMailbox = new Map<string, { mailbox: MailboxRow; grants: Grant[] }>();
  for (const { mailbox, ...line } of lines) {
    const key = `${mailbox.account} ${mailbox.id}`;
    const known = byMailbox.get(key);
    if (known) known.grants.push(line);
    else byMailbox.set(key, { mailbox: mailbox as MailboxRow, grants: [line] });
  }
  const shared: Shared[] = [];
  for (const { mailbox, grants } of byMailbox.values()) {
    const rights = effectiveRights(grants, member);
    if (rights !== '')
      shared.push({ account: (mailbox as { account?: number }).account ?? 0, mailbox, rights });
  }
  return shared;
}

function* rightsIn(q: MailQueries, a: { account: number; mailbox: number; member: number }): Script<string> {
  const { member, ...box } = a;
  return effectiveRights(yield* run(q.rightsFor, { ...box, grantees: numbers([everyone, member]) }), member);
}

/** What a member who is not the owner may do in a mailbox; null where there is none. */
export function* rightsOfMember(
  q: MailQueries,
  a: { account: number; mailbox: number; member: number },
): Script<string | null> {
  if ((yield* run(q.mailboxFind, a)).length === 0) return null;
  return yield* rightsIn(q, a);
}

/** The mailbox of that name with what the member may do there; null where there is none. */
export function* findShared(
  q: MailQueries,
  a: { account: number; name: string; member: number },
): Script<{ mailbox: MailboxRow; rights: string } | null> {
  const { account, member } = a;
  const mailbox = (yield* run(q.mailboxNamed, { account, name: normaliseName(a.name) }))[0];
  if (!mailbox) return null;
  return {
    mailbox: mailbox as MailboxRow,
    rights: yield* rightsIn(q, { account, mailbox: mailbox.id, member }),
  };
}

/** What the member may do in the nearest mailbox above the name; null where nothing is above it. */
export function* rightsAbove(
  q: MailQueries,
  a: { account: number; name: string; member: number },
): Script<string | null> {
  const { account, member } = a;
  for (const parent of parentsOf(normaliseName(a.name)).reverse()) {
    const mailbox = (yield* run(q.mailboxNamed, { account, name: parent }))[0];
    if (mailbox) return yield* rightsIn(q, { account, mailbox: mailbox.id, member });
  }
  return null;
}

/** What a member granted and was granted is nobody's any more; those who shared with it hear of it. */
export function* eraseRights(q: MailQueries, a: { account: number }): Script<void> {
  yield* run(q.rightsForgetAll, { account: a.account });
  yield* run(q.rightsForgetGrantee, { grantee: a.account });
}
