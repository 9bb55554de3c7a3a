import { createHash, X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { connect, TLSSocket } from 'node:tls';
import { domainToASCII } from 'node:url';
import type { Certificates } from './certificates.ts';
import { type CertificateName, certificateIsFor, namesIn } from './names.ts';
import { tlsPeerOf } from './peer.ts';
import { unfit, vouchesForServer } from './purpose.ts';

/** What the other side showed of itself in the handshake. */
export interface PeerCertificate {
  /** Whether it leads to an authority that we trust and is valid now; names are another question (`isFor`). */
  readonly authorized: boolean;
  /** OpenSSL's word for what is wrong with it (`CERT_HAS_EXPIRED`); null where it is authorized. */
  readonly error: string | null;
  readonly names: readonly CertificateName[];
  readonly der: Buffer;
  /** Whether it names the domain, for a service (`xmpp-server`) or as a whole. */
  isFor(domain: string, service: string): boolean;
}

/** What a client's side of a handshake is for. */
export interface ClientSide {
  /** The name that is asked for and verified: a domain, whatever host its records led to. */
  readonly domain: string;
  /** The service of names as `_xmpp-server.coop.example`. */
  readonly service: string;
  /** `report`: whatever is shown is taken, and told by `peerCertificate`. */
  readonly verify: 'require' | 'report';
}

export interface ServerSide {
  /** Asked for and never required; what is shown is told by `peerCertificate`. */
  readonly requestClientCertificate: boolean;
}

interface Shared {
  readonly certificates: Certificates;
  readonly alpn: readonly string[] | undefined;
}

export function serverTls(raw: Socket, { certificates, alpn }: Shared, side: ServerSide): TLSSocket {
  return new TLSSocket(raw, {
    isServer: true,
    requestCert: side.requestClientCertificate,
    rejectUnauthorized: false,
    secureContext: certificates.contextFor(null),
    SNICallback: (name, answer) => answer(null, certificates.contextFor(name)),
    // RFC 7301 §3.2: who offers others alone is refused by Node, who offers none is served. Of a list Node would keep a copy
    // per socket, each in a slab of 64 KiB that it shares with what is long gone.
    ...(alpn === undefined
      ? {}
      : { ALPNCallback: ({ protocols }) => alpn.find((ours) => protocols.includes(ours)) }),
  });
}

/** Our own certificate is shown to who asks for it. What is shown to us is judged by `clientFault`. */
export function clientTls(raw: Socket, { certificates, alpn }: Shared, side: ClientSide): TLSSocket {
  return connect({
    socket: raw,
    secureContext: certificates.contextFor(null),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    // RFC 6066 §3: no addresses.
    ...(isIP(side.domain) === 0 ? { servername: domainToASCII(side.domain) } : {}),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
  });
}

/** Why a server cannot be taken for the one that was wanted; null where it can. */
export function clientFault(tls: TLSSocket, { domain, service }: ClientSide): string | null {
  const peer = peerCertificateOf(tls);
  if (peer === null) return 'no-certificate';
  if (peer.error !== null) return peer.error;
  return peer.isFor(domain, service) ? null : 'ERR_TLS_CERT_ALTNAME_INVALID';
}

/** Null where nothing was shown. `ours`: what a server trusts, and its time, where it is the one that was shown it. */
export function peerCertificateOf(
  tls: TLSSocket,
  ours?: { readonly trusted: string | null; readonly nowMs: number },
): PeerCertificate | null {
  const chain = tlsPeerOf(tls)?.chain ?? [];
  const [certificate] = chain;
  if (certificate === undefined) return null;
  const found = verifyError(tls);
  const isFit = found === unfit && ours && vouchesForServer(chain, ours.trusted, ours.nowMs);
  const error = isFit ? null : found;
  return {
    authorized: error === null,
    error,
    names: namesIn(certificate),
    der: certificate.raw,
    isFor: (domain, service) => certificateIsFor(certificate, domain, service),
  };
}

/** What OpenSSL found. Node tells it of sockets that its own server accepted or its own client opened. */
function verifyError(tls: TLSSocket): string | null {
  const { _handle: handle } = tls as TLSSocket & { _handle?: Handle | null };
  // A socket that is gone vouches for nobody.
  if (!handle) return 'UNVERIFIED';
  const error = handle.verifyError();
  return error ? (error.code ?? error.message) : null;
}

interface Handle {
  verifyError(): NodeJS.ErrnoException | null | undefined;
}

/** RFC 5929 §4.1 of a certificate in DER; null where its signature has no one hash. */
export function endPointHash(der: Buffer): Buffer | null {
  const hash = endPointHashes[new X509Certificate(der).signatureAlgorithmOid ?? ''];
  return hash === undefined ? null : createHash(hash).update(der).digest();
}

// RFC 5929 §4.1: the certificate's own hash, MD5 and SHA-1 replaced by SHA-256.
const endPointHashes: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'sha256',
  '1.2.840.113549.1.1.5': 'sha256',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.1': 'sha256',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};
