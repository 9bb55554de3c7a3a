import type { Readable } from 'node:stream';
import type { StoredBlob } from '../../storage/index.ts';
import type { RowState } from './tables.ts';

export type NotifyCondition = 'NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY';

/** What the sender asked of the transmission; as SMTP carries it. */
export interface TransmissionOptions {
  readonly body: '7BIT' | '8BITMIME' | null;
  /** RFC 6531: header or addresses need SMTPUTF8 at the next server. */
  readonly utf8: boolean;
  /** RFC 3461 §4.3, §4.4. */
  readonly ret: 'FULL' | 'HDRS' | null;
  readonly envid: string | null;
  /** RFC 8689: 'required' by REQUIRETLS; 'optional' by the field TLS-Required: No. */
  readonly tls: 'required' | 'optional' | null;
}

export interface OutgoingRecipient {
  /** As it is named to the next server. */
  readonly address: string;
  readonly notify: readonly NotifyCondition[];
  /** `addr-type;address`, decoded (RFC 3461 §4.2). */
  readonly orcpt: string | null;
}

/** A message for others. What is sent is `head` and then the bytes of `blob`. */
export interface Outgoing {
  /** Whose it is: the member who submitted it; 0 for what the server itself sends or forwards. */
  readonly account: number;
  readonly kind: 'submission' | 'forward' | 'report' | 'notification';
  /** Reverse-path; '' is the null sender. */
  readonly sender: string;
  readonly options: TransmissionOptions;
  /** Header lines with their line ends that are put before the bytes: signatures, seals. */
  readonly head: string;
  /** The message as `stage` made it durable; `enqueue` ends its pin. */
  readonly blob: StoredBlob;
  /** Octets of the header of `blob`, its empty line included: what a bounce gives back. */
  readonly headerLength: number;
  readonly recipients: readonly OutgoingRecipient[];
  /** Not before, ms since 1970 (RFC 4865); absent: now. */
  readonly notBefore?: number;
  /** Given up after, ms since 1970 (RFC 2852); absent: what the queue's settings say. */
  readonly expires?: number;
}

/** What doors may do with the outbox. The rest (claiming, settling, holding) is the queue's. */
export interface OutboxWriter {
  /** Makes the bytes of a message durable. StoreError 'too-large' beyond `sizeMax`, 'no-space', 'unavailable'. */
  stage(data: Buffer | AsyncIterable<Uint8Array>, sizeMax: number): Promise<StoredBlob>;
  /** Bytes that were staged and will not be sent after all. */
  discard(blob: StoredBlob): void;
  /**
   * Durable when it resolves, all recipients or none; answers the id of the message. StoreError 'limit' (`retryAfterMs` in its
   * details) where the member has sent to as many recipients as may be in an hour or a day, 'no-space', 'unavailable'.
   */
  enqueue(message: Outgoing): Promise<number>;
}

/** What a server, or the lack of one, said. */
export interface Answer {
  /** SMTP reply code; 0 where it is our own finding. */
  readonly code: number;
  /** RFC 3463. */
  readonly status: string;
  readonly text: string;
  /** Who said it; '' where it is our own finding. */
  readonly host: string;
}

/** A message as it waits. */
export interface QueuedMessage {
  readonly id: number;
  readonly account: number;
  readonly kind: Outgoing['kind'];
  readonly sender: string;
  readonly options: TransmissionOptions;
  readonly head: string;
  readonly hash: string;
  /** Octets without `head`. */
  readonly size: number;
  readonly headerLength: number;
  readonly created: number;
}

export interface QueuedRecipient extends OutgoingRecipient {
  readonly message: number;
  /** Within its message, from 1. */
  readonly n: number;
  readonly domain: string;
  readonly state: RowState;
  readonly next: number;
  readonly expires: number;
  /** 0: the sender was told of the delay, or need not be. */
  readonly warnAt: number;
  readonly attempts: number;
  readonly unsure: number;
  /** Null: it was not tried, or nothing was heard. */
  readonly last: Answer | null;
}

/** Rows of one message that are this process's to decide. */
export interface Claimed {
  readonly message: QueuedMessage;
  readonly recipients: readonly QueuedRecipient[];
}

