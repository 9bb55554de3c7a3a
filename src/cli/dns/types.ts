import type { X509Certificate } from 'node:crypto';
import type { StsPolicy } from '../../formats/dns-text/index.ts';
import type { Resolver } from '../../net/index.ts';
import type { SigningRecord } from '../../stores/trust/index.ts';

/** A record as it is published. Names in A-labels, without the final dot. */
export type ZoneRecord = { readonly name: string; readonly note?: string } & (
  | { readonly type: 'A' | 'AAAA'; readonly address: string }
  | { readonly type: 'MX'; readonly preference: number; readonly target: string }
  | { readonly type: 'CNAME' | 'PTR'; readonly target: string }
  | { readonly type: 'TXT'; readonly text: string }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | {
      readonly type: 'TLSA';
      readonly usage: number;
      readonly selector: number;
      readonly matching: number;
      /** Lower-case hex. */
      readonly data: string;
    }
  | { readonly type: 'CAA'; readonly flags: number; readonly tag: string; readonly value: string }
);

/** A service that programs look for by SRV. */
export interface Service {
  /** `_imaps._tcp` */
  readonly label: string;
  readonly host: string;
  readonly port: number;
  /** What a TXT record beside it says. */
  readonly text?: string;
  /** Hosts below the domain (`rooms`) that are served there too. */
  readonly below?: readonly string[];
}

/** What the records are made of: all that the server knows of itself. */
export interface Facts {
  readonly hostname: string;
  /** Public addresses of this machine; empty behind a translating router. */
  readonly addresses: readonly string[];
  /** Host of `mail.relay`, through which all mail leaves; null: it leaves from here. */
  readonly relay: string | null;
  /** What the MX door shows: its certificate and those above it. `own`: made here, by an authority of ours. */
  readonly certificate: {
    readonly leaf: X509Certificate;
    readonly chain: readonly X509Certificate[];
    readonly own: boolean;
  } | null;
  /** The signing keys of a domain as TXT records. */
  signing(domain: string): readonly SigningRecord[];
  readonly stsPolicy: StsPolicy;
  readonly services: readonly Service[];
  /** Where reports about a domain are sent. */
  reportAddress(kind: 'dmarc' | 'tls', domain: string): string;
}

/** What a check may ask. */
export interface Asking {
  readonly resolver: Resolver;
  /** The policy file of a domain as others fetch it; rejects with an Error that says why not. */
  fetchPolicy(domain: string): Promise<string>;
}

/** `required`: without it mail does not arrive, or not in the inbox. */
export type Need = 'required' | 'recommended' | 'optional';

/** `unknown`: the DNS did not answer. */
export type State = 'ok' | 'missing' | 'wrong' | 'warning' | 'unknown';

export interface Verdict {
  readonly state: State;
  readonly need: Need;
  /** The name that was asked for. */
  readonly at: string;
  /** What was found, in one sentence. */
  readonly said: string;
  /** What to do; null where there is nothing to do. */
  readonly todo: string | null;
}

/** One kind of record: what to publish, and whether what is published does. */
export interface RecordKind {
  readonly name: string;
  readonly rfc: number;
  /** What it is for, in a few words. */
  readonly purpose: string;
  readonly need: Need;
  /** Of the server's own name, once; or of each domain. */
  readonly scope: 'host' | 'domain';
  /** `of`: the host's name or the domain. */
  records(of: string, facts: Facts): readonly ZoneRecord[];
  /** One verdict for each thing that may be right or wrong by itself. May reject with DnsError: that is `unknown`. */
  check(of: string, facts: Facts, asking: Asking): Promise<readonly Verdict[]>;
}
