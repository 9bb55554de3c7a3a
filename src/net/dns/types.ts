/** One mail exchanger (RFC 5321 §5.1). A name without its final dot, lower-case; '' is the root of a null MX. */
export interface MxRecord {
  readonly preference: number;
  readonly exchange: string;
}

/** RFC 6698 §2.1. */
export interface TlsaRecord {
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
  readonly data: Buffer;
}

/** RFC 2782. */
export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** RFC 8659. */
export interface CaaRecord {
  readonly critical: boolean;
  readonly tag: string;
  readonly value: string;
}

export interface DnsAnswer<T> {
  /** Empty where the name is there and has none of this type. */
  readonly records: readonly T[];
  /** A validating resolver that we trust said that DNSSEC vouches for this answer, also for an empty one (RFC 4035 §3.2.3 AD). */
  readonly secure: boolean;
  /** The name that the records belong to, after aliases. */
  readonly name: string;
}

/**
 * Why there is no answer. `nxdomain`: the name does not exist (`secure` says whether DNSSEC vouches for that);
 * all others are of the moment. `servfail` is also what a validating resolver says of a forged answer.
 */
export type DnsFailure = 'nxdomain' | 'servfail' | 'refused' | 'timeout' | 'malformed';

export class DnsError extends Error {
  override readonly name = 'DnsError';
  readonly failure: DnsFailure;
  readonly secure: boolean;

  constructor(failure: DnsFailure, question: string, secure = false) {
    super(`DNS: ${question}: ${failure}`);
    this.failure = failure;
    this.secure = secure;
  }
}

/**
 * A stub resolver (RFC 1034 §5.3.1) with a bounded cache. Names are given in A-labels, with or without the final dot.
 * Every question rejects with DnsError and nothing else, within `questionMsMax`.
 */
export interface Resolver {
  mx(name: string): Promise<DnsAnswer<MxRecord>>;
  a(name: string): Promise<DnsAnswer<string>>;
  aaaa(name: string): Promise<DnsAnswer<string>>;
  /** Character strings of one record joined (RFC 7208 §3.3). */
  txt(name: string): Promise<DnsAnswer<string>>;
  cname(name: string): Promise<DnsAnswer<string>>;
  ns(name: string): Promise<DnsAnswer<string>>;
  srv(name: string): Promise<DnsAnswer<SrvRecord>>;
  tlsa(name: string): Promise<DnsAnswer<TlsaRecord>>;
  caa(name: string): Promise<DnsAnswer<CaaRecord>>;
  /** Names of an IPv4 or IPv6 address. */
  ptr(address: string): Promise<DnsAnswer<string>>;
  close(): void;
}