/** What became of a claimed row. */
export type RowOutcome =
  | { readonly n: number; readonly kind: 'delivered' | 'failed' }
  /** Tried, and tried again at `next`; `unsure`: it may have arrived. */
  | {
      readonly n: number;
      readonly kind: 'deferred';
      readonly next: number;
      readonly answer: Answer;
      readonly unsure: boolean;
    }
  /** Not tried: as it was, and what was heard if anything. */
  | { readonly n: number; readonly kind: 'returned'; readonly answer: Answer | null }
  /** The sender was told of the delay; otherwise as it was. */
  | { readonly n: number; readonly kind: 'warned' };

export interface Settlement {
  readonly message: number;
  readonly outcomes: readonly RowOutcome[];
  /** What is to be sent because of it, in the same transaction; the pin of its bytes ends. */
  readonly notices: readonly Outgoing[];
}

/** What was learned of a destination: not to be tried until then, or that it can be reached. */
export interface LaneNews {
  readonly domain: string;
  readonly closed: { readonly until: number; readonly answer: Answer } | null;
}

/** Rows an operator means: all that are given must hold; none given means every row. */
export interface Selection {
  readonly message?: number;
  readonly n?: number;
  readonly domain?: string;
  readonly sender?: string;
}

export interface Listed {
  readonly message: QueuedMessage;
  readonly recipient: QueuedRecipient;
}

/** `hold`, `release`: on and off; `retry`: now, also where its destination could not be reached; `bounce`: with a notice. */
export type Change = 'hold' | 'release' | 'retry' | 'cancel' | 'bounce';

export interface OutboxCounts {
  readonly waiting: number;
  readonly claimed: number;
  readonly held: number;
  /** Rows of which nobody knows whether they arrived. */
  readonly unsure: number;
  /** When the oldest message that is there was taken; null where none is. */
  readonly oldest: number | null;
  readonly destinations: number;
  readonly unreachable: number;
}

/** What a process that sends may do. Rows are this holder's until settled, or until its time is up. */
export interface Claims {
  /** Rows that a dead process had, given back when this one came or renewed. */
  readonly recovered: number;
  /** Of up to `lanesMax` destinations that are due and not in `busy`, up to `rowsMax` rows each. */
  take(busy: readonly string[], lanesMax: number, rowsMax: number): Promise<readonly Lane[]>;
  /** Rows that are too old or whose sender is to be told of the delay, with what their destination last said. */
  overdue(rowsMax: number): Promise<readonly Claimed[]>;
  /** All of it or nothing; durable when it resolves. */
  settle(settlements: readonly Settlement[], lane?: LaneNews): Promise<void>;
  /** Every now and then, or others take over. False: they did. */
  renew(): Promise<boolean>;
  /** Gives back what was not tried. */
  leave(): Promise<void>;
}

export interface Lane {
  readonly domain: string;
  /** Times in a row that no host of it could be reached. */
  readonly failures: number;
  readonly claimed: readonly Claimed[];
}

/** The whole outbox: what doors, the queue and operators do with it. */
export interface Outbox extends OutboxWriter {
  join(): Promise<Claims>;
  /** When something is to be done, `busy` destinations apart, ms since 1970; null where nothing waits. */
  nextDue(busy?: readonly string[]): Promise<number | null>;
  /** Called after anything that may make rows due earlier: a message was added, or an operator changed something. */
  onWake(listener: (why: 'added' | 'changed') => void): () => void;
  /** The bytes of `head` and message, as they are sent. */
  content(message: QueuedMessage): Readable;
  /** The header, `head` included, or all of it; at most `bytesMax` octets from the beginning. */
  bytes(message: QueuedMessage, part: 'header' | 'all', bytesMax: number): Promise<Buffer>;
  counts(): Promise<OutboxCounts>;
  /** A page of rows by message and number; `after` is the last row seen. */
  list(
    selection: Selection,
    page: { readonly after?: { readonly message: number; readonly n: number }; readonly max: number },
  ): Promise<readonly Listed[]>;
  /** Answers how many rows it was; claimed ones are left to who has them. */
  change(selection: Selection, change: Change): Promise<number>;
  /** A member is erased: what it still has waiting is not sent any more, and nobody is told. */
  erase(account: number): Promise<void>;
}
