import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { FormatError, randomOctets } from '../../base/index.ts';
import { ipv6Bytes } from '../address.ts';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  tlv,
  unsignedInteger,
  utf8String,
} from './der.ts';

/** What a certificate says (RFC 5280 §4.1). Keys are EC P-256. */
export interface CertificateRequest {
  readonly subject: { readonly organization: string; readonly commonName: string };
  readonly publicKey: KeyObject;
  readonly issuer: { readonly organization: string; readonly commonName: string };
  readonly issuerKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** An authority, or a server with these names (host names in ASCII, IPv4 and IPv6 addresses). */
  readonly purpose: 'authority' | { readonly names: readonly string[] };
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

/** The signed certificate as PEM. */
export function buildCertificate(request: CertificateRequest): string {
  const body = sequence(
    explicit(0, tlv(0x02, Buffer.of(2))),
    unsignedInteger(serialNumber()),
    ecdsaWithSha256,
    nameOf(request.issuer),
    sequence(time(request.notBefore), time(request.notAfter)),
    nameOf(request.subject),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensionsOf(request))),
  );
  const certificate = sequence(body, ecdsaWithSha256, bitString(sign('sha256', body, request.issuerKey)));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

// RFC 5280 §4.1.2.2: positive, at most 20 octets.
function serialNumber(): Buffer {
  const bytes = randomOctets(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function nameOf(name: { readonly organization: string; readonly commonName: string }): Buffer {
  const attribute = (type: string, value: string) =>
    setOf(sequence(objectIdentifier(type), utf8String(value)));
  return sequence(
    attribute('2.5.4.10', name.organization),
    attribute('2.5.4.3', commonNameCut(name.commonName)),
  );
}

// RFC 5280 appendix A.1: ub-common-name is 64.
function commonNameCut(text: string): string {
  return [...text].slice(0, 64).join('');
}

function extensionsOf({ purpose, publicKey, issuerKey }: CertificateRequest): Buffer[] {
  const authority = purpose === 'authority';
  const common = [
    // §4.2.1.9; an authority here signs servers only, never another authority.
    extension('2.5.29.19', true, authority ? sequence(boolean(true), tlv(0x02, Buffer.of(0))) : sequence()),
    // §4.2.1.3: keyCertSign and cRLSign, or digitalSignature.
    extension('2.5.29.15', true, authority ? bitString(Buffer.of(0x06), 1) : bitString(Buffer.of(0x80), 7)),
    extension('2.5.29.14', false, octetString(keyIdentifier(publicKey))),
    extension('2.5.29.35', false, sequence(implicit(0, keyIdentifier(createPublicKey(issuerKey))))),
  ];
  if (authority) return common;
  return [
    ...common,
    // §4.2.1.12: serverAuth, and clientAuth for servers that show it to each other (XEP-0178).
    extension(
      '2.5.29.37',
      false,
      sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'), objectIdentifier('1.3.6.1.5.5.7.3.2')),
    ),
    extension('2.5.29.17', false, sequence(...purpose.names.map(generalName))),
  ];
}

function extension(type: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(type), ...(critical ? [boolean(true)] : []), octetString(value));
}

// RFC 5280 §4.2.1.2 (1): SHA-1 of the bits of the public key; a name for the key, not a signature.
function keyIdentifier(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return createHash('sha1').update(point).digest();
}

// §4.2.1.6
function generalName(name: string): Buffer {
  if (isIPv4(name)) return implicit(7, Buffer.from(name.split('.').map(Number)));
  if (isIP(name) === 6) return implicit(7, ipv6Bytes(name));
  if (!/^(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,250}[A-Za-z0-9])?$/.test(name)) {
    throw new FormatError(`'${name}' is not a host name a certificate can hold`);
  }
  return implicit(2, Buffer.from(name.toLowerCase(), 'latin1'));
}
