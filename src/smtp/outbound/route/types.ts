/** A host to try, with its addresses in the order to try them (RFC 5321 §5.1). */
export interface Hop {
  /** Name of the exchanger: what TLS is verified for. An address literal's own text where there is none. */
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  /** DNSSEC vouches for the MX set (or its absence) and for the addresses: DANE may apply (RFC 7672 §2.2). */
  readonly secure: boolean;
  /** The relay of the settings: what the recipient's domain asks of its own hosts is not asked of it. */
  readonly relay: boolean;
  /** TLS from the first byte: a relay of the settings alone. */
  readonly implicitTls: boolean;
  /** For a relay of the settings that wants a password. */
  readonly credentials: { readonly user: string; readonly password: string } | null;
}

/** Where mail for a domain goes. */
export type Route =
  /** Hops in order of preference, equal ones in random order. `secure`: of the MX look-up. */
  | { readonly kind: 'hops'; readonly hops: readonly Hop[]; readonly viaRelay: boolean }
  /** Nothing will ever take it: RFC 3463 status and a sentence for the bounce. */
  | { readonly kind: 'never'; readonly status: string; readonly reason: string }
  /** Not to be found out now. */
  | { readonly kind: 'later'; readonly status: string; readonly reason: string };

export interface Router {
  /** Never rejects. `domain` in A-labels, or an address literal with its brackets. */
  route(domain: string): Promise<Route>;
}
