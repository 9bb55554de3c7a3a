/**
 * accounts: members, domains, aliases, credentials, throttle, and who may do what.
 * - Every address that leads somewhere is one row, so none leads to two places; ids are never given twice.
 * - A login costs one argon2id hash at most, off the loop and bounded, whether the name exists or not; a client that
 *   comes again within half an hour costs an HMAC. Unknown, wrong and malformed are refused alike.
 * - Any change of a credential raises the member's version, by which caches and sessions are keyed.
 * - An account is throttled per remote address: nobody locks a member out from elsewhere.
 * - Directory writes take the counter of account 0 first, so they run one after the other, and sessions that
 *   subscribe to it hear of disabled members.
 * - Nothing stored opens a door by itself, and no name, password or token reaches `onError`.
 */
export {
  type Actor,
  anonymous,
  demand,
  may,
  type Privilege,
  privileges,
  type Resource,
  type Verdict,
} from './access.ts';
export { type AccountsOptions, type AccountsService, createAccounts } from './accounts.ts';
export type { EraseHook, GroupHook } from './admin/parts.ts';
export type {
  AccountsAdmin,
  Alias,
  ApiTokenInfo,
  CredentialInfo,
  Domain,
  MemberChange,
  NewMemberWish,
  Page,
} from './admin/types.ts';
export { type BearerMechanism, type BearerOutcome, bearerMechanisms, runBearer } from './bearer-dialogue.ts';
export { argon2Hasher, type Hasher } from './hasher.ts';
export { createIntrospection, type IntrospectionOptions } from './introspection.ts';
export { passwordCharactersMin } from './limits.ts';
export { accountsModule } from './module.ts';
export { remoteKey } from './remote.ts';
export { type ScramMechanism, scramMechanisms } from './scram.ts';
export {
  bindsChannels,
  channelBindingData,
  channelBindings,
  runScram,
  type ScramChannel,
  type ScramDialogue,
  type ScramOutcome,
} from './scram-dialogue.ts';
export { directoryAccount, publicAccount } from './scripts/directory.ts';
export { type AccountsSettings, accountsSettings } from './settings.ts';
export { isPassword, type SignedIn, standing } from './standing.ts';
export { Throttle } from './throttle.ts';
export type {
  Accounts,
  ApiTokenFound,
  AuthFailure,
  AuthResult,
  DepartureListener,
  Member,
  PasswordLogin,
  Recipient,
  Resolution,
  Scope,
  ScramExchange,
  ScramResult,
  ScramStart,
  SignIn,
  TokenAdvice,
  TokenClaims,
  TokenLogin,
  TokenVerifier,
} from './types.ts';
export { scopes } from './types.ts';
