import type { Readable } from 'node:stream';
import type { ParsedMessage } from '../../formats/mime/index.ts';
import type { BlobWant, StoredBlob } from '../../storage/index.ts';
import type { FlagScope } from './flags.ts';
import type { AtHand } from './held/at-hand.ts';
import type { Narrowed } from './search/find.ts';
import type { Needle } from './search/needle.ts';
import type { Box, Sharing, SharingReader } from './sharing/sharing.ts';

/** System flags as bits (RFC 9051 §2.3.2); keywords are kept beside them as text. */
export const flagBits = { seen: 1, answered: 2, flagged: 4, deleted: 8, draft: 16 } as const;

/** RFC 6154 §2 special uses that a mailbox may carry, without the backslash. */
export const specialUses = [
  'All',
  'Archive',
  'Drafts',
  'Flagged',
  'Junk',
  'Sent',
  'Trash',
  'Important',
] as const;
export type SpecialUse = (typeof specialUses)[number];

/** The hierarchy delimiter of every mailbox name. */
export const delimiter = '/';

/** First levels of names that lead out of an account: to what other members share, and to the co-op's own folders. */
export const othersLevel = 'Other Users';
export const publicLevel = 'Public';

export interface Mailbox {
  readonly id: number;
  /** Full name, NFC, levels separated by '/'; 'INBOX' exactly so. */
  readonly name: string;
  /** RFC 8474 MAILBOXID: stable over RENAME, never used again. */
  readonly objectId: string;
  readonly uidValidity: number;
  readonly uidNext: number;
  /** Grows with every change in this mailbox (RFC 7162). */
  readonly highestModseq: number;
  /** That of the last message that came or went. */
  readonly countedModseq: number;
  readonly messages: number;
  readonly unseen: number;
  readonly deleted: number;
  /** Sum of the messages' sizes, bytes. */
  readonly size: number;
  readonly specialUse: SpecialUse | null;
  readonly subscribed: boolean;
  /** The lowest UID that no read-write session has been told is \Recent (RFC 3501 §2.3.2). */
  readonly recentUid: number;
}

/** A name in LIST order: an existing mailbox, or a subscription whose mailbox is gone. */
export interface ListedName {
  readonly name: string;
  readonly mailbox: Mailbox | null;
  readonly subscribed: boolean;
}

export interface MessageRow {
  readonly uid: number;
  readonly modseq: number;
  /** `flagBits` or-ed. */
  readonly flags: number;
  /** Keywords in the case first seen, sorted, separated by one space; '' for none. */
  readonly keywords: string;
  /** INTERNALDATE, ms since 1970. */
  readonly received: number;
  /** Minutes east of UTC that INTERNALDATE is shown with. */
  readonly receivedZone: number;
  /** When it came into this mailbox, ms since 1970 (RFC 8514 SAVEDATE). */
  readonly saved: number;
  /** RFC822.SIZE, bytes. */
  readonly size: number;
  /** The content, shared by copies in one account. */
  readonly email: number;
}

/** What was worked out of a message once, at delivery. */
export interface EmailContent {
  readonly email: number;
  /** RFC 8474 EMAILID. */
  readonly objectId: string;
  readonly hash: string;
  readonly size: number;
  /** ENVELOPE, BODYSTRUCTURE and BODY ready to send (formats/mime). */
  readonly envelope: string;
  readonly bodyStructure: string;
  readonly body: string;
  /** `decodeStructure` of formats/mime reads it: part offsets for BODY[…]. */
  readonly structure: string;
  readonly preview: string;
  /** Bytes of the top header, including the empty line. */
  readonly headerLength: number;
  readonly sentAt: number | null;
}

/** A message as it is handed to the store: bytes durable, content parsed. */
export interface Incoming {
  readonly blob: StoredBlob;
  readonly parsed: ParsedMessage;
  readonly flags?: number;
  readonly keywords?: readonly string[];
  /** Default: now, zone 0. */
  readonly received?: number;
  readonly receivedZone?: number;
}

export interface Appended {
  readonly mailbox: number;
  readonly uidValidity: number;
  readonly uid: number;
  readonly modseq: number;
}

/** Uids are counted in blocks: block n holds those from n * uidBlock on. There is no uid 0. */
export const uidBlock = 4096;

/** So many uids of a block are gone; of blocks that are not named none is. */
export interface GoneBlock {
  readonly block: number;
  readonly gone: number;
}

/** The mailbox at one modseq: which uids are there follows from `uidNext` and from those that are gone. */
export interface Snapshot {
  readonly mailbox: Mailbox;
  /** Ascending. */
  readonly gone: readonly GoneBlock[];
}

