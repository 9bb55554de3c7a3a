import { type Clock, systemClock } from '../../../base/index.ts';
import { formatStsPolicy, type StsPolicy, stsPolicyMatches } from '../../../formats/dns-text/index.ts';
import { type GetHttps, isLoopback, type Resolver } from '../../../net/index.ts';
import type { Log } from '../../../observability/index.ts';
import type { Hop } from '../route/types.ts';
import { memoryPolicyCache, type PolicyCache } from './cache.ts';
import { type DaneFinding, daneOf } from './dane.ts';
import { type StsFinding, StsPolicies } from './sts.ts';
import type { TlsBasis, TlsDecision, TlsPolicies, TlsRule } from './types.ts';

export interface TlsPoliciesOptions {
  readonly resolver: Resolver;
  /** How policy files are fetched (`createGetHttps` of net). */
  readonly https: GetHttps;
  readonly log: Log;
  /** Default: in memory. */
  readonly cache?: PolicyCache;
  readonly clock?: Clock;
  /** Of policy hosts; 443 but in tests. */
  readonly httpsPort?: number;
  /** THREATS 15: as for routes. */
  readonly privateAddresses: () => boolean;
  readonly ipv6: () => boolean;
}

const unknown: TlsBasis = { policy: 'no-policy-found', policyText: [], mxHosts: [], failure: null };
const opportunistic: TlsRule = { kind: 'opportunistic' };
const freely: TlsDecision = { rule: opportunistic, tested: null, basis: unknown };

/** What a domain, its hosts and the sender ask of TLS. */
export function createTlsPolicies(options: TlsPoliciesOptions): TlsPolicies {
  const sts = new StsPolicies({
    ...options,
    cache: options.cache ?? memoryPolicyCache(),
    clock: options.clock ?? systemClock,
    port: options.httpsPort ?? 443,
  });
  return {
    async ruleFor(domain, hop, asked) {
      if (hop.relay) return { ...freely, rule: relayRule(hop, asked) };
      // RFC 8689 §3: the sender would rather have it arrive.
      if (asked === 'optional') return freely;
      const [dane, found] = await Promise.all([
        daneOf(hop, options.resolver),
        domain.startsWith('[') ? { policy: null, failure: null } : sts.of(domain),
      ]);
      const decision = decide(domain, hop, dane, found);
      return asked === 'required' ? required(decision, hop) : decision;
    },
  };
}

/** The relay of the settings: verified where it hears a password, or where the sender asked for TLS all the way. */
function relayRule({ host, addresses, credentials }: Hop, asked: 'required' | 'optional' | null): TlsRule {
  const here = host === 'localhost' || isLoopback(addresses[0] ?? host);
  if (credentials !== null && !here) return { kind: 'pkix', why: 'relay' };
  return asked === 'required' ? { kind: 'pkix', why: 'require-tls' } : opportunistic;
}

/** DANE before MTA-STS, which must not make good what DANE finds wrong (RFC 8461 §2). */
function decide(domain: string, hop: Hop, dane: DaneFinding, sts: StsFinding): TlsDecision {
  if (dane.kind === 'failed') {
    const basis: TlsBasis = { ...unknown, policy: 'tlsa', failure: 'dnssec-invalid' };
    const reason = `The name servers do not tell how TLS with ${hop.host} must be`;
    return {
      rule: { kind: 'refused', status: '4.7.5', reason, failure: 'dnssec-invalid' },
      tested: null,
      basis,
    };
  }
  if (dane.kind === 'records' && dane.records.length > 0) return byDane(domain, hop, dane);
  const { policy, failure } = sts;
  if (policy !== null && policy.mode !== 'none') return bySts(domain, hop, policy, policy.mode);
  // RFC 7672 §2.2: records of no use still say that there is TLS.
  if (dane.kind === 'records') return byDane(domain, hop, dane);
  return failure === null ? freely : { ...freely, basis: { ...unknown, policy: 'sts', failure } };
}

function byDane(domain: string, hop: Hop, dane: DaneFinding & { kind: 'records' }): TlsDecision {
  // RFC 7672 §3.2.2
  const names = [...new Set([dane.base, hop.host, domain])];
  const failure = dane.records.length === 0 ? 'tlsa-invalid' : null;
  return {
    rule: { kind: 'dane', records: dane.records, names },
    tested: null,
    basis: { policy: 'tlsa', policyText: dane.text, mxHosts: [], failure },
  };
}

function bySts(domain: string, hop: Hop, policy: StsPolicy, mode: 'testing' | 'enforce'): TlsDecision {
  const basis: TlsBasis = {
    policy: 'sts',
    policyText: formatStsPolicy(policy).split('\r\n').filter(Boolean),
    mxHosts: policy.mx,
    failure: null,
  };
  const reason = `The policy of ${domain} does not name ${hop.host}`;
  const rule: TlsRule = stsPolicyMatches(policy, hop.host)
    ? { kind: 'pkix', why: 'mta-sts' }
    : { kind: 'refused', status: '4.7.5', reason, failure: 'validation-failure' };
  return mode === 'enforce' ? { rule, tested: null, basis } : { rule: opportunistic, tested: rule, basis };
}

/**
 * RFC 8689 §4.2.1: TLS with a certificate that is right, and a host whose name nobody can have put there: one that DNSSEC
 * or the domain's policy vouches for.
 */
function required({ rule, tested, basis }: TlsDecision, hop: Hop): TlsDecision {
  if (rule.kind === 'refused' || rule.kind === 'pkix') return { rule, tested, basis };
  if (rule.kind === 'dane' && rule.records.length > 0) return { rule, tested, basis };
  if (tested?.kind === 'pkix' || hop.secure) {
    return { rule: { kind: 'pkix', why: 'require-tls' }, tested, basis };
  }
  const reason = `Nobody vouches for ${hop.host}, and the sender asks for TLS all the way`;
  return { rule: { kind: 'refused', status: '5.7.30', reason, failure: 'dane-required' }, tested, basis };
}
