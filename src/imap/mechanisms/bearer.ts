import type { AuthResult, TokenAdvice } from '../../accounts/index.ts';
import { FormatError } from '../../base/index.ts';
import { type BearerMessage, parseOauthBearer, parseXoauth2 } from '../../formats/sasl/index.ts';
import type { Mechanism } from './mechanism.ts';

interface Form {
  readonly name: string;
  readonly rfc: string;
  parse(message: Buffer): BearerMessage;
  /** What a client that comes with a wrong token is told before it is refused. */
  advice(result: AuthResult, advice: TokenAdvice): unknown;
}

/** A token instead of a password; offered where the operator names an issuer. */
function bearer({ name, rfc, parse, advice }: Form): Mechanism {
  return {
    name,
    rfc,
    offered: ({ services }) => services.accounts.tokens !== null,
    async run(initial, exchange, { services, connection }) {
      const { accounts } = services;
      const message = readMessage(parse, initial ?? (await exchange(Buffer.alloc(0))));
      if (message === null) return null;
      const remote = connection.remote.address;
      const result = await accounts.loginWithToken({ ...message, scope: 'mail', remote });
      // What is not the token's fault must not make the client throw it away.
      if (!result.ok && (result.reason === 'credentials' || result.reason === 'scope') && accounts.tokens) {
        // RFC 7628 §3.2.3: the client's answer says nothing; it only lets us finish.
        await exchange(Buffer.from(JSON.stringify(advice(result, accounts.tokens))));
      }
      return { authorization: '', username: message.username, proof: { result } };
    },
  };
}

function readMessage(parse: Form['parse'], message: Buffer): BearerMessage | null {
  try {
    return parse(message);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

const oauthBearer = bearer({
  name: 'OAUTHBEARER',
  rfc: 'RFC 7628',
  parse: parseOauthBearer,
  advice: (result, { scope, configuration }) => ({
    status: !result.ok && result.reason === 'scope' ? 'insufficient_scope' : 'invalid_token', // RFC 6750 §3.1
    ...(scope === null ? {} : { scope }),
    ...(configuration === null ? {} : { 'openid-configuration': configuration }),
  }),
});

/** Google's form of it. Its clients fetch a new token where the status is 400, and only there. */
const xoauth2 = bearer({
  name: 'XOAUTH2',
  rfc: 'XOAUTH2',
  parse: parseXoauth2,
  advice: (_result, { scope }) => ({
    status: '400',
    schemes: 'Bearer',
    ...(scope === null ? {} : { scope }),
  }),
});

export const bearerMechanisms: readonly Mechanism[] = [oauthBearer, xoauth2];
