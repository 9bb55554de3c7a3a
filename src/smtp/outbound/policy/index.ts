/**
 * policy: how TLS must be with a host. DANE (RFC 7672) where DNSSEC vouches for the host, else the domain's MTA-STS
 * policy (RFC 8461), else whatever the host offers; REQUIRETLS and `TLS-Required: No` (RFC 8689) on top.
 *
 * - `ruleFor` decides before the connection, `judgeCertificate` after the handshake; nothing of a message is sent between.
 * - DANE beats MTA-STS. Where a resolver that validates is missing, nothing is secure and DANE is off.
 * - What cannot be found out about TLSA refuses the host for now; a policy file that cannot be had does not, for it may
 *   never have been there. One that was had once holds for its age.
 * - Policy files come from addresses of the internet only, by verified HTTPS, in bounded size and time.
 */
export { type KeptPolicy, memoryPolicyCache, type PolicyCache } from './cache.ts';
export { judgeCertificate } from './judge.ts';
export { createTlsPolicies, type TlsPoliciesOptions } from './policies.ts';
export type {
  DaneRecord,
  TlsBasis,
  TlsDecision,
  TlsFailureType,
  TlsObserver,
  TlsOutcome,
  TlsPolicies,
  TlsRule,
} from './types.ts';
