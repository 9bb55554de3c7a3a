import type { StoredBlob } from '../../storage/index.ts';

/** Where a collection is listed; also the first segment of its address. */
export type Home = 'calendars' | 'contacts';

/** `inbox`: where invitations arrive (RFC 6638 §2.2). Each account has one, made with its first calendar. */
export type CollectionKind = 'calendar' | 'inbox' | 'addressbook';

/** What items are made of. `VCARD` is what address books hold. */
export type Component = 'VEVENT' | 'VTODO' | 'VJOURNAL' | 'VFREEBUSY' | 'VAVAILABILITY' | 'VPOLL' | 'VCARD';

/** Properties of a collection that the server knows. What is absent is as if it had never been set. */
export interface Details {
  readonly displayName?: string;
  readonly description?: string;
  /** As the client wrote it, such as `#FF2968FF`. */
  readonly color?: string;
  readonly order?: number;
  /** An iCalendar object with one VTIMEZONE (RFC 4791 §5.2.2). */
  readonly timezone?: string;
  /** RFC 7809 §5.2. */
  readonly timezoneId?: string;
  /** What may be put into it; absent: what its kind allows. */
  readonly components?: readonly Component[];
  /** RFC 6638 §9.1: its events do not make its owner busy. */
  readonly transparent?: boolean;
  /** VAVAILABILITY of its owner (RFC 7953 §6.2); of the inbox alone. */
  readonly availability?: string;
  /** Where new invitations go (RFC 6638 §9.2): the id of a calendar; of the inbox alone. */
  readonly defaultCalendar?: number;
  /** VALARMs by the name of Apple's property, such as `default-alarm-vevent-datetime`. */
  readonly alarms?: Readonly<Record<string, string>>;
  /** Of an address book: the name of the item that is its owner's own card. */
  readonly meCard?: string;
  /** Where a subscription is read from (http or https); who sees the collection cannot write to its items. */
  readonly source?: string;
}

/** A calendar, an inbox or an address book. */
export interface CollectionRow {
  readonly account: number;
  /** Stable, never given twice within an account, whatever has it: collections and items share their numbers. */
  readonly id: number;
  readonly home: Home;
  readonly kind: CollectionKind;
  /** Its name in addresses; unique in its home, NFC. */
  readonly name: string;
  readonly details: Details;
  readonly items: number;
  /** Of its items. */
  readonly bytes: number;
  /** Modseq of its last change, or of its items: the sync token. */
  readonly modseq: number;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  readonly modifiedMs: number;
}

/** What is known of an item without its bytes. */
export interface ItemRow {
  readonly account: number;
  readonly collection: number;
  readonly id: number;
  /** Its name in addresses; unique in its collection, NFC. */
  readonly name: string;
  readonly uid: string;
  readonly component: Component;
  /** SHA-256 of the bytes, lower-case hex: the ETag. */
  readonly hash: string;
  readonly size: number;
  /**
   * Milliseconds since 1970: nothing of it, alarms included, is before `firstMs`, nothing at or after `lastMs`. Null: it has no
   * beginning (no date at all, and a to-do without dates is always there), or no end.
   */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** What formats made of it so that questions can be answered without its bytes; '' for nothing. */
  readonly digest: string;
  /** RFC 6638 §3.2.10; '' where it is not a scheduling object. */
  readonly scheduleTag: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
  /** Of the last change of it or of its properties. */
  readonly modseq: number;
}

export interface Item extends ItemRow {
  /** As they came. */
  readonly bytes: Buffer;
}

/** What is to be kept; made by whoever knows the format. */
export interface NewItem {
  readonly bytes: Buffer;
  readonly uid: string;
  readonly component: Component;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly digest: string;
  /** MANAGED-IDs that it names (RFC 8607): those that are known are its attachments from then on. Absent: they stay as they are. */
  readonly attachments?: readonly string[];
  /** `none`: no scheduling object. `new`: the tag changes. `keep`: it stays, as replies do not touch it (RFC 6638 §3.2.10). */
  readonly scheduleTag: 'none' | 'new' | 'keep';
}

/** What a write must still find; else StoreError 'conflict'. */
export interface Expected {
  /** Hash of the item that was seen; null: nothing was there. Absent: whatever is there. */
  readonly hash?: string | null;
  /** The schedule tag that was seen. */
  readonly scheduleTag?: string;
}

