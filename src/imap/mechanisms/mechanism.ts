import type { AuthResult } from '../../accounts/index.ts';
import type { Session } from '../session/session.ts';

/** What a SASL mechanism has learnt of the client. */
export interface Credentials {
  /** Whom to act as; '' for the one who logs in (RFC 4422 §2). */
  readonly authorization: string;
  readonly username: string;
  /** A password to be checked, or what came of the mechanism's own check. */
  readonly proof: { readonly password: string } | { readonly result: AuthResult };
}

/** One SASL mechanism, server side. */
export interface Mechanism {
  readonly name: string;
  readonly rfc: string;
  /**
   * Whether this client may use it now, beside the rule for all of them: no mechanism without TLS, since one that does
   * not show the password still lets whoever listens guess at it, and read the mail (RFC 5802 §9).
   */
  offered?(session: Session): boolean;
  /**
   * `initial` is the client's first message where it came with the command (RFC 4959); `exchange` sends a challenge
   * and answers the client's next message. Null: malformed.
   */
  run(
    initial: Buffer | null,
    exchange: (challenge: Buffer) => Promise<Buffer>,
    session: Session,
  ): Promise<Credentials | null>;
}

/** Whether this session may use it, as far as the mechanism and the operator are concerned. */
export function offers(session: Session, mechanism: Mechanism): boolean {
  return !session.withheld.has(`AUTH=${mechanism.name}`) && mechanism.offered?.(session) !== false;
}
