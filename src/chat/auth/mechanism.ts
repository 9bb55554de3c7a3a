import type { AuthResult } from '../../accounts/index.ts';
import type { ClientStream } from '../stream/client-stream.ts';

/** What a SASL mechanism has learnt of the client. */
export interface Credentials {
  /** Whom to act as; '' for the one who signs in (RFC 4422 §2). */
  readonly authorization: string;
  readonly username: string;
  readonly result: AuthResult;
}

/** One SASL mechanism, server side. */
export interface Mechanism {
  readonly name: string;
  readonly rfc: string;
  /** Whether this stream may use it now. */
  offered(stream: ClientStream): boolean;
  /**
   * `initial` is what came with the choice of the mechanism, null where nothing did; `exchange` sends a challenge and answers
   * the client's next message. Null: malformed.
   */
  run(
    stream: ClientStream,
    initial: Buffer | null,
    exchange: (challenge: Buffer) => Promise<Buffer>,
  ): Promise<Credentials | null>;
}
