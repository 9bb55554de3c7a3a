import { StoreError } from '../../base/index.ts';
import { keepBlob, nextModseq, one, run, type Script, type StoredBlob } from '../../storage/index.ts';
import { countersOf } from './flags.ts';
import { limits } from './limits.ts';
import { keywordsIn, noteKeywords } from './mailboxes/keyword-scripts.ts';
import { removeMessages } from './moving/bulk-scripts.ts';
import { normaliseName } from './names.ts';
import type { OrderKeys } from './order/order.ts';
import type { MailQueries } from './queries.ts';
import type { Appended, Mailbox, MessageRow } from './types.ts';
import { rangesOf } from './uids/ranges.ts';

/** A message ready for its rows: everything worked out beforehand, since scripts do nothing but queries. */
export interface Prepared {
  readonly blob: StoredBlob;
  readonly flags: number;
  readonly keywords: string;
  readonly received: number;
  readonly receivedZone: number;
  readonly saved: number;
  readonly content: {
    readonly headerLength: number;
    readonly sentAt: number | null;
    readonly envelope: string;
    readonly bodyStructure: string;
    readonly body: string;
    readonly structure: string;
    readonly preview: string;
  };
  readonly order: OrderKeys;
}

export type MailboxRow = Omit<Mailbox, 'subscribed'> & { listedModseq: number };

export function* mailboxById(q: MailQueries, account: number, mailbox: number): Script<MailboxRow> {
  const row = (yield* run(q.mailboxFind, { account, mailbox }))[0];
  if (!row) throw new StoreError('not-found', 'there is no such mailbox');
  return row as MailboxRow;
}

export function* mailboxByName(q: MailQueries, account: number, name: string): Script<MailboxRow> {
  const row = (yield* run(q.mailboxNamed, { account, name: normaliseName(name) }))[0];
  if (!row) throw new StoreError('not-found', 'there is no such mailbox');
  return row as MailboxRow;
}

/** Reserves ids and space. StoreError 'over-quota', 'not-found' (no such account). */
export function* take(
  q: MailQueries,
  account: number,
  emails: number,
  count: number,
  size: number,
): Script<number> {
  const taken = (yield* run(q.accountTake, { account, emails, count, size }))[0];
  if (taken) return taken.nextEmail - emails;
  const known = (yield* run(q.accountFind, { account }))[0];
  if (!known) throw new StoreError('not-found', 'there is no such account');
  if (known.messages + count > limits.messagesPerAccountMax) {
    throw new StoreError('limit', `an account has at most ${limits.messagesPerAccountMax} messages`);
  }
  throw new StoreError('over-quota', 'the mailbox is full');
}

export function checkUid(uidNext: number): void {
  if (uidNext - 1 > limits.uidMax) throw new StoreError('limit', 'the mailbox has used up its UIDs');
}

function* insertContents(
  q: MailQueries,
  account: number,
  firstEmail: number,
  messages: readonly Prepared[],
): Script<void> {
  const rows = messages.map(({ blob, content }, at) => {
    return { account, id: firstEmail + at, hash: blob.hash, size: blob.size, ...content };
  });
  yield* run(q.emailInsert, { rows });
  const orders = messages.map(({ order }, at) => ({ account, id: firstEmail + at, ...order }));
  yield* run(q.emailOrderInsert, { rows: orders });
  for (const { blob } of messages) yield* keepBlob(q, blob);
}

/** Adds messages to the mailbox that `grow` bumps; shared by APPEND (by id) and delivery (by name). */
export function* add(
  q: MailQueries,
  account: number,
  target: { readonly mailbox: number } | { readonly name: string },
  messages: readonly Prepared[],
): Script<Appended[]> {
  const rows = messages.map(({ flags, blob }) => ({ flags, size: blob.size }));
  const { count, unseen, deleted, size } = countersOf(rows);
  const firstEmail = yield* take(q, account, count, count, size);
  const modseq = yield* nextModseq(q, account);
  const growth = { account, count, unseen, deleted, size, modseq };
  const grown =
    'mailbox' in target
      ? (yield* run(q.mailboxGrow, { ...growth, mailbox: target.mailbox }))[0]
      : ((yield* run(q.mailboxGrowNamed, { ...growth, name: target.name }))[0] ??
        (yield* run(q.mailboxGrowNamed, { ...growth, name: 'INBOX' }))[0]);
  if (!grown) throw new StoreError('not-found', 'there is no such mailbox');
  checkUid(grown.uidNext);
  const firstUid = grown.uidNext - count;
  yield* insertContents(q, account, firstEmail, messages);
  const inserted = messages.map((message, at) => ({
    account,
    mailbox: grown.id,
    uid: firstUid + at,
    modseq,
    flags: message.flags,
    keywords: message.keywords,
    received: message.received,
    receivedZone: message.receivedZone,
    saved: message.saved,
    size: message.blob.size,
    email: firstEmail + at,
  }));
  yield* run(q.messageInsert, { rows: inserted });
  yield* noteKeywords(q, { account, mailbox: grown.id }, keywordsIn(messages));
  return inserted.map(({ uid }) => ({ mailbox: grown.id, uidValidity: grown.uidValidity, uid, modseq }));
}

export function* append(
  q: MailQueries,
  a: { account: number; mailbox: number; messages: readonly Prepared[] },
): Script<Appended[]> {
  return yield* add(q, a.account, { mailbox: a.mailbox }, a.messages);
}

export function* deliver(
  q: MailQueries,
  a: { account: number; name: string; message: Prepared },
): Script<Appended> {
  return one(yield* add(q, a.account, { name: normaliseName(a.name) }, [a.message]));
}

/** Takes rows out of a mailbox and leaves tombstones; contents that nobody shares go with them. */
export function* removeRows(
  q: MailQueries,
  a: {
    account: number;
    mailbox: number;
    rows: readonly MessageRow[];
    modseq: number;
    now: number;
    keepContents: boolean;
  },
): Script<void> {
  const { rows, ...box } = a;
  yield* removeMessages(q, { ...box, ranges: rangesOf(rows.map(({ uid }) => uid)) });
}
