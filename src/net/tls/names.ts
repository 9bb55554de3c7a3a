import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** One name of a certificate: of a host, of a service (`_xmpp-server.coop.example`, RFC 4985), of a chat address. */
export interface CertificateName {
  readonly kind: 'dns' | 'srv' | 'xmpp';
  /** Lower-case; a host name may begin with `*.`. */
  readonly name: string;
}

const kinds = [
  ['DNS:', 'dns'],
  ['othername:SRVName:', 'srv'],
  ['othername:XmppAddr:', 'xmpp'],
] as const;

/** Node writes names apart by a comma and puts those that hold one in quotes, which no name of a domain needs. */
export function namesIn(certificate: X509Certificate): CertificateName[] {
  const entries = (certificate.subjectAltName ?? '').split(', ');
  return entries.flatMap((entry) => {
    const found = kinds.find(([prefix]) => entry.startsWith(prefix));
    if (found === undefined) return [];
    return [{ kind: found[1], name: entry.slice(found[0].length).toLowerCase() }];
  });
}

/**
 * Whether a certificate is for a domain and one of its services (`xmpp-server`), whatever host serves it (RFC 6120
 * §13.7.1.2, RFC 6125): by the name of the host, a wildcard standing for one whole label; of the service; or of the chat
 * address. The subject's common name is not looked at.
 */
export function certificateIsFor(certificate: X509Certificate, domain: string, service: string): boolean {
  if (isIP(domain) !== 0) return certificate.checkIP(domain) !== undefined;
  const ascii = domainToASCII(domain);
  if (ascii === '') return false;
  if (certificate.checkHost(ascii, { subject: 'never', partialWildcards: false }) !== undefined) return true;
  return namesIn(certificate).some(({ kind, name }) => {
    if (kind === 'srv') return name === `_${service}.${ascii}`;
    return kind === 'xmpp' && domainToASCII(name) === ascii;
  });
}
