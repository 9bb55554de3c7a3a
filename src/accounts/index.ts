/**
 * accounts: members, domains, aliases, credentials, throttle, and who may do what.
 */
export type {
  Accounts,
  AuthFailure,
  AuthResult,
  Member,
  PasswordLogin,
  Recipient,
  Resolution,
  Scope,
} from './types.ts';
export { scopes } from './types.ts';
