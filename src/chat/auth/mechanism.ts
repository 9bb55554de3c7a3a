import type { AuthResult } from '../../accounts/index.ts';
import type { ClientStream } from '../stream/client-stream.ts';

/** What a SASL mechanism has learnt of the client. */
export interface Credentials {
  /** Whom to act as; '' for the one who signs in (RFC 4422 §2). */
  readonly authorization: string;
  readonly username: string;
  readonly result: AuthResult;
  /** What goes with success (RFC 4422 §3.6). */
  readonly final?: Buffer;
}

/** A client that signs in, whichever profile of SASL carries it (RFC 6120 §6, XEP-0388). */
export interface Dialogue {
  readonly stream: ClientStream;
  /** What came with the choice of the mechanism; null where nothing did. */
  readonly initial: Buffer | null;
  /** Names of the mechanisms that it could choose from. */
  readonly offered: readonly string[];
  /** Sends a challenge and answers the client's next message. Throws SaslFailure, StreamError. */
  exchange(challenge: Buffer): Promise<Buffer>;
}

/** One SASL mechanism, server side. */
export interface Mechanism {
  readonly name: string;
  readonly rfc: string;
  /** Whether this stream may use it now, beside the rule for all that nothing is said in clear. */
  offered?(stream: ClientStream): boolean;
  /** Null: malformed. */
  run(dialogue: Dialogue): Promise<Credentials | null>;
}