/** Work that follows from a write, kept with it until it is done: nothing that was acknowledged stays unsaid. */
export interface NewJob {
  /** Who takes it up, such as `itip`. */
  readonly kind: string;
  /** A second job of that account and key is the first one again. */
  readonly key: string;
  readonly payload: unknown;
  /** Not before, milliseconds since 1970; absent: at once. */
  readonly dueMs?: number;
  /** It may send mail: after a restore it is held, for it may have been done since the backup. */
  readonly outward?: boolean;
  /** Jobs of one account, kind and lane are taken in the order in which they came, each once those before it are done. */
  readonly lane?: string;
}

/** What becomes of a job that was taken: it goes, and others may follow in the same transaction; or it comes again. */
export type JobOutcome =
  | 'done'
  | { readonly next: readonly NewJob[] }
  /** `aside`: nothing waits for it any more. */
  | { readonly againMs: number; readonly aside?: boolean };

/** One that was taken. */
export interface Job extends NewJob {
  readonly account: number;
  readonly id: number;
  /** How often it was taken, this time among them. */
  readonly attempts: number;
  /** When the claim runs out. */
  readonly dueMs: number;
}

/** Who need not be told of a write, for they know: nobody at all, or those that these texts name to whoever tells. */
export type Quiet = 'all' | readonly string[];

/** What a write did to a collection: to what is in it, to itself, that there is one, or who has it. */
export type Move =
  | { readonly what: 'items' | 'details' }
  | { readonly what: 'made'; readonly home: Home }
  /** `members`: those whom it was given to, or who had it; of groups those alone who answered. */
  | { readonly what: 'removed' | 'shared'; readonly home: Home; readonly members: readonly number[] };

export type Moved = Move & { readonly account: number; readonly collection: number; readonly quiet: Quiet };

export interface PutOptions {
  readonly quiet?: Quiet;
  readonly expected?: Expected;
  /** In the same transaction. */
  readonly jobs?: readonly NewJob[];
  /** Its UID must be in no other calendar of the account (RFC 6638 §3.2.4.1). */
  readonly uniqueInHome?: boolean;
  /** Attachments that come with it, beside those that items of the account have. */
  readonly brought?: readonly NewAttachment[];
}

/** Of `put` alone. */
export interface KeepOptions extends PutOptions {
  /** Kept in the same transaction in another collection of the account, whatever stands there. */
  readonly beside?: { readonly collection: number; readonly name: string; readonly item: NewItem };
  /** Nothing in the calendars, or address books, of its home has a modseq above this one; else StoreError 'conflict'. */
  readonly unmovedSince?: number;
}

/** A dead property (RFC 4918 §4): the whole element standing by itself. */
export interface KeptProperty {
  readonly namespace: string;
  readonly name: string;
  readonly xml: string;
}

export interface PropertyChange {
  readonly namespace: string;
  readonly name: string;
  /** Null removes. */
  readonly xml: string | null;
}

export interface CollectionChange {
  /** By name; undefined in place of a value takes it away. */
  readonly details?: { readonly [K in keyof Details]?: Details[K] | undefined };
  readonly properties?: readonly PropertyChange[];
  readonly quiet?: Quiet;
}

/** RFC 6578 §3.4. */
export interface Changes {
  readonly changed: readonly ItemRow[];
  /** Names. */
  readonly gone: readonly string[];
  /** Where it goes on. */
  readonly token: string;
  readonly more: boolean;
}

/** Items that may have something in [startMs, endMs). */
export interface Span {
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** Absent: any. */
  readonly component?: Component;
}

export type ShareRights = 'read' | 'write' | 'busy';
export type ShareState = 'invited' | 'accepted' | 'declined';

/** A collection given to a member or a group (then `member` is 0 in the row of the group, and each of them has a row when they answer). */
export interface Share {
  readonly account: number;
  readonly collection: number;
  /** Whom it is given to: a member's id, or 0 and the canonical address of a group. */
  readonly member: number;
  readonly group: string;
  /** `busy`: what is when, and nothing of what it is. */
  readonly rights: ShareRights;
  readonly state: ShareState;
  /** What the receiver calls it, its colour there and so on: over the owner's. */
  readonly details: Details;
  /** What the owner wrote to it. */
  readonly summary: string;
  readonly createdMs: number;
}

/** A collection as somebody else than its owner finds it in a home. */
export interface Received {
  readonly collection: CollectionRow;
  readonly share: Share;
}

/** Who may act for an account in all of its calendars (calendar-proxy-read, calendar-proxy-write). */
export interface Delegate {
  readonly account: number;
  /** A member's id, or 0 and the canonical address of a group. */
  readonly member: number;
  readonly group: string;
  readonly rights: 'read' | 'write';
}

