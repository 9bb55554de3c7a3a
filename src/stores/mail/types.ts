import type { Readable } from 'node:stream';
import type { ParsedMessage } from '../../formats/mime/index.ts';
import type { StoredBlob } from '../../storage/index.ts';

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

/** The mailbox and its messages at one modseq. */
export interface Snapshot {
  readonly mailbox: Mailbox;
  /** Ascending. */
  readonly uids: Uint32Array;
}

export interface MailboxChanges {
  /** The mailbox as of these changes; null when it was deleted. Its highestModseq is the next cursor. */
  readonly mailbox: Mailbox | null;
  /** New or changed messages, ascending by uid. */
  readonly changed: readonly MessageRow[];
  /** Expunged UIDs, ascending. */
  readonly vanished: readonly number[];
}

export interface StoreFlags {
  readonly account: number;
  readonly mailbox: number;
  readonly uids: readonly number[];
  readonly mode: 'add' | 'remove' | 'replace';
  readonly flags: number;
  readonly keywords: readonly string[];
  /** RFC 7162 §3.1.3: messages changed since are left alone and named in `modified`. */
  readonly unchangedSince?: number;
}

export interface StoredFlags {
  readonly modseq: number;
  /** Every message asked for that exists and was not refused, with its state now, ascending by uid. */
  readonly messages: readonly MessageRow[];
  /** Refused by `unchangedSince`. */
  readonly modified: readonly number[];
  /** Asked for but no longer there. */
  readonly missing: readonly number[];
}

export interface Copied {
  readonly uidValidity: number;
  /** Source and destination UIDs, pairwise, ascending by source. */
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Reading a member's mail: nothing here changes anything. Account ids come from `accounts`. */
export interface MailReader {
  /** All names, sorted by name with INBOX first. */
  list(account: number): Promise<readonly ListedName[]>;
  /** StoreError 'not-found'. Names are taken as given but for INBOX in any case. */
  find(account: number, name: string): Promise<Mailbox>;
  byId(account: number, mailbox: number): Promise<Mailbox | null>;
  /** StoreError 'not-found'. */
  snapshot(account: number, mailbox: number): Promise<Snapshot>;
  /** Rows of those UIDs that exist, ascending. With `since`: only those of a higher modseq. */
  messages(
    account: number,
    mailbox: number,
    uids: readonly number[],
    since?: number,
  ): Promise<readonly MessageRow[]>;
  /** All rows of the mailbox in ascending order, in batches: for SEARCH and large FETCH. */
  scan(account: number, mailbox: number, from: number, to: number): AsyncIterable<readonly MessageRow[]>;
  changes(account: number, mailbox: number, since: number): Promise<MailboxChanges>;
  /** UIDs expunged after `since` and not after `upTo`, ascending (RFC 7162 VANISHED EARLIER); costs by what it answers. */
  vanished(account: number, mailbox: number, since: number, upTo: number): Promise<Uint32Array>;
  /** UIDs that came or changed after `since`, ascending; costs by what it answers. */
  changedUids(account: number, mailbox: number, since: number): Promise<Uint32Array>;
  /** By email id; missing ones are left out. */
  contents(account: number, emails: readonly number[]): Promise<ReadonlyMap<number, EmailContent>>;
  /** Search text worked out at delivery, lower-cased NFC; null when it is long and the message must be read. */
  texts(account: number, emails: readonly number[]): Promise<ReadonlyMap<number, string | null>>;
  /** The original bytes, or [start, end) of them. */
  bytes(hash: string, range?: readonly [start: number, end: number]): Promise<Buffer>;
  stream(hash: string, range?: readonly [start: number, end: number]): Readable;
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
  /**
   * Stores the bytes (durable, not yet visible) and parses them. Feed what it answers to `append`, or to `deliver`
   * for each recipient and then `discard` it. StoreError 'too-large', 'no-space', 'unavailable'.
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
   * Puts a message into `target` and takes `uid` out of `mailbox`, of one account, in one transaction; what goes makes
   * room for what comes. Null, and nothing changed, where `uid` is not there. StoreError as for `append`.
   */
  replace(
    account: number,
    mailbox: number,
    uid: number,
    target: number,
    incoming: Incoming,
  ): Promise<Appended | null>;
  /** Delivery by name: falls back to INBOX when the mailbox does not exist. The blob stays held until `discard`. */
  deliver(account: number, mailbox: string, incoming: Incoming): Promise<Appended>;
  storeFlags(change: StoreFlags): Promise<StoredFlags>;
  copy(account: number, from: number, to: number, uids: readonly number[]): Promise<Copied>;
  /** One transaction: nobody sees a message twice or not at all. */
  move(account: number, from: number, to: number, uids: readonly number[]): Promise<Copied>;
  /** Expunges \Deleted messages, all of them or those among `uids`; answers what went. */
  expunge(account: number, mailbox: number, uids: readonly number[] | null): Promise<readonly number[]>;
  /** Creates missing parents too (RFC 9051 §6.3.4). StoreError 'exists', 'invalid', 'limit'. */
  create(account: number, name: string, specialUse?: SpecialUse | null): Promise<Mailbox>;
  /** StoreError 'not-found', 'invalid' (INBOX), 'has-children'. */
  remove(account: number, name: string): Promise<void>;
  /** Renames the tree below too; INBOX moves its messages (RFC 9051 §6.3.6). */
  rename(account: number, from: string, to: string): Promise<void>;
  subscribeTo(account: number, name: string): Promise<void>;
  unsubscribeFrom(account: number, name: string): Promise<void>;
  /** Claims \Recent for a read-write SELECT: answers the lowest UID that is recent to this session. */
  claimRecent(account: number, mailbox: number): Promise<number>;
  /** Lets go of everything of the account; may be run again. */
  erase(account: number): Promise<void>;
  /** The mailboxes every member starts with, made with the first use; does nothing where they exist. */
  provision(account: number): Promise<void>;
  setQuota(account: number, limit: number | null): Promise<void>;
}
