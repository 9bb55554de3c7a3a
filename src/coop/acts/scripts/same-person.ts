import { run, type Script } from '../../../storage/index.ts';
import { refusal } from '../../refusals.ts';
import type { RegisterQueries } from '../../register/queries.ts';
import type { ActsQueries } from '../queries.ts';
import type { Actor, NewAct } from '../types.ts';
import { once } from './note.ts';
import { demandNow } from './roles.ts';

/** Who acted, as the log has it. */
export type Acted = Pick<Actor, 'account' | 'member'>;

type Queries = ActsQueries & RegisterQueries;

/**
 * Whether two who acted are one person: over the same account, as the same member, then or now, or over accounts that an
 * administrator said are one person's.
 */
export function* isSamePerson(q: Queries, a: Acted, b: Acted): Script<boolean> {
  const known = yield* namesOf(q, a);
  return (yield* namesOf(q, b)).some((name) => known.includes(name));
}

/** All that somebody who acted is known as. */
function* namesOf(q: Queries, { account, member }: Acted): Script<readonly string[]> {
  const names = [`account:${account}`];
  if (member > 0) names.push(`member:${member}`);
  const [now] = yield* run(q.registerPersonOfAccount, { account });
  if (now !== undefined) names.push(`member:${now.number}`);
  const [said] = yield* run(q.actsSameOf, { account });
  if (said !== undefined) names.push(`person:${said.person}`);
  return names;
}

/** Whether somebody who did that before this act is the person who does it now. */
export function* didBefore(
  q: Queries,
  a: { readonly act: NewAct; readonly n: number; readonly verb: string; readonly subject: string },
): Script<boolean> {
  for (const acted of yield* run(q.actsBy, { subject: a.subject, verb: a.verb, before: a.n }))
    if (yield* isSamePerson(q, acted, a.act.actor)) return true;
  return false;
}

/** The verb and subject that the log has for accounts that are one person's, or one of which is not. */
export const sameVerbs = { same: 'person.same', apart: 'person.apart' } as const;
export const sameSubject = (account: number, other: number) => `account:${account}:${other}`;

export interface SameChange {
  readonly act: NewAct;
  readonly account: number;
  /** Whose other account that is; 0: nobody else's. */
  readonly other: number;
}

/**
 * An administrator says that two accounts are one person's, or that one is nobody else's: the last is for another administrator
 * than who has one of them. Refuses with E_PRIVILEGE, E_ROLE, E_NOT_FOUND.
 */
export function* declareSame(q: Queries, { act, account, other }: SameChange): Script<number> {
  return yield* once(q, act, function* (n): Script<number> {
    yield* demandNow(q, act.actor, 'roles.grant');
    const [mine] = yield* run(q.actsSameOf, { account });
    if (other === 0) {
      if (mine === undefined) throw refusal('E_NOT_FOUND', "nobody said that it is somebody else's too");
      const [own] = yield* run(q.actsSameOf, { account: act.actor.account });
      if (own?.person === mine.person)
        throw refusal('E_ROLE', 'nobody says that their own accounts are two persons; another one does');
      yield* run(q.actsSameRemove, { account });
      return account;
    }
    const [theirs] = yield* run(q.actsSameOf, { account: other });
    for (const group of [mine, theirs])
      if (group !== undefined) yield* run(q.actsSameMove, { from: group.person, person: n });
    for (const each of [account, other]) yield* run(q.actsSameSet, { account: each, person: n });
    return account;
  });
}

/** What the log says of accounts that are one person's: by account, the act that said it last. */
export function sameIn(
  acts: readonly { readonly subject: string; readonly verb: string; readonly n: number }[],
): ReadonlyMap<number, number> {
  const groups = new Map<number, number>();
  for (const { subject, verb, n } of acts) {
    const [account = 0, other = 0] = subject.split(':').slice(1).map(Number);
    if (verb === sameVerbs.apart) {
      groups.delete(account);
      continue;
    }
    const joined = [groups.get(account), groups.get(other)];
    for (const [each, group] of groups) if (joined.includes(group)) groups.set(each, n);
    groups.set(account, n);
    groups.set(other, n);
  }
  return groups;
}