/** A calendar or an address book published for whoever has the token. */
export interface Publication {
  readonly token: string;
  readonly account: number;
  readonly collection: number;
  readonly rights: 'read' | 'busy';
  readonly createdMs: number;
}

/** RFC 8607: bytes that belong to the items that name them. */
export interface Attachment {
  readonly account: number;
  /** MANAGED-ID; changes with the bytes. */
  readonly managedId: string;
  /** One at least; each counts against the quota. */
  readonly items: readonly number[];
  readonly hash: string;
  readonly size: number;
  readonly type: string;
  readonly filename: string;
}

/** One that no item has yet. */
export interface NewAttachment {
  readonly managedId: string;
  readonly blob: StoredBlob;
  readonly type: string;
  readonly filename: string;
}

export interface CollectionsReader {
  /** In the order in which they were made. */
  collections(account: number, home: Home): Promise<readonly CollectionRow[]>;
  collection(account: number, home: Home, name: string): Promise<CollectionRow | null>;
  collectionById(account: number, id: number): Promise<CollectionRow | null>;
  item(account: number, collection: number, name: string): Promise<ItemRow | null>;
  itemById(account: number, id: number): Promise<ItemRow | null>;
  /** Null where it went meanwhile. */
  bytes(account: number, id: number): Promise<Buffer | null>;
  /** With their bytes, in the order of the names; those that are not there are left out. At most `namesPerReadMax` names. */
  itemsNamed(account: number, collection: number, names: readonly string[]): Promise<readonly Item[]>;
  /** Pages in the order of the names. */
  items(account: number, collection: number): AsyncIterable<readonly ItemRow[]>;
  /** The same with their bytes; pages are bounded in bytes too. */
  itemsWithBytes(account: number, collection: number): AsyncIterable<readonly Item[]>;
  /** Pages of what may be in a span: read by the index, without bytes. */
  within(account: number, collection: number, span: Span): AsyncIterable<readonly ItemRow[]>;
  /** All items of an account with that UID in a home; of calendars those in the inbox are left out. */
  byUid(account: number, home: Home, uid: string): Promise<readonly Item[]>;
  syncToken(account: number, collection: number): Promise<string>;
  /** '' is the beginning. StoreError 'invalid' for a token that is not, or no more, good. */
  changes(account: number, collection: number, since: string, max: number): Promise<Changes>;
  properties(account: number, node: number): Promise<readonly KeptProperty[]>;
  quota(account: number): Promise<{ readonly used: number; readonly available: number }>;
}

export interface CollectionsWriter extends CollectionsReader {
  /** StoreError 'exists' (the name is taken), 'limit' (too many collections). With the first calendar the inbox is made. */
  makeCollection(
    account: number,
    wish: {
      readonly home: Home;
      readonly kind: CollectionKind;
      readonly name: string;
      readonly details: Details;
      readonly properties?: readonly PropertyChange[];
      readonly quiet?: Quiet;
    },
  ): Promise<CollectionRow>;
  changeCollection(account: number, id: number, change: CollectionChange): Promise<CollectionRow>;
  /** With all that is in it; `jobs` as in `put`. */
  removeCollection(account: number, id: number, jobs?: readonly NewJob[], quiet?: Quiet): Promise<void>;
  /**
   * Durable when it resolves. StoreError 'conflict' (not as expected), 'exists' with `details.name` and `details.collection`
   * (another item has that UID), 'not-found' (no such collection), 'over-quota', 'limit' (too many items), 'invalid' (the
   * name). Bytes that are there already change nothing; `expected` is judged and `jobs` are kept all the same.
   */
  put(
    account: number,
    collection: number,
    name: string,
    item: NewItem,
    options?: KeepOptions,
  ): Promise<{ readonly item: ItemRow; readonly created: boolean }>;
  /** Several at once, each as `put` would with nothing expected; one that cannot be is named and the others are kept. */
  putMany(
    account: number,
    collection: number,
    items: readonly { readonly name: string; readonly item: NewItem }[],
  ): Promise<readonly ({ readonly created: boolean } | { readonly refused: string })[]>;
  /** StoreError 'not-found', 'conflict'. */
  remove(account: number, collection: number, name: string, options?: PutOptions): Promise<void>;
  /** Within an account. Replaces what has the name there. */
  move(
    account: number,
    from: { readonly collection: number; readonly name: string },
    to: { readonly collection: number; readonly name: string },
    options?: PutOptions,
  ): Promise<ItemRow>;
  changeProperties(account: number, node: number, changes: readonly PropertyChange[]): Promise<void>;

