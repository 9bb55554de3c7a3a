import { run, type Script } from '../../../storage/index.ts';
import { refusal } from '../../refusals.ts';
import { demand } from '../privileges.ts';
import type { ActsQueries } from '../queries.ts';
import { type Actor, type NewAct, type Privilege, type Role, roles } from '../types.ts';
import { once } from './note.ts';

/** The verb and subject that the log has for a role that is given or taken. */
export const roleVerbs = { grant: 'role.grant', revoke: 'role.revoke' } as const;
export const roleSubject = (account: number, role: string) => `account:${account}:${role}`;

/** What an account is, in the order of the list. */
export function* rolesOf(q: ActsQueries, a: { readonly account: number }): Script<readonly Role[]> {
  const rows = yield* run(q.actsRolesOf, { account: a.account });
  const held = new Set(rows.map(({ role }) => role));
  return roles.filter((role) => held.has(role));
}

export interface RoleChange {
  readonly act: NewAct;
  readonly account: number;
  readonly role: Role;
  readonly give: boolean;
}

/**
 * Gives a role or takes it. Whoever does it may do so by a role that they have now, in this transaction. Nobody takes the last
 * administrator away, and nobody gives themselves what moves money. Refuses with E_PRIVILEGE, E_ROLE, E_KEY_REUSED.
 */
export function* changeRole(q: ActsQueries, a: RoleChange): Script<readonly Role[]> {
  const { account, role, give } = a;
  return yield* once(q, a.act, function* (n): Script<readonly Role[]> {
    yield* demandGrant(q, a);
    if (give) yield* run(q.actsRoleAdd, { account, role, act: n });
    else yield* run(q.actsRoleRemove, { account, role });
    return yield* rolesOf(q, { account });
  });
}

/** Refuses with E_PRIVILEGE whoever may not by the roles that they have now, in this transaction. */
export function* demandNow(q: ActsQueries, actor: Actor, privilege: Privilege): Script<void> {
  demand({ ...actor, roles: yield* rolesOf(q, { account: actor.account }) }, privilege);
}

function* demandGrant(q: ActsQueries, { act: { actor }, account, role, give }: RoleChange): Script<void> {
  const rows = yield* run(q.actsRoles);
  const administrators = rows.filter((row) => row.role === 'administrator');
  // An administrator of the server, at its own terminal, makes the first one of the co-op.
  if (administrators.length === 0 && actor.via === 'cli') {
    if (give && role === 'administrator') return;
    throw refusal('E_ROLE', 'the first role that is given is that of an administrator');
  }
  yield* demandNow(q, actor, 'roles.grant');
  if (give && account === actor.account && role !== 'member')
    throw refusal('E_ROLE', 'nobody gives themselves a role; another administrator does');
  if (
    !give &&
    role === 'administrator' &&
    administrators.length === 1 &&
    administrators[0]?.account === account
  )
    throw refusal('E_ROLE', 'the last administrator stays until there is another one');
}