/** From the first to the last uid, both included. */
export type UidRange = readonly [first: number, last: number];

/** Uids in any order, or ascending ranges of them that do not meet. */
export type Uids = readonly number[] | readonly UidRange[];

/** What a session knows of a mailbox, when it asks what is new. */
export interface NewsAsked {
  /** It was told of changed flags up to this modseq, and of expunged messages up to that one. */
  readonly cursor: number;
  readonly goneCursor: number;
  /** It was told of no higher uid. */
  readonly topUid: number;
  /** Whether it wants to know which messages went. */
  readonly vanished: boolean;
}

/** What is new in a mailbox, all of it of one moment but for later pages of `changed`. */
export interface News {
  /** The cursor after all of this was told. */
  readonly modseq: number;
  /** Uids above `topUid`, ascending. */
  readonly appended: Uint32Array;
  /** Uids up to `topUid` that went, ascending; empty where it was not asked for. */
  readonly vanished: Uint32Array;
  /** Whether any went. */
  readonly hasVanished: boolean;
  /** Rows up to `topUid` that changed, in pages, ascending by uid within one; may be read more than once. */
  readonly changed: AsyncIterable<readonly MessageRow[]>;
}

export interface StoreFlags {
  readonly account: number;
  readonly mailbox: number;
  readonly uids: readonly number[];
  readonly mode: 'add' | 'remove' | 'replace';
  readonly flags: number;
  readonly keywords: readonly string[];
  /** With `replace`: flags beyond these stay as they are. */
  readonly only?: FlagScope;
  /** RFC 7162 §3.1.3: messages changed since are left alone and named in `modified`. */
  readonly unchangedSince?: number;
}

/** What clients are told of a message whose flags changed. */
export type FlagRow = Pick<MessageRow, 'uid' | 'modseq' | 'flags' | 'keywords'>;

/** Messages that have the same flags. */
export interface StoredState {
  readonly flags: number;
  readonly keywords: string;
  /** Ascending. */
  readonly uids: readonly number[];
  /** Of each; null where they have just changed and have that of the change. */
  readonly modseqs: readonly number[] | null;
}

export interface StoredFlags {
  /** Of the change; 0 where nothing changed. */
  readonly modseq: number;
  /** The mailbox's highest modseq before: who knows all up to there has missed nothing. */
  readonly before: number;
  /** Every message asked for that exists and was not refused, by its flags now; `flagRows` says it one by one. */
  readonly states: readonly StoredState[];
  /** Refused by `unchangedSince`. */
  readonly modified: readonly number[];
  /** Asked for but no longer there. */
  readonly missing: readonly number[];
}

export interface Copied {
  readonly uidValidity: number;
  /** Source and destination UIDs, pairwise, both ascending. */
  readonly from: readonly UidRange[];
  readonly to: readonly UidRange[];
  /** Of the change in the destination; 0 where nothing was copied. */
  readonly modseq: number;
}

/** What messages can be sorted by. RFC 5256 §3, RFC 5957 §3. */
export type OrderKey =
  | 'arrival'
  | 'cc'
  | 'date'
  | 'displayFrom'
  | 'displayTo'
  | 'from'
  | 'size'
  | 'subject'
  | 'to';

/** Messages, uids ascending, each with its rank by one key; equal ranks are equal keys. */
export interface OrderColumn {
  readonly uids: Uint32Array;
  readonly ranks: Uint32Array;
}

/** What threads are made of, message by message. Message ids and base subjects are numbers here: equal ones are one. */
export interface Threading {
  /** Ascending. */
  readonly uids: Uint32Array;
  /** When it was sent, or came where it does not say: ranks, equal ones of equal times. */
  readonly sent: Uint32Array;
  /** 0: no base subject. */
  readonly subjects: Uint32Array;
  /** 1: a reply or a forward. */
  readonly replies: Uint8Array;
  /** Number of its own message id; -1 without one. */
  readonly messages: Int32Array;
  /** Ancestors of message n, oldest first: `parents` from `parentStarts[n]` up to `parentStarts[n + 1]`. */
  readonly parentStarts: Uint32Array;
  readonly parents: Uint32Array;
  /** Message ids are numbered from 0 up to this. */
  readonly idCount: number;
}

/** What became of a name. `many`: more at once than are written down. */
export interface NameEvent {
  readonly modseq: number;
  readonly kind: 'created' | 'deleted' | 'renamed' | 'subscribed' | 'unsubscribed' | 'many';
  /** 0 for a subscription, which is of a name. */
  readonly mailbox: number;
  readonly name: string;
  /** Of a renamed mailbox. */
  readonly formerName: string | null;
}

