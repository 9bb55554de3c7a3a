import type { Hop } from '../route/types.ts';

/** How TLS must be with one host. */
export type TlsRule =
  /** Where it is offered, whatever the certificate says (RFC 3207; RFC 7435). */
  | { readonly kind: 'opportunistic' }
  /** The certificate must be valid for the host (RFC 8461 §4.2, REQUIRETLS, a relay with a password). */
  | { readonly kind: 'pkix'; readonly why: 'mta-sts' | 'require-tls' | 'relay' }
  /** One of these must match (RFC 7672). `records` empty: none is usable, TLS without a check (RFC 7672 §2.2). */
  | { readonly kind: 'dane'; readonly records: readonly DaneRecord[]; readonly names: readonly string[] }
  /** The host must not be used; the reason goes into the report and the log (MTA-STS names other hosts, TLSA bogus). */
  | { readonly kind: 'refused'; readonly status: string; readonly reason: string };

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

/** One attempt at TLS with a host, for reports. */
export interface TlsOutcome {
  /** Recipient's domain. */
  readonly domain: string;
  readonly policy: 'tlsa' | 'sts' | 'no-policy-found';
  /** The policy as text, for the report: TLSA records or lines of the MTA-STS policy. */
  readonly policyText: readonly string[];
  readonly mxHost: string;
  readonly address: string;
  readonly failure: TlsFailureType | null;
}

/** Decides about TLS; never rejects. */
export interface TlsPolicies {
  ruleFor(domain: string, hop: Hop, asked: 'required' | 'optional' | null): Promise<TlsRule>;
}

/** Who counts outcomes of TLS (stores/trust by way of smtp/reports). */
export interface TlsObserver {
  observed(outcome: TlsOutcome): void;
}
