import type { Answer, QueuedMessage, QueuedRecipient } from '../../../stores/outbox/index.ts';

/** RFC 3464 §2.3.3. */
export type Action = 'failed' | 'delayed' | 'delivered' | 'relayed';

/** Of whom a notice tells what. */
export interface Told {
  readonly recipient: Pick<QueuedRecipient, 'address' | 'orcpt' | 'expires'>;
  readonly action: Action;
  readonly answer: Answer;
}

export interface Notice {
  readonly message: Pick<QueuedMessage, 'sender' | 'options' | 'created'>;
  readonly told: readonly Told[];
  /** What is given back of the message, with CRLF line ends. */
  readonly returned: Buffer;
  /** `returned` is the message and not only its header. */
  readonly whole: boolean;
}

/** Who writes notices. */
export interface Writer {
  /** Reporting-MTA. */
  readonly hostname: string;
  /** From whom they come. */
  readonly domain: string;
  readonly nowMs: number;
}
