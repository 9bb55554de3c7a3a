import { createHash, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { buildCertificate } from '../net/tls/certificate.ts';

/** A server's certificate with what is needed to serve it; texts are PEM. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
  /** The certificate and the one that signed it. */
  readonly chain: string;
  readonly x509: X509Certificate;
}

export interface TestAuthority {
  /** PEM. */
  readonly certificate: string;
  readonly x509: X509Certificate;
  /** For these names; valid from a day ago until in a year unless said otherwise. */
  issue(
    names: readonly string[],
    validity?: { readonly notBefore: Date; readonly notAfter: Date },
  ): TestCertificate;
}

export interface TestAuthorityOptions {
  readonly name?: string;
  /** Default: the days around `nowMs`. */
  readonly nowMs?: number;
}

const dayMs = 86_400_000;

/** An authority for tests: it signs what it is asked to. */
export function testAuthority(options: TestAuthorityOptions = {}): TestAuthority {
  const { name = 'test authority', nowMs = 1_800_000_000_000 } = options;
  const subject = { organization: 'myco tests', commonName: name };
  const own = keyPair();
  const usual = { notBefore: new Date(nowMs - dayMs), notAfter: new Date(nowMs + 365 * dayMs) };
  const certificate = buildCertificate({
    subject,
    publicKey: own.publicKey,
    issuer: subject,
    issuerKey: own.privateKey,
    ...usual,
    purpose: 'authority',
  });
  return {
    certificate,
    x509: new X509Certificate(certificate),
    issue(names, validity = usual) {
      const pair = keyPair();
      const issued = buildCertificate({
        subject: { organization: 'myco tests', commonName: names[0] ?? 'nobody' },
        publicKey: pair.publicKey,
        issuer: subject,
        issuerKey: own.privateKey,
        ...validity,
        purpose: { names },
      });
      return {
        certificate: issued,
        key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        chain: issued + certificate,
        x509: new X509Certificate(issued),
      };
    },
  };
}

/** The TLSA record of a certificate, as `TestDnsName.tlsa` has it (RFC 6698 §2.1). */
export function tlsaOf(
  certificate: X509Certificate,
  usage: number,
  selector: number,
  matching: number,
): readonly [number, number, number, Buffer] {
  const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
  const selected = selector === 0 ? certificate.raw : key;
  if (matching === 0) return [usage, selector, matching, selected];
  const data = createHash(matching === 1 ? 'sha256' : 'sha512')
    .update(selected)
    .digest();
  return [usage, selector, matching, data];
}

function keyPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}
