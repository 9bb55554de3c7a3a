import { refusal } from '../refusals.ts';
import type { Actor, Privilege, Role } from './types.ts';

/**
 * Who may what, as a declared value. `public` and `own` need no role: the first is everybody's, the second is judged by whoever
 * knows whom it is about. Who grants roles cannot move money by that alone, and who audits changes nothing.
 */
export const privileges = {
  public: [],
  own: [],
  'register.read': ['treasurer', 'board', 'auditor', 'administrator'],
  'register.write': ['treasurer', 'board'],
  'admission.decide': ['board'],
  'decision.record': ['board'],
  'ledger.read': ['treasurer', 'board', 'auditor'],
  'ledger.write': ['treasurer'],
  'bank.import': ['treasurer'],
  'bank.match': ['treasurer', 'board'],
  'invoice.write': ['treasurer'],
  'pay.prepare': ['treasurer'],
  'pay.approve': ['treasurer', 'board'],
  'year.close': ['treasurer', 'board'],
  'roles.grant': ['administrator'],
  'acts.read': ['treasurer', 'board', 'auditor', 'administrator'],
} as const satisfies Record<Privilege, readonly Role[]>;

/** Whether the roles give the privilege. For `own`, say whose it is: the member's number. */
export function may(actor: Pick<Actor, 'member' | 'roles'>, privilege: Privilege, owner = 0): boolean {
  if (privilege === 'public') return true;
  if (privilege === 'own') return owner > 0 && actor.member === owner;
  const allowed: readonly Role[] = privileges[privilege];
  return actor.roles.some((role) => allowed.includes(role));
}

/** Refuses with E_PRIVILEGE whoever may not. */
export function demand(actor: Actor, privilege: Privilege, owner = 0): void {
  if (!may(actor, privilege, owner))
    throw refusal('E_PRIVILEGE', `that takes the privilege ${privilege}`, { privilege });
}
