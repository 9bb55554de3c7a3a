/** What a SASL mechanism has learnt of the client. */
export interface Credentials {
  /** Whom to act as; '' for the one who logs in (RFC 4422 §2). */
  readonly authorization: string;
  readonly username: string;
  readonly password: string;
}

/** One SASL mechanism, server side. `exchange` sends a challenge and answers the client's next message. */
export interface Mechanism {
  readonly name: string;
  readonly rfc: string;
  /** Whether it shows the password to whoever listens: only offered with TLS then. */
  readonly plaintext: boolean;
  /** `initial` is the client's first message where it came with the command (RFC 4959). Null: malformed. */
  run(initial: Buffer | null, exchange: (challenge: Buffer) => Promise<Buffer>): Promise<Credentials | null>;
}
