import type { MailOptions, RcptOptions } from '../session/types.ts';
import type { Reply } from '../wire/reply.ts';

/** The server that takes mail for others (settings: mail.relay). */
export interface Relay {
  /** Connects, greets, starts TLS and signs in. Never rejects: a Reply tells why it cannot be used now. */
  open(): Promise<RelaySession | Reply>;
}

/** One transaction with the relay. Every answer is the relay's own, or ours when it cannot be reached. */
export interface RelaySession {
  mail(sender: string, options: MailOptions): Promise<Reply>;
  rcpt(address: string, options: RcptOptions): Promise<Reply>;
  /** 354 or a refusal. */
  data(): Promise<Reply>;
  /** Content, dots not yet doubled; resolves when more may be sent. A lost connection shows in `finish`. */
  write(chunk: Buffer): Promise<void>;
  /** Ends the content; the answer stands for the whole message. */
  finish(): Promise<Reply>;
  /** Gives up: what was not finished is not delivered. */
  close(): void;
}
