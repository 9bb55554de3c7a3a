import { StoreError } from '../../base/index.ts';
import { first, one, run, type Script } from '../../storage/index.ts';
import { pageRowsMax } from '../limits.ts';
import type { AccountQueries } from '../queries.ts';
import type { Member } from '../types.ts';
import { addCredential, type NewCredential } from './credentials.ts';
import { type Claim, demandFree, forgetTarget, lockDirectory } from './directory.ts';

export interface NewMember {
  readonly address: Claim;
  readonly name: string;
  readonly admin: boolean;
  readonly scramSalt: string;
  readonly credential: NewCredential | null;
  readonly now: number;
}

export function* addMember(q: AccountQueries, a: NewMember): Script<Member> {
  yield* lockDirectory(q);
  yield* demandFree(q, a.address, a.now);
  const { key, domain } = a.address;
  const member = one(
    yield* run(q.memberAdd, { address: key, name: a.name, admin: a.admin, salt: a.scramSalt, now: a.now }),
  );
  yield* run(q.addressPut, { address: key, domain, kind: 'primary', member: member.id });
  if (a.credential) yield* addCredential(q, member.id, a.credential, a.now);
  return member;
}

export function* demandMember(q: AccountQueries, id: number): Script<Member> {
  const member = first(yield* run(q.memberById, { id }));
  if (!member) throw new StoreError('not-found', `there is no member ${id}`);
  return member;
}

/** Someone must be left who can let others in again. */
function* demandOtherAdministrator(q: AccountQueries, member: Member): Script<void> {
  if (!member.admin || member.disabled) return;
  const others = (yield* run(q.administrators, {})).filter((other) => other.id !== member.id);
  if (others.length === 0) throw new StoreError('conflict', 'this is the last administrator');
}

export interface MemberChange {
  readonly name?: string;
  readonly admin?: boolean;
  readonly disabled?: boolean;
}

export function* changeMember(q: AccountQueries, a: { id: number; change: MemberChange }): Script<Member> {
  yield* lockDirectory(q);
  const member = yield* demandMember(q, a.id);
  const changed = { ...member, ...a.change };
  if (!changed.admin || changed.disabled) yield* demandOtherAdministrator(q, member);
  return one(yield* run(q.memberSet, { ...changed }));
}

/** The old address keeps leading to the member. */
export function* renameMember(
  q: AccountQueries,
  a: { id: number; address: Claim; now: number },
): Script<Member> {
  yield* lockDirectory(q);
  const member = yield* demandMember(q, a.id);
  const { key, domain } = a.address;
  if (key === member.address) return member;
  yield* demandFree(q, a.address, a.now, member.id);
  const before = member.address.slice(member.address.lastIndexOf('@') + 1);
  yield* run(q.addressPut, { address: member.address, domain: before, kind: 'former', member: member.id });
  yield* run(q.addressPut, { address: key, domain, kind: 'primary', member: member.id });
  return one(yield* run(q.memberSet, { ...member, address: key }));
}

/**
 * Leaves a tombstone: nobody can log in, the addresses lead nowhere and are held, the id stays taken. The stores
 * still hold the member's data; `erased` says that they let go of it.
 */
export function* buryMember(
  q: AccountQueries,
  a: { id: number; now: number; holdUntil: number },
): Script<void> {
  yield* lockDirectory(q);
  const member = yield* demandMember(q, a.id);
  yield* demandOtherAdministrator(q, member);
  for (const { address } of yield* run(q.addressesOf, { member: a.id })) yield* forgetTarget(q, address);
  yield* run(q.addressesHold, { member: a.id, until: a.holdUntil });
  yield* run(q.credentialsDrop, { member: a.id });
  yield* run(q.signInDropOf, { member: a.id });
  yield* run(q.apiTokensDropOf, { member: a.id });
  yield* run(q.memberBury, { id: a.id, now: a.now });
}

const folded = (text: string) => text.normalize('NFKC').toLowerCase();

/** By what others know of a member: name and address. Looked for page by page, for engines fold case differently. */
export function* findMembers(q: AccountQueries, a: { text: string; max: number }): Script<Member[]> {
  const wanted = folded(a.text);
  const found: Member[] = [];
  for (let after = 0; found.length < a.max; ) {
    const page = yield* run(q.memberPage, { after, max: pageRowsMax });
    for (const { created: _, ...member } of page) {
      after = member.id;
      const { disabled, name, address } = member;
      if (disabled || !(folded(name).includes(wanted) || address.includes(wanted))) continue;
      if (found.length < a.max) found.push(member);
    }
    if (page.length < pageRowsMax) break;
  }
  return found;
}
