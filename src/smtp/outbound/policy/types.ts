import type { Hop } from '../route/types.ts';

/** How TLS must be with one host. */
export type TlsRule =
  /** Where it is offered, whatever the certificate says (RFC 3207; RFC 7435). */
  | { readonly kind: 'opportunistic' }
  /** TLS, and a certificate that is valid for the host (RFC 8461 §4.2, REQUIRETLS, a relay with a password). */
  | { readonly kind: 'pkix'; readonly why: 'mta-sts' | 'require-tls' | 'relay' }
  /**
   * TLS, and one of these must match (RFC 7672). `records` empty: none is usable, TLS without a check (§2.2). `names` are
   * those that usage 2 takes on the certificate (§3.2.2).
   */
  | { readonly kind: 'dane'; readonly records: readonly DaneRecord[]; readonly names: readonly string[] }
  /** The host must not be used: RFC 3463 status, a sentence for the bounce and the log, what reports call it. */
  | {
      readonly kind: 'refused';
      readonly status: string;
      readonly reason: string;
      readonly failure: TlsFailureType;
    };

export interface DaneRecord {
  readonly usage: 2 | 3;
  readonly selector: 0 | 1;
  readonly matching: 0 | 1 | 2;
  readonly data: Buffer;
}

/** Types of failure that TLS reports count (RFC 8460 §4.3). */
export type TlsFailureType =
  | 'starttls-not-supported'
  | 'certificate-host-mismatch'
  | 'certificate-expired'
  | 'certificate-not-trusted'
  | 'validation-failure'
  | 'tlsa-invalid'
  | 'dnssec-invalid'
  | 'dane-required'
  | 'sts-policy-fetch-error'
  | 'sts-policy-invalid'
  | 'sts-webpki-invalid';

/** What is decided about TLS with one host, and what a report says it rests on. */
export interface TlsDecision {
  readonly rule: TlsRule;
  /** What would have to hold, were the policy not only tested (RFC 8461 §5.1): failures are reported, and nothing else. */
  readonly tested: TlsRule | null;
  readonly basis: TlsBasis;
}

/** RFC 8460 §4.4: `policy`. */
export interface TlsBasis {
  readonly policy: 'tlsa' | 'sts' | 'no-policy-found';
  /** TLSA records or lines of the MTA-STS policy. */
  readonly policyText: readonly string[];
  /** Patterns of the MTA-STS policy. */
  readonly mxHosts: readonly string[];
  /** What is wrong with the policy itself, whatever the connection comes to. */
  readonly failure: TlsFailureType | null;
}

/** One attempt at TLS with a host, for reports. */
export interface TlsOutcome {
  /** Recipient's domain. */
  readonly domain: string;
  readonly basis: TlsBasis;
  readonly mxHost: string;
  readonly address: string;
  readonly failure: TlsFailureType | null;
}

/** Decides about TLS; never rejects. */
export interface TlsPolicies {
  /** `asked` by the sender of the message: REQUIRETLS, `TLS-Required: No` (RFC 8689). */
  ruleFor(domain: string, hop: Hop, asked: 'required' | 'optional' | null): Promise<TlsDecision>;
}

/** Who counts outcomes of TLS (stores/trust by way of smtp/reports). */
export interface TlsObserver {
  observed(outcome: TlsOutcome): void;
}
