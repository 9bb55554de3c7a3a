/**
 * net/tls: certificates and the TLS side of a handshake. Certificates are asked for at each handshake, so a reload
 * needs no new listener; a pair that cannot serve is refused and the old one stays. Self-signed installations make
 * their own authority (EC P-256) with a small DER writer: no tool is run. Keys are 0600 and replaced atomically.
 */
export {
  type CertificateOptions,
  type CertificateSource,
  type CertificateSummary,
  type Certificates,
  createCertificates,
} from './certificates.ts';
export {
  type ClientSide,
  clientFault,
  clientTls,
  endPointHash,
  type PeerCertificate,
  peerCertificateOf,
  serverTls,
} from './handshake.ts';
export type { CertificateName } from './names.ts';
export { type TlsPeer, tlsPeerOf } from './peer.ts';
