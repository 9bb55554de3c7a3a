import { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { type DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { chainCertificatesMax } from '../limits.ts';

/** What a server showed in its handshake. */
export interface TlsPeer {
  /** Its own certificate first, then what signed it, as far as it sent them. */
  readonly chain: readonly X509Certificate[];
  /** OpenSSL's word for what is wrong with the chain (`CERT_HAS_EXPIRED`); null where it leads to an authority we trust. */
  readonly fault: string | null;
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string;
}

/** Null for a stream without TLS. Whether the names of the certificate are right is not looked at. */
export function tlsPeerOf(stream: Duplex): TlsPeer | null {
  if (!(stream instanceof TLSSocket)) return null;
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  let next: DetailedPeerCertificate | undefined = stream.getPeerCertificate(true);
  // An authority that signed itself names itself as its issuer.
  while (next?.raw !== undefined && chain.length < chainCertificatesMax && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    chain.push(new X509Certificate(next.raw));
    next = next.issuerCertificate;
  }
  return { chain, fault: faultOf(stream), protocol: stream.getProtocol() ?? '' };
}

function faultOf(stream: TLSSocket): string | null {
  if (stream.authorized) return null;
  // Typed as an Error, and the code of one since Node 0.12.
  const error: unknown = stream.authorizationError;
  const code = error instanceof Error ? error.message : String(error ?? 'UNVERIFIED');
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? null : code;
}
