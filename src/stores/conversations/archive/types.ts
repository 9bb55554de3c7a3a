/** Whose archive: a member's, or a room's. An account and a room may have the same number. */
export interface ArchiveKey {
  readonly kind: 'account' | 'room';
  readonly owner: number;
}

/** RFC 6121 §5.2.2; errors are not archived. */
export type MessageType = 'chat' | 'groupchat' | 'normal' | 'headline';

/** What a message is found by, and the message. */
export interface Archived {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** The other side: a bare JID. Of a room: the bare JID of who sent it. */
  readonly peer: string;
  /** Its resource, '' where it has none. Of a room: the nick of who sent it. */
  readonly resource: string;
  /** `in`: from the peer. In a room everything is. */
  readonly direction: 'in' | 'out';
  readonly type: MessageType;
  /** The attribute `id` of the message. */
  readonly messageId: string | null;
  /** XEP-0359 §2. */
  readonly originId: string | null;
  /** XEP-0421. */
  readonly occupantId: string | null;
  /** The message as it is sent again: XML. */
  readonly stanza: string;
}

export interface NewRow extends ArchiveKey, Archived {
  /** What its words are found in; null: not searched. */
  readonly body: string | null;
  /** Kept for the next session alone, and gone when that has it: no query answers it. */
  readonly hidden?: boolean;
  /** Waits for the account's next session too (XEP-0160). */
  readonly offline?: boolean;
}

/** One that waits for the account's next session. */
export interface WaitingRow extends ArchiveRow {
  /** No query answers it. */
  readonly hidden: boolean;
}

export interface ArchiveRow extends Archived {
  /** Ascends within its archive with every message, and is never given twice. */
  readonly id: number;
  /** What was in it was taken out (XEP-0424, XEP-0425). */
  readonly redacted: boolean;
}

/** XEP-0313 §4, §5. What is not named does not narrow. */
export interface ArchiveQuery extends ArchiveKey {
  readonly with?: { readonly peer?: string; readonly resource?: string };
  /** Both included. */
  readonly startMs?: number;
  readonly endMs?: number;
  /** Neither included (mam:2#extended). */
  readonly afterId?: number;
  readonly beforeId?: number;
  readonly ids?: readonly number[];
  /** False: no messages of type groupchat. */
  readonly groupchat?: boolean;
  /** Every word of it begins a word of the body, whatever the case and the accents (XEP-0431). */
  readonly text?: string;
  /** Result sets (XEP-0059): those next after it, or those last before it; `end`: the last of all. */
  readonly after?: number;
  readonly before?: number | 'end';
  /** At most `pageRowsMax` are answered; 0: only what there is to say of all. */
  readonly max: number;
  /** The newest first (mam:2#extended flip-page); which rows they are stays the same. */
  readonly flipped?: boolean;
}

export interface ArchivePage {
  readonly rows: readonly ArchiveRow[];
  /** Nothing lies beyond the page, in the direction that it was asked in. */
  readonly complete: boolean;
  /** Of all that match; null where it is not known without counting. */
  readonly count: number | null;
}

export interface ArchiveEnd {
  readonly id: number;
  readonly atMs: number;
}

export interface Appended {
  /**
   * For each row, in order, its id; 0: a hidden one that was not kept, for `offlineRowsMax` already wait. A row that is not
   * hidden is kept even so, and found by queries, but does not wait.
   */
  readonly ids: readonly number[];
}

export interface ArchiveStore {
  /**
   * Rows of many archives, all or none; durable when it resolves. An archive's times never go back: a row that is earlier
   * than the one before it is kept with that one's time, so who imports begins with the oldest. The same rows twice are
   * there twice: where it rejects nothing was kept, unless a server of PostgreSQL was lost while it committed.
   * StoreError 'too-large', 'limit'; 'invalid': a hidden one of a room.
   */
  append(rows: readonly NewRow[]): Promise<Appended>;
  /** StoreError 'not-found': a row that is named by its id is not there; 'invalid': the text has no words. */
  query(query: ArchiveQuery): Promise<ArchivePage>;
  /** XEP-0313 §4.4: the first and the last; null where there is none. */
  metadata(archive: ArchiveKey): Promise<{ readonly first: ArchiveEnd; readonly last: ArchiveEnd } | null>;
  find(archive: ArchiveKey, id: number): Promise<ArchiveRow | null>;
  /** Those whose `id` or origin-id it is, the newest first, at most `sameIdRowsMax`: whose each is, the caller judges. */
  findSent(archive: ArchiveKey, messageId: string): Promise<readonly ArchiveRow[]>;
  /** Puts a tombstone in place of the message; false where there is none. */
  redact(archive: ArchiveKey, id: number, tombstone: string): Promise<boolean>;
  /** What waits for the account's next session after that id, the oldest first; it waits on until `delivered`. */
  takeOffline(
    account: number,
    options: { readonly max: number; readonly after?: number },
  ): Promise<readonly WaitingRow[]>;
  countOffline(account: number): Promise<number>;
  /** All up to that id wait no more. */
  delivered(account: number, upToId: number): Promise<void>;
  /** Everything in order, hidden rows left out, in pages. */
  all(archive: ArchiveKey): AsyncIterable<readonly ArchiveRow[]>;
  /** What is older goes, from all archives of the kind, in bounded steps; answers how many rows went. */
  expire(kind: ArchiveKey['kind'], beforeMs: number, between?: () => Promise<void>): Promise<number>;
  /** All of it, in bounded steps. Its ids are not given again. */
  clear(archive: ArchiveKey): Promise<void>;
  /** All of it, and that it was there. */
  erase(archive: ArchiveKey): Promise<void>;
  /** Waits for what is done behind. */
  close(): Promise<void>;
}
