import type { StoredBlob } from '../../storage/index.ts';

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