  /** Jobs that are due, `max` at most, hidden from others for `claimMs`. */
  takeJobs(kind: string, max: number, claimMs: number): Promise<readonly Job[]>;
  addJob(account: number, job: NewJob): Promise<void>;
  settleJob(job: Job, outcome: JobOutcome): Promise<void>;
  /** When the next may be taken; null for none. */
  nextJobMs(kind: string): Promise<number | null>;
  /** Lanes beginning so in which something of the account waits. */
  busyLanes(account: number, kind: string, prefix: string): Promise<readonly string[]>;
  /** How many wait; those that are held or put aside are left out. */
  waitingJobs(kind: string): Promise<number>;
  /**
   * Called after each commit of this process that added jobs or let some go; must not throw. Answers how to stop. Others are
   * found by asking now and then when the next is due.
   */
  watchJobs(listener: () => void): () => void;
  /** How many are held since a restore. */
  heldJobs(): Promise<number>;
  /** What is held is done after all (`go`), or never; answers how many. */
  decideHeldJobs(go: boolean): Promise<number>;

  /**
   * Hears of each write of this process that moved a collection, or its shares, after its commit; must not throw. Answers how to stop.
   * What other processes wrote is told by the changes of the database.
   */
  watch(listener: (moved: Moved) => void): () => void;
  /** Rows that go for good, tombstones that are too old, in steps: `between` is awaited there, and what it throws ends it. */
  purge(between?: () => Promise<void>): Promise<void>;
  erase(account: number): Promise<void>;
  readonly sharing: CollectionSharing;
  readonly attachments: Attachments;
}

/** Who else has a collection. Groups are those that the caller says the member is in. */
export interface CollectionSharing {
  sharesOf(account: number, collection: number): Promise<readonly Share[]>;
  /** What a member was given; a group's shares are theirs as `invited` until they answer. */
  received(member: number, groups: readonly string[], home: Home): Promise<readonly Received[]>;
  /** What a member may in a collection of another by share; null for nothing. Only what is accepted counts. */
  rightsIn(
    member: number,
    groups: readonly string[],
    account: number,
    collection: number,
  ): Promise<ShareRights | null>;
  give(
    account: number,
    collection: number,
    to: { readonly member: number; readonly group: string },
    wish: { readonly rights: ShareRights; readonly summary: string; readonly accepted?: boolean },
  ): Promise<Share>;
  takeBack(
    account: number,
    collection: number,
    from: { readonly member: number; readonly group: string },
  ): Promise<boolean>;
  /** What a receiver makes of it: accepts, declines, calls it otherwise. */
  answer(
    member: number,
    groups: readonly string[],
    account: number,
    collection: number,
    answer: { readonly state?: ShareState; readonly details?: CollectionChange['details'] },
  ): Promise<Share>;

  delegates(account: number): Promise<readonly Delegate[]>;
  setDelegates(
    account: number,
    rights: Delegate['rights'],
    to: readonly { readonly member: number; readonly group: string }[],
  ): Promise<void>;
  /** Accounts for which a member may act. */
  delegatedTo(member: number, groups: readonly string[]): Promise<readonly Delegate[]>;

  /** A group is no more: one that is made under its name later has nothing of what it had. */
  forgetGroup(group: string): Promise<void>;

  publish(account: number, collection: number, rights: Publication['rights']): Promise<Publication>;
  unpublish(account: number, collection: number): Promise<boolean>;
  publication(token: string): Promise<Publication | null>;
  publicationOf(account: number, collection: number): Promise<Publication | null>;
}

/**
 * Bytes of attachments: in the blob store, one use for each item that names them. Only `put` gives them to an item and takes
 * them away, in its own transaction: there are none that nothing names, and none go that something names.
 */
export interface Attachments {
  /** For `PutOptions.brought`; whoever has it lets it go with `release`. StoreError 'too-large', 'over-quota', 'invalid'. */
  take(
    account: number,
    content: {
      readonly body: AsyncIterable<Uint8Array>;
      readonly type: string;
      readonly filename: string;
    },
    bytesMax: number,
  ): Promise<NewAttachment>;
  release(attachment: NewAttachment): void;
  /** The same bytes for another account, under a name of their own. */
  copyOf(attachment: Attachment): NewAttachment;
  find(account: number, managedId: string): Promise<Attachment | null>;
  open(attachment: Attachment): AsyncIterable<Uint8Array>;
}
