import type { Readable } from 'node:stream';
import type { Answer, QueuedMessage, QueuedRecipient } from '../../../stores/outbox/index.ts';
import type { Hop } from '../route/types.ts';

/** A message on its way to one host. */
export interface Parcel {
  readonly message: QueuedMessage;
  readonly recipients: readonly QueuedRecipient[];
  /** The octets as they are sent, dots not doubled; read once. */
  content(): Readable;
}

/** What became of one recipient. */
export type Fate =
  /** `dsn`: the host takes it upon itself to tell of the delivery (RFC 3461 §5.2.2). `here`: it is in a mailbox of ours. */
  | { readonly kind: 'delivered'; readonly answer: Answer; readonly dsn: boolean; readonly here?: true }
  | { readonly kind: 'failed'; readonly answer: Answer }
  /** `unsure`: all of it was sent, and no answer came. */
  | { readonly kind: 'deferred'; readonly answer: Answer; readonly unsure: boolean }
  /** Not tried; it may go at once with another connection or transaction. */
  | { readonly kind: 'untried'; readonly answer: Answer };

/** One connection to one host, greeted, under TLS where that must be, signed in where that is asked. */
export interface Line {
  readonly host: string;
  readonly address: string;
  /** TLS is on. */
  readonly secure: boolean;
  /** False: nothing more can be sent on it. */
  readonly usable: boolean;
  /** One after another; never rejects. Fates by `n` of the recipient. */
  send(parcel: Parcel): Promise<ReadonlyMap<number, Fate>>;
  /** Says goodbye. */
  quit(): void;
  /** Hangs up. */
  destroy(): void;
}

export type Dialled =
  | { readonly kind: 'line'; readonly line: Line }
  /** This address of the host does not serve us now; `host`: no other address of it would either. */
  | { readonly kind: 'refused'; readonly answer: Answer; readonly host: boolean };

/** Where to, and how TLS must be for it. */
export interface Passage {
  /** Recipients' domain. */
  readonly domain: string;
  readonly hop: Hop;
  readonly address: string;
  /** RFC 8689: what the sender of the first message asked; a line serves messages that ask the same. */
  readonly asked: 'required' | 'optional' | null;
  /** Aborted: it is not waited for any more. */
  readonly signal?: AbortSignal;
}

export interface Courier {
  /** Never rejects. */
  dial(passage: Passage): Promise<Dialled>;
}