/** What happened in an account since a modseq. */
export interface AccountNews {
  /** The next `since`. */
  readonly modseq: number;
  /** Mailboxes whose messages changed, came or went. */
  readonly mailboxes: readonly Mailbox[];
  /** In the order it happened. */
  readonly names: readonly NameEvent[];
  /** False where it is more than is told one by one, and nothing is. */
  readonly complete: boolean;
}

/** Rows whose flags among `mask` are `value`, and whose email is narrowed to or later than what that speaks of. */
export interface RowFilter {
  readonly mask: number;
  readonly value: number;
  /** Null for every email. */
  readonly narrowed: Narrowed | null;
}

/** Reading a member's mail: nothing here changes anything. Account ids come from `accounts`. */
export interface MailReader {
  readonly sharing: SharingReader;
  /** Of `bytes` and `bytesOf`, what need not be waited for. */
  readonly atHand: AtHand;
  /** All names, sorted by name with INBOX first. */
  list(account: number): Promise<readonly ListedName[]>;
  /** StoreError 'not-found'. Names are taken as given but for INBOX in any case. */
  find(account: number, name: string): Promise<Mailbox>;
  byId(account: number, mailbox: number): Promise<Mailbox | null>;
  /** StoreError 'not-found'. Costs the same for any number of messages. */
  snapshot(account: number, mailbox: number): Promise<Snapshot>;
  /** Uids from `first` to `last` that are there, or went after modseq `asOf`; ascending. */
  present(
    account: number,
    mailbox: number,
    stretch: { readonly first: number; readonly last: number; readonly asOf: number; readonly count: number },
  ): Promise<Uint32Array>;
  /** Costs by what is new; null where the mailbox is gone. */
  news(account: number, mailbox: number, asked: NewsAsked): Promise<News | null>;
  /** Keywords that messages of the mailbox carry or carried, first ones first; at most `keywordsListedMax`. */
  keywords(account: number, mailbox: number): Promise<readonly string[]>;
  /** The first unseen message among the first `rowsMax`, or null. `modseq`: the highest of the mailbox, as last read. */
  firstUnseen(account: number, mailbox: number, rowsMax: number, modseq: number): Promise<number | null>;
  /** Rows of those UIDs that exist, ascending. With `since`: only those of a higher modseq. */
  messages(
    account: number,
    mailbox: number,
    uids: readonly number[],
    since?: number,
  ): Promise<readonly MessageRow[]>;
  /** All rows of the mailbox in ascending order, in batches: for SEARCH and large FETCH. */
  scan(account: number, mailbox: number, from: number, to: number): AsyncIterable<readonly MessageRow[]>;
  /** UIDs expunged after `since` and not after `upTo`, ascending (RFC 7162 VANISHED EARLIER); costs by what it answers. */
  vanished(account: number, mailbox: number, since: number, upTo: number): Promise<Uint32Array>;
  /** UIDs that came or changed after `since`, ascending; costs by what it answers. */
  changedUids(account: number, mailbox: number, since: number): Promise<Uint32Array>;
  /** Sort keys of those `uids`, ascending, that are there, maybe of others too; null for all of the mailbox. */
  order(
    account: number,
    mailbox: number,
    key: OrderKey,
    uids: readonly number[] | null,
  ): Promise<OrderColumn>;
  /** Of the same messages as `order`. The same object as long as no message comes or goes, where it is held. */
  threading(account: number, mailbox: number, uids: readonly number[] | null): Promise<Threading>;
  /** By email id; missing ones are left out. */
  contents(account: number, emails: readonly number[]): Promise<ReadonlyMap<number, EmailContent>>;
  /**
   * For each needle the only emails that may hold it, from the search index; null where it cannot tell, or where
   * looking at the `messages` that are to be searched costs less.
   */
  narrow(
    account: number,
    needles: readonly Needle[],
    messages: number,
  ): Promise<readonly (Narrowed | null)[]>;
  /** For each email whether it holds the needle: `verdicts`. Where unknown, the message itself must be read. */
  decide(account: number, emails: readonly number[], needle: Needle): Promise<Uint8Array>;
  /** Midnight UTC of the day in the Date field, null where there is none; unknown ones are left out. */
  sentDays(account: number, emails: readonly number[]): Promise<ReadonlyMap<number, number | null>>;
  /** As `scan`, but only rows that pass: what else lies in the mailbox costs little. */
  scanWith(
    account: number,
    mailbox: number,
    from: number,
    to: number,
    filter: RowFilter,
  ): AsyncIterable<readonly MessageRow[]>;
  /** The original bytes, or [start, end) of them. */
  bytes(hash: string, range?: readonly [start: number, end: number]): Promise<Buffer>;
  /** The same of several, in their order: far cheaper than one by one. All of it is held at once. */
  bytesOf(wants: readonly BlobWant[]): Promise<Buffer[]>;
  stream(hash: string, range?: readonly [start: number, end: number]): Readable;
  /** For who watches a whole account; costs by what happened. */
  accountNews(account: number, since: number): Promise<AccountNews>;
  /** Wakes after a commit that touched the account; the listener then reads `changes`. */
  subscribe(account: number, listener: (modseq: number) => void): () => void;
  /** Bytes of the messages that are \Deleted; they are added up, ask only where `Mailbox.deleted` is not 0. */
  deletedSize(account: number, mailbox: number): Promise<number>;
  /** Bytes used and allowed; `limit` null when there is none. */
  quota(
    account: number,
  ): Promise<{ readonly used: number; readonly limit: number | null; readonly messages: number }>;
}

