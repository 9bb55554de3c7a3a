import { StoreError } from '../../base/index.ts';
import { first, one, run, type Script } from '../../storage/index.ts';
import { appPasswordsPerMemberMax, signInTokensPerMemberMax } from '../limits.ts';
import type { AccountQueries } from '../queries.ts';
import type { Member } from '../types.ts';
import { lockDirectory } from './directory.ts';

/** A credential as it is stored: nothing in it opens a door by itself. */
export interface NewCredential {
  readonly kind: 'password' | 'app-password';
  readonly name: string;
  readonly tag: string;
  readonly hash: string;
  readonly scramSha1: string;
  readonly scramSha256: string;
  readonly scopes: string;
}

export function* addCredential(
  q: AccountQueries,
  member: number,
  credential: NewCredential,
  now: number,
): Script<number> {
  return one(yield* run(q.credentialAdd, { ...credential, member, now })).id;
}

/** The member's row is locked by this, so of two changes at once one comes after the other. */
function* bump(q: AccountQueries, id: number): Script<Member> {
  yield* lockDirectory(q);
  const member = first(yield* run(q.memberBump, { id }));
  if (!member) throw new StoreError('not-found', `there is no member ${id}`);
  return member;
}

export function* setPassword(
  q: AccountQueries,
  a: { member: number; credential: NewCredential; now: number },
): Script<number> {
  yield* bump(q, a.member);
  yield* run(q.passwordDrop, { member: a.member });
  return yield* addCredential(q, a.member, a.credential, a.now);
}

export function* addAppPassword(
  q: AccountQueries,
  a: { member: number; credential: NewCredential; now: number },
): Script<number> {
  yield* bump(q, a.member);
  const live = (yield* run(q.credentialList, { member: a.member })).filter(
    (credential) => credential.kind === 'app-password' && credential.revoked === 0,
  );
  if (live.length >= appPasswordsPerMemberMax) {
    throw new StoreError('limit', `a member may have ${appPasswordsPerMemberMax} app passwords`);
  }
  return yield* addCredential(q, a.member, a.credential, a.now);
}

export function* revokeAppPassword(
  q: AccountQueries,
  a: { member: number; id: number; now: number },
): Script<void> {
  yield* bump(q, a.member);
  const revoked = yield* run(q.credentialRevoke, { member: a.member, id: a.id, now: a.now });
  if (revoked.length === 0) throw new StoreError('not-found', `there is no app password ${a.id}`);
}

/** The oldest tokens give way, so that a member cannot be kept from getting a new one. */
export function* addSignInToken(
  q: AccountQueries,
  a: { member: number; hash: string; expires: number; now: number },
): Script<void> {
  yield* lockDirectory(q);
  const member = first(yield* run(q.memberById, { id: a.member }));
  if (!member) throw new StoreError('not-found', `there is no member ${a.member}`);
  if (member.disabled) throw new StoreError('disabled', 'the account is disabled');
  yield* run(q.signInPurge, { now: a.now });
  const live = yield* run(q.signInOf, { member: a.member });
  for (const old of live.slice(0, Math.max(0, live.length - signInTokensPerMemberMax + 1))) {
    yield* run(q.signInTake, { hash: old.hash });
  }
  yield* run(q.signInAdd, { member: a.member, hash: a.hash, expires: a.expires });
}

interface TokenUse {
  readonly hash: string;
  readonly now: number;
}

function* memberOfToken(
  q: AccountQueries,
  token: { readonly member: number; readonly expires: number } | undefined,
  now: number,
): Script<Member | null> {
  if (!token || token.expires <= now) return null;
  const member = first(yield* run(q.memberById, { id: token.member }));
  return member && !member.disabled ? member : null;
}

/** Takes the token, whatever comes of it; null where it is unknown, too old, or its member may not sign in. */
export function* redeemSignInToken(q: AccountQueries, a: TokenUse): Script<Member | null> {
  return yield* memberOfToken(q, first(yield* run(q.signInTake, { hash: a.hash })), a.now);
}

/** Whom the token would sign in; it is not taken. */
export function* findSignInToken(q: AccountQueries, a: TokenUse): Script<Member | null> {
  return yield* memberOfToken(q, first(yield* run(q.signInFind, { hash: a.hash })), a.now);
}

/** Takes the token and sets the password, both or neither; null where the token is not this member's any more. */
export function* redeemWithPassword(
  q: AccountQueries,
  a: TokenUse & { readonly member: number; readonly credential: NewCredential },
): Script<Member | null> {
  // First, as every directory write does: the other way round two of them could wait for each other.
  yield* lockDirectory(q);
  const member = yield* redeemSignInToken(q, a);
  if (member?.id !== a.member) return null;
  yield* setPassword(q, a);
  return first(yield* run(q.memberById, { id: a.member })) ?? null;
}
