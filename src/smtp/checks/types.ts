/** Results of the methods as RFC 8601 §2.7 names them. */
export type SpfVerdict = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';
export type DkimVerdict = 'none' | 'pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror';
export type DmarcVerdict = 'none' | 'pass' | 'fail' | 'temperror' | 'permerror';
export type ArcVerdict = 'none' | 'pass' | 'fail';

export interface SignatureVerdict {
  /** d= and s= in lower case; '' where a signature has none. */
  readonly domain: string;
  readonly selector: string;
  readonly result: DkimVerdict;
}

/** What DMARC made of a message. */
export interface DmarcFinding {
  readonly result: DmarcVerdict;
  /** The author's domain. */
  readonly from: string;
  /** Where the record stands, and the record; '' where there is none. */
  readonly policyDomain: string;
  readonly record: string;
  /** What the record asks for a message that fails, and what is asked as published. */
  readonly policy: 'none' | 'quarantine' | 'reject';
  readonly p: string;
  readonly sp: string;
  readonly np: string;
  readonly testing: boolean;
  readonly strict: { readonly spf: boolean; readonly dkim: boolean };
  readonly aligned: { readonly spf: boolean; readonly dkim: boolean };
}

/** What we did about DMARC. `override`: why not what the policy asks (RFC 9990 PolicyOverrideType). */
export interface Disposition {
  readonly action: 'none' | 'quarantine' | 'reject';
  readonly override: 'trusted_forwarder' | 'local_policy' | null;
}

/** Who wrote a message, as far as it can be known. Kept on the transaction for filters and reputation. */
export interface Verdict {
  readonly spf: { readonly result: SpfVerdict; readonly domain: string; readonly identity: 'mfrom' | 'helo' };
  readonly dkim: readonly SignatureVerdict[];
  readonly arc: { readonly result: ArcVerdict; readonly trusted: boolean };
  /** The domains in From, each once. */
  readonly authors: readonly string[];
  /** Null where From names no author, or several of different domains. */
  readonly dmarc: DmarcFinding | null;
  readonly disposition: Disposition;
}

/** Hears of each message that DMARC was evaluated for: who sends reports keeps it. */
export interface DmarcObserver {
  observed(finding: DmarcFinding, verdict: Verdict, remote: string, sender: string): void;
}

/** What the operator decides (settings `mail.checks`). */
export interface CheckSettings {
  /** `enforce`: a domain's policy is obeyed; `report`: results are noted and nothing is refused or put aside. */
  readonly dmarc: 'enforce' | 'report';
  /** A policy that cannot be looked up now: take the message, or ask the sender to come again. */
  readonly temporary: 'accept' | 'defer';
  /** Domains whose ARC seals we believe (RFC 8617 §7.2). */
  readonly trustedSealers: readonly string[];
  /** CIDR blocks whose mail is not checked. */
  readonly exempt: readonly string[];
}
