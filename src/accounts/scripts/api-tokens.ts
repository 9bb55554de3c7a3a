import { StoreError } from '../../base/index.ts';
import { first, one, run, type Script } from '../../storage/index.ts';
import { apiTokensPerMemberMax } from '../limits.ts';
import type { AccountQueries } from '../queries.ts';
import type { Member } from '../types.ts';
import { lockDirectory } from './directory.ts';

export interface NewApiToken {
  readonly member: number;
  readonly name: string;
  readonly hash: string;
  readonly scopes: string;
  readonly expires: number;
  readonly now: number;
}

export function* addApiToken(q: AccountQueries, a: NewApiToken): Script<number> {
  yield* lockDirectory(q);
  const member = first(yield* run(q.memberById, { id: a.member }));
  if (!member) throw new StoreError('not-found', `there is no member ${a.member}`);
  const all = yield* run(q.apiTokensOf, { member: a.member });
  const live = all.filter(({ revoked, expires }) => revoked === 0 && expires > a.now);
  if (live.length >= apiTokensPerMemberMax)
    throw new StoreError('limit', `a member may have ${apiTokensPerMemberMax} tokens`);
  return one(yield* run(q.apiTokenAdd, { ...a })).id;
}

export function* revokeApiToken(
  q: AccountQueries,
  a: { member: number; id: number; now: number },
): Script<void> {
  const revoked = yield* run(q.apiTokenRevoke, { ...a });
  if (revoked.length === 0) throw new StoreError('not-found', `there is no token ${a.id}`);
}

/** Whose it is and what it is good for; null where it is unknown, revoked, too old, or its member is disabled. */
export function* findApiToken(
  q: AccountQueries,
  a: { readonly hash: string; readonly now: number },
): Script<{ readonly member: Member; readonly scopes: string } | null> {
  const token = first(yield* run(q.apiTokenFind, { hash: a.hash }));
  if (!token || token.expires <= a.now) return null;
  const member = first(yield* run(q.memberById, { id: token.member }));
  return member && !member.disabled ? { member, scopes: token.scopes } : null;
}
