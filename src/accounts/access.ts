import { StoreError } from '../base/index.ts';
import type { Member, Scope } from './types.ts';

/**
 * Who may do what. A handler names one privilege and hands over what it is about to touch; `may` decides, without
 * looking anything up, and says why. There is no default: a handler without a privilege does not compile.
 */
interface Rule {
  /** What the session's credential must be good for: one of these. */
  readonly scopes: readonly Scope[];
  /** `own`: a member's data, the owner's or granted. `all`: the co-op's directory, for administrators. */
  readonly over: 'own' | 'all';
  /** Whether an owner may grant it to another member. */
  readonly grantable: boolean;
}

const own = (...scopes: Scope[]): Rule => ({ scopes, over: 'own', grantable: false });
const shared = (...scopes: Scope[]): Rule => ({ scopes, over: 'own', grantable: true });
const directory: Rule = { scopes: ['api'], over: 'all', grantable: false };

export const privileges = {
  'mail:read': shared('mail', 'api'),
  'mail:write': shared('mail', 'api'),
  'files:read': shared('dav', 'api'),
  'files:write': shared('dav', 'api'),
  'mail:submit': own('submission', 'api'),
  /** The member's own name, app passwords and password. */
  'account:read': own('api'),
  'account:write': own('api'),
  'admin:members': directory,
  'admin:domains': directory,
  'admin:aliases': directory,
} as const satisfies Record<string, Rule>;

export type Privilege = keyof typeof privileges;

/** Who acts: a member with what the session's credential is good for, or somebody who has not said who they are. */
export type Actor =
  | { readonly kind: 'member'; readonly member: Member; readonly scopes: readonly Scope[] }
  | { readonly kind: 'anonymous' };

export const anonymous: Actor = { kind: 'anonymous' };

/** What is touched: one member's data, with what its owner granted to the actor; or the directory of all. */
export type Resource =
  | { readonly kind: 'account'; readonly owner: number; readonly granted: readonly Privilege[] }
  | { readonly kind: 'directory' };

export type Verdict =
  | { readonly allowed: true; readonly because: 'owner' | 'granted' | 'administrator' }
  | {
      readonly allowed: false;
      readonly because: 'anonymous' | 'disabled' | 'scope' | 'not-owner' | 'not-administrator' | 'resource';
    };

/** An administrator runs the directory; members' mail and files stay closed to them as to everybody. */
export function may(actor: Actor, privilege: Privilege, resource: Resource): Verdict {
  const rule: Rule = privileges[privilege];
  if (actor.kind === 'anonymous') return { allowed: false, because: 'anonymous' };
  const { member, scopes } = actor;
  if (member.disabled) return { allowed: false, because: 'disabled' };
  if (!rule.scopes.some((scope) => scopes.includes(scope))) return { allowed: false, because: 'scope' };
  if (rule.over === 'all') {
    if (resource.kind !== 'directory') return { allowed: false, because: 'resource' };
    return member.admin
      ? { allowed: true, because: 'administrator' }
      : { allowed: false, because: 'not-administrator' };
  }
  if (resource.kind !== 'account') return { allowed: false, because: 'resource' };
  if (resource.owner === member.id) return { allowed: true, because: 'owner' };
  if (rule.grantable && resource.granted.includes(privilege)) return { allowed: true, because: 'granted' };
  return { allowed: false, because: 'not-owner' };
}

/** Throws StoreError('disabled' or 'denied') where `may` says no; what belongs to others is not spoken of. */
export function demand(actor: Actor, privilege: Privilege, resource: Resource): void {
  const verdict = may(actor, privilege, resource);
  if (verdict.allowed) return;
  if (verdict.because === 'disabled') throw new StoreError('disabled', 'the account is disabled');
  throw new StoreError('denied', 'this is not allowed', { privilege, because: verdict.because });
}