/** Changing a member's mail. Every promise resolves once the change is durable. */
export interface MailWriter extends MailReader {
  readonly sharing: Sharing;
  /**
   * Stores the bytes (durable, not yet visible) and parses them. Feed what it answers to `append`, or to `deliver`
   * for each recipient and then `discard` it. Bodies with NULs are kept in base64. StoreError 'too-large', 'no-space',
   * 'unavailable', 'invalid' (a NUL elsewhere).
   */
  stage(
    data: Buffer | AsyncIterable<Uint8Array>,
    sizeMax: number,
  ): Promise<{ blob: StoredBlob; parsed: ParsedMessage }>;
  /**
   * Stores bytes that are no message yet, as `stage` does; `stream` reads them, `discard` ends the hold. StoreError as
   * for `stage`.
   */
  hold(data: Buffer | AsyncIterable<Uint8Array>, sizeMax: number): Promise<StoredBlob>;
  /** Ends the hold of `stage`; what no message refers to by then may be swept. */
  discard(blob: StoredBlob): void;
  /** StoreError 'not-found' (mailbox), 'over-quota'. All or none; the blobs need no `discard` afterwards. */
  append(account: number, mailbox: number, incoming: readonly Incoming[]): Promise<readonly Appended[]>;
  /**
   * Puts a message into `to` and takes `uid` out of `from` in one transaction; within one account what goes makes room
   * for what comes. Null, and nothing changed, where `uid` is not there. StoreError as for `append`.
   */
  replace(from: Box, uid: number, to: Box, incoming: Incoming): Promise<Appended | null>;
  /** Delivery by name: falls back to INBOX when the mailbox does not exist. The blob stays held until `discard`. */
  deliver(account: number, mailbox: string, incoming: Incoming): Promise<Appended>;
  storeFlags(change: StoreFlags): Promise<StoredFlags>;
  copy(account: number, from: number, to: number, uids: Uids): Promise<Copied>;
  /** One transaction: nobody sees a message twice or not at all. */
  move(account: number, from: number, to: number, uids: Uids): Promise<Copied>;
  /** Expunges \Deleted messages, all of them or those among `uids`; answers what went. */
  expunge(account: number, mailbox: number, uids: Uids | null): Promise<readonly UidRange[]>;
  /** Creates missing parents too (RFC 9051 §6.3.4). StoreError 'exists', 'invalid', 'limit'. */
  create(account: number, name: string, specialUse?: SpecialUse | null): Promise<Mailbox>;
  /** Answers the modseq of the change, as those below do. StoreError 'not-found', 'invalid' (INBOX), 'has-children'. */
  remove(account: number, name: string): Promise<number>;
  /** Renames the tree below too; INBOX moves its messages (RFC 9051 §6.3.6). */
  rename(account: number, from: string, to: string): Promise<number>;
  /** Null where the name was subscribed to before. */
  subscribeTo(account: number, name: string): Promise<number | null>;
  unsubscribeFrom(account: number, name: string): Promise<number>;
  /** Claims \Recent for a read-write SELECT: answers the lowest UID that is recent to this session. */
  claimRecent(account: number, mailbox: number): Promise<number>;
  /** Lets go of everything of the account; may be run again. */
  erase(account: number): Promise<void>;
  /** The mailboxes every member starts with, made with the first use; does nothing where they exist. */
  provision(account: number): Promise<void>;
  setQuota(account: number, limit: number | null): Promise<void>;
}
