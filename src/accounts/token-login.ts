import { busyRetryMs } from './limits.ts';
import { failure, type LoginParts, refused, whoIs } from './login.ts';
import type { Outcome } from './throttle.ts';
import type { AuthResult, TokenLogin, TokenVerifier } from './types.ts';

/** The throttle counts all tokens of an address that name nobody as guesses at one account. */
const namelessAccount = 'token';

/**
 * Logins by a bearer token of an issuer that the operator trusts. The member is whom the issuer names, who must be the
 * one whom the client names where it does. Refusals are throttled like those of passwords.
 */
export function createTokenLogin(
  parts: LoginParts,
  verifier: TokenVerifier | null,
): (login: TokenLogin) => Promise<AuthResult> {
  return async (login) => {
    if (verifier === null) return refused('credentials');
    const { throttle } = parts;
    try {
      const named = login.username === '' ? null : await whoIs(parts, login.username);
      const account = named?.account ?? namelessAccount;
      const waitMs = throttle.begin(login.remote, account);
      if (waitMs > 0) return refused('throttled', waitMs);
      let outcome: Outcome = 'void';
      try {
        const delayMs = throttle.delayMs(account);
        if (delayMs > 0) await parts.sleep(delayMs);
        const result = await check(
          parts,
          verifier,
          login.token,
          named && { member: named.member?.id ?? null },
        );
        if (!result.ok && result.reason === 'credentials') outcome = 'failed';
        // Who has a token of his own must not guess others without end.
        else if (result.ok && named !== null) outcome = 'succeeded';
        return result;
      } finally {
        throttle.settle(login.remote, account, outcome);
      }
    } catch (error) {
      return failure(parts, error);
    }
  };
}

async function check(
  parts: LoginParts,
  verifier: TokenVerifier,
  token: string,
  named: { readonly member: number | null } | null,
): Promise<AuthResult> {
  const claims = await verifier.verify(token);
  if (claims === 'busy') return refused('busy', busyRetryMs);
  if (claims === null) return refused('credentials');
  const { member } = await whoIs(parts, claims.username);
  if (member === null || (named !== null && named.member !== member.id)) return refused('credentials');
  if (member.disabled) return refused('disabled');
  if (!claims.scoped) return refused('scope');
  const end = claims.expiresAtMs === undefined ? {} : { expiresAtMs: claims.expiresAtMs };
  return { ok: true, member, credential: 'token', ...end };
}
