import type { Accounts, Member } from '../../accounts/index.ts';
import type { ApiParts, Identified } from './types.ts';

/** Whom a request comes from: who knows tokens, and who knows the sessions of the portal. */
export interface Knows {
  readonly accounts: Pick<Accounts, 'findApiToken' | 'loginWithToken' | 'tokens'>;
  /** The member of the session that the request's cookie names; null where there is none. */
  sessionOf(request: Request, secure: boolean): Promise<Member | null>;
}

const stranger: Identified = { ok: true, caller: null };

/**
 * A bearer token before a session, and a token that is worth nothing is no stranger. Of a session a write is taken from a page of
 * this site alone, and must say so: cookies travel by themselves.
 */
export function identifier({ accounts, sessionOf }: Knows): ApiParts['identify'] {
  return async (request, { remote, secure, safe }) => {
    const field = request.headers.get('authorization');
    // RFC 6750 §2.1.
    const [, token] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(field ?? '') ?? [];
    if (token !== undefined) return byToken(accounts, token, remote);
    if (field !== null) return { ok: false, reason: 'credentials' };
    const member = await sessionOf(request, secure);
    if (member === null) return stranger;
    if (!safe && !fromHere(request)) return { ok: false, reason: 'elsewhere' };
    return { ok: true, caller: { member, by: 'session', scopes: null } };
  };
}

/** Browsers say where a request was sent from, and no page can make them lie; who does not say it is not taken. */
function fromHere(request: Request): boolean {
  const origin = request.headers.get('origin');
  if (origin !== null && origin !== new URL(request.url).origin) return false;
  const site = request.headers.get('sec-fetch-site');
  return site === null ? origin !== null : site === 'same-origin';
}

async function byToken(accounts: Knows['accounts'], token: string, remote: string): Promise<Identified> {
  const found = await accounts.findApiToken(token, remote);
  if (found.ok) return { ok: true, caller: { member: found.member, by: 'token', scopes: found.scopes } };
  if (found.reason === 'throttled')
    return { ok: false, reason: 'throttled', retryAfterMs: found.retryAfterMs };
  if (found.ours || accounts.tokens === null) return { ok: false, reason: 'credentials' };
  const login = await accounts.loginWithToken({ username: '', token, scope: 'api', remote });
  if (login.ok) return { ok: true, caller: { member: login.member, by: 'token', scopes: null } };
  if (login.reason === 'throttled')
    return { ok: false, reason: 'throttled', retryAfterMs: login.retryAfterMs };
  return {
    ok: false,
    reason: login.reason === 'busy' || login.reason === 'unavailable' ? 'busy' : 'credentials',
  };
}
