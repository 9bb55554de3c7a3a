import { StoreError } from '../../../base/index.ts';
import { nextModseq, one, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import { copyMetadata, eraseMetadata } from '../metadata/scripts.ts';
import { removeMessages } from '../moving/bulk-scripts.ts';
import { move } from '../moving/transfer-scripts.ts';
import { checkedName, normaliseName, ownName, parentsOf } from '../names.ts';
import { mailboxObjectId } from '../object-ids.ts';
import type { MailQueries } from '../queries.ts';
import { type MailboxRow, mailboxByName } from '../scripts.ts';
import { forgetIndex } from '../search/scripts.ts';
import { eraseRights, inheritRights } from '../sharing/rights-scripts.ts';
import { delimiter, type NameEvent, type SpecialUse } from '../types.ts';
import { noteName, noteNames } from './account-news.ts';

function* insertMailbox(
  q: MailQueries,
  a: { account: number; name: string; specialUse: SpecialUse | null; nowSeconds: number },
): Script<MailboxRow> {
  const { account, name, specialUse } = a;
  const ids = one(yield* run(q.accountMailbox, { account, now: a.nowSeconds }));
  const mailbox = ids.nextMailbox - 1;
  const modseq = yield* noteName(q, account, { kind: 'created', mailbox, name, formerName: null });
  const objectId = mailboxObjectId(account, mailbox);
  yield* run(q.mailboxInsert, {
    account,
    mailbox,
    name,
    objectId,
    specialUse,
    uidValidity: ids.lastValidity,
    modseq,
  });
  yield* inheritRights(q, { account, name, mailbox });
  return one(yield* run(q.mailboxFind, { account, mailbox })) as MailboxRow;
}

export interface Creation {
  readonly account: number;
  readonly name: string;
  readonly specialUse: SpecialUse | null;
  readonly nowSeconds: number;
}

function checkCount(mailboxes: number): void {
  if (mailboxes <= limits.mailboxesMax) return;
  throw new StoreError('limit', `an account has at most ${limits.mailboxesMax} mailboxes`);
}

/** Parents that are missing are made too (RFC 9051 §6.3.4). */
export function* create(q: MailQueries, a: Creation): Script<MailboxRow> {
  const { account, specialUse } = a;
  const name = ownName(a.name);
  const isThere = function* (wanted: string): Script<boolean> {
    return (yield* run(q.mailboxNamed, { account, name: wanted })).length > 0;
  };
  if (yield* isThere(name)) throw new StoreError('exists', 'there is a mailbox of that name already');
  if (specialUse !== null && (yield* run(q.mailboxUsed, { account, specialUse })).length > 0) {
    throw new StoreError('conflict', `another mailbox is \\${specialUse} already`);
  }
  const missing: string[] = [];
  for (const parent of parentsOf(name)) if (!(yield* isThere(parent))) missing.push(parent);
  checkCount(one(yield* run(q.mailboxCount, { account })).count + missing.length + 1);
  for (const parent of missing) yield* insertMailbox(q, { ...a, name: parent, specialUse: null });
  return yield* insertMailbox(q, { ...a, name });
}

/** Takes out every message. Nobody can ask for the history of a mailbox that is gone, so no tombstones stay. */
function* empty(
  q: MailQueries,
  a: { account: number; mailbox: number; modseq: number; now: number },
): Script<void> {
  yield* removeMessages(q, { ...a, ranges: [[1, limits.uidMax]], forget: true });
  yield* run(q.expungedForget, { account: a.account, mailbox: a.mailbox });
  yield* run(q.goneBlocksForget, { account: a.account, mailbox: a.mailbox });
  yield* run(q.keywordsForget, { account: a.account, mailbox: a.mailbox });
}

/** Lets go of everything of an account; may be run again. The change counter stays, so that it never goes back. */
export function* erase(q: MailQueries, a: { account: number; now: number }): Script<void> {
  const { account, now } = a;
  const modseq = yield* nextModseq(q, account);
  for (const mailbox of yield* run(q.mailboxAll, { account })) {
    yield* empty(q, { account, mailbox: mailbox.id, modseq, now });
  }
  yield* run(q.mailboxForgetAll, { account });
  yield* run(q.goneForgetAll, { account });
  yield* run(q.subscriptionForgetAll, { account });
  yield* run(q.nameEventsForget, { account, before: modseq + 1 });
  yield* forgetIndex(q, account);
  yield* eraseRights(q, { account });
  yield* eraseMetadata(q, { account });
  yield* run(q.keywordsForgetAll, { account });
  yield* run(q.sharesForgetAll, { account });
  yield* run(q.accountForget, { account });
}

/** Answers the modseq of the change, as those below do. */
export function* remove(q: MailQueries, a: { account: number; name: string; now: number }): Script<number> {
  const { account, now } = a;
  const name = normaliseName(a.name);
  if (name === 'INBOX') throw new StoreError('invalid', 'INBOX cannot be deleted');
  const mailbox = yield* mailboxByName(q, account, name);
  const prefix = name + delimiter;
  if ((yield* run(q.mailboxBelow, { account, prefix, length: [...prefix].length })).length > 0) {
    throw new StoreError('has-children', 'the mailbox has others below it; delete those first');
  }
  const modseq = yield* noteName(q, account, {
    kind: 'deleted',
    mailbox: mailbox.id,
    name,
    formerName: null,
  });
  yield* empty(q, { account, mailbox: mailbox.id, modseq, now });
  yield* run(q.mailboxDelete, { account, mailbox: mailbox.id });
  yield* run(q.rightsForget, { account, mailbox: mailbox.id });
  yield* run(q.metadataForget, { account, mailbox: mailbox.id });
  yield* run(q.mailboxGone, { account, mailbox: mailbox.id, name, objectId: mailbox.objectId, modseq });
  return modseq;
}

/** RFC 9051 §6.3.6: the tree below goes along; INBOX stays and gives its messages to the new mailbox. */
export function* rename(
  q: MailQueries,
  a: { account: number; from: string; to: string; now: number; nowSeconds: number },
): Script<number> {
  const { account } = a;
  const from = normaliseName(a.from);
  const to = ownName(a.to);
  const source = yield* mailboxByName(q, account, from);
  if (from === 'INBOX') {
    const target = yield* create(q, { account, name: to, specialUse: null, nowSeconds: a.nowSeconds });
    yield* copyMetadata(q, { account, from: source.id, to: target.id, modseq: target.highestModseq });
    yield* move(q, { account, from: source.id, to: target.id, uids: [[1, limits.uidMax]], now: a.now });
    return target.highestModseq;
  }
  if (to.startsWith(from + delimiter)) throw new StoreError('invalid', 'a mailbox cannot move below itself');
  const all = yield* run(q.mailboxAll, { account });
  const names = new Set(all.map((mailbox) => mailbox.name));
  if (names.has(to)) throw new StoreError('exists', 'there is a mailbox of that name already');
  const tree = all.filter((mailbox) => mailbox.name === from || mailbox.name.startsWith(from + delimiter));
  const missing = parentsOf(to).filter((parent) => !names.has(parent));
  checkCount(all.length + missing.length);
  for (const parent of missing) {
    yield* insertMailbox(q, { account, name: parent, specialUse: null, nowSeconds: a.nowSeconds });
  }
  const modseq = yield* nextModseq(q, account);
  const renamed: Omit<NameEvent, 'modseq'>[] = [];
  for (const mailbox of tree) {
    const name = checkedName(to + mailbox.name.slice(from.length));
    if (names.has(name)) throw new StoreError('exists', 'there is a mailbox of that name already');
    yield* run(q.mailboxRename, { account, mailbox: mailbox.id, name, modseq });
    renamed.push({ kind: 'renamed', mailbox: mailbox.id, name, formerName: mailbox.name });
  }
  yield* noteNames(q, account, modseq, renamed);
  return modseq;
}

/** Null where the name was subscribed to before. */
export function* subscribe(q: MailQueries, a: { account: number; name: string }): Script<number | null> {
  const name = checkedName(a.name);
  const { account } = a;
  if ((yield* run(q.subscribedTo, { account, name })).length > 0) return null;
  if ((yield* run(q.subscriptions, { account })).length >= limits.mailboxesMax) {
    throw new StoreError('limit', `an account subscribes to at most ${limits.mailboxesMax} names`);
  }
  const modseq = yield* noteName(q, account, { kind: 'subscribed', mailbox: 0, name, formerName: null });
  yield* run(q.subscribe, { account, name, modseq });
  yield* run(q.mailboxListed, { account, name, modseq });
  return modseq;
}

export function* unsubscribe(q: MailQueries, a: { account: number; name: string }): Script<number> {
  const name = normaliseName(a.name);
  const { account } = a;
  if ((yield* run(q.subscribedTo, { account, name })).length === 0) {
    throw new StoreError('not-found', 'the name is not subscribed to');
  }
  yield* run(q.unsubscribe, { account, name });
  const modseq = yield* noteName(q, account, { kind: 'unsubscribed', mailbox: 0, name, formerName: null });
  yield* run(q.mailboxListed, { account, name, modseq });
  return modseq;
}

/** What every member starts with; the special uses are RFC 6154's. */
const firstMailboxes: readonly [name: string, specialUse: SpecialUse | null][] = [
  ['INBOX', null],
  ['Drafts', 'Drafts'],
  ['Sent', 'Sent'],
  ['Archive', 'Archive'],
  ['Junk', 'Junk'],
  ['Trash', 'Trash'],
];

export function* provision(
  q: MailQueries,
  a: { account: number; quota: number | null; nowSeconds: number; empty: boolean },
): Script<void> {
  const { account, nowSeconds } = a;
  const made = yield* run(q.accountMake, { account, quota: a.quota });
  if (made.length === 0 || a.empty) return;
  for (const [name, specialUse] of firstMailboxes) {
    yield* insertMailbox(q, { account, name, specialUse, nowSeconds });
    yield* subscribe(q, { account, name });
  }
}

export function* claimRecent(q: MailQueries, a: { account: number; mailbox: number }): Script<number> {
  const row = (yield* run(q.mailboxFind, a))[0];
  if (!row) throw new StoreError('not-found', 'there is no such mailbox');
  yield* run(q.mailboxRecent, a);
  return row.recentUid;
}
