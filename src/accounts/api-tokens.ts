import { createHash } from 'node:crypto';
import { randomToken } from '../base/index.ts';
import { apiTokenBits } from './limits.ts';
import type { LoginParts } from './login.ts';
import { operations } from './module.ts';
import type { Accounts } from './types.ts';

/** So that whoever finds one lying about knows what it is. */
const prefix = 'myco_';
const pattern = new RegExp(`^${prefix}[a-z2-7]{${apiTokenBits / 5}}$`);

export const newApiToken = (): string => `${prefix}${randomToken(apiTokenBits)}`;

/** How a token is kept: that many random bits need no slow hash. */
export const apiTokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** The throttle counts all made-up tokens of an address as guesses at one account. */
const guessed = 'api token';

export function apiTokenFinder({
  database,
  clock,
  throttle,
}: Pick<LoginParts, 'database' | 'clock' | 'throttle'>): Accounts['findApiToken'] {
  return async (token, remote) => {
    if (!pattern.test(token)) return { ok: false, reason: 'credentials', ours: false, retryAfterMs: 0 };
    const hash = apiTokenHash(token);
    const found = await database.call(operations.apiToken, { hash, now: clock.nowMs() });
    // No throttle for who has one: nobody behind the same address can lock them out.
    if (found) return { ok: true, member: found.member, scopes: found.scopes.split(' ') };
    const retryAfterMs = throttle.begin(remote, guessed);
    if (retryAfterMs > 0) return { ok: false, reason: 'throttled', ours: true, retryAfterMs };
    throttle.settle(remote, guessed, 'failed');
    return { ok: false, reason: 'credentials', ours: true, retryAfterMs: 0 };
  };
}
