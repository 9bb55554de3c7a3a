import { FormatError } from '../base/index.ts';
import { type BearerMessage, parseOauthBearer, parseXoauth2 } from '../formats/sasl/index.ts';
import type { Accounts, AuthResult, Scope, TokenAdvice } from './types.ts';

interface Form {
  readonly rfc: string;
  parse(message: Buffer): BearerMessage;
  /** What a client that comes with a wrong token is told before it is refused. */
  advice(reason: 'credentials' | 'scope', advice: TokenAdvice): unknown;
}

/** The two forms in which mail programs send a token. */
export const bearerMechanisms = {
  OAUTHBEARER: {
    rfc: 'RFC 7628',
    parse: parseOauthBearer,
    advice: (reason, { scope, configuration }) => ({
      status: reason === 'scope' ? 'insufficient_scope' : 'invalid_token', // RFC 6750 §3.1
      ...(scope === null ? {} : { scope }),
      ...(configuration === null ? {} : { 'openid-configuration': configuration }),
    }),
  },
  /** Google's form. Its clients fetch a new token where the status is 400, and only there. */
  XOAUTH2: {
    rfc: 'XOAUTH2',
    parse: parseXoauth2,
    advice: (_reason, { scope }) => ({
      status: '400',
      schemes: 'Bearer',
      ...(scope === null ? {} : { scope }),
    }),
  },
} as const satisfies Record<string, Form>;

export type BearerMechanism = keyof typeof bearerMechanisms;

export interface BearerDialogue {
  readonly mechanism: BearerMechanism;
  readonly scope: Scope;
  readonly remote: string;
}

export interface BearerOutcome {
  /** Whom the client named; '' for nobody. */
  readonly username: string;
  readonly result: AuthResult;
}

/**
 * The server's side of a login by token, for any protocol: `exchange` sends a message and answers the client's next one.
 * Null where the client's message is malformed. Rejects with what `exchange` throws.
 */
export async function runBearer(
  accounts: Pick<Accounts, 'loginWithToken' | 'tokens'>,
  { mechanism, scope, remote }: BearerDialogue,
  initial: Buffer | null,
  exchange: (message: Buffer) => Promise<Buffer>,
): Promise<BearerOutcome | null> {
  const form: Form = bearerMechanisms[mechanism];
  const message = read(form, initial ?? (await exchange(Buffer.alloc(0))));
  if (message === null) return null;
  const result = await accounts.loginWithToken({ ...message, scope, remote });
  // What is not the token's fault must not make the client throw it away.
  if (!result.ok && (result.reason === 'credentials' || result.reason === 'scope') && accounts.tokens) {
    // RFC 7628 §3.2.3: the client's answer says nothing; it only lets us finish.
    await exchange(Buffer.from(JSON.stringify(form.advice(result.reason, accounts.tokens))));
  }
  return { username: message.username, result };
}

function read(form: Form, message: Buffer): BearerMessage | null {
  try {
    return form.parse(message);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}
