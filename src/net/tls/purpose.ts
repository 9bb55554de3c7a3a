import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';

/** OpenSSL's word for a certificate that is not made for what it is shown for. */
export const unfit = 'INVALID_PURPOSE';

// RFC 5280 §4.2.1.12
const serverAuth = '1.3.6.1.5.5.7.3.1';
// The object identifier 2.5.29.30 as it stands in DER (§4.2.1.10).
const nameConstraints = Buffer.of(0x06, 0x03, 0x55, 0x1d, 0x1e);

/**
 * Whether a chain vouches for a server. OpenSSL finds one unfit that a server shows where it is the client: public
 * authorities write `serverAuth` alone. It goes on after that and tells of a bad signature or name in its place, yet not of a
 * chain that leads nowhere; so who signed whom, and where it leads, is looked at again here. `trusted`: PEM, else the roots.
 */
export function vouchesForServer(
  chain: readonly X509Certificate[],
  trusted: string | null,
  nowMs: number,
): boolean {
  if (chain[0]?.keyUsage?.includes(serverAuth) !== true) return false;
  const roots = fingerprintsOf(trusted);
  for (const [at, certificate] of chain.entries()) {
    if (at > 0 && !certificate.ca) return false;
    if (certificate.keyUsage?.includes(serverAuth) === false) return false;
    if (Date.parse(certificate.validFrom) > nowMs || Date.parse(certificate.validTo) < nowMs) return false;
    if (roots.has(certificate.fingerprint256)) return at > 0;
    // Which names an authority may give is not read here: one that is bound so vouches for nobody.
    if (certificate.raw.includes(nameConstraints)) return false;
    const issuer = chain[at + 1];
    if (!issuer || !certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) return false;
  }
  return false;
}

const known = new Map<string | null, ReadonlySet<string>>();

function fingerprintsOf(trusted: string | null): ReadonlySet<string> {
  const before = known.get(trusted);
  if (before !== undefined) return before;
  const texts =
    trusted === null
      ? rootCertificates
      : (trusted.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []);
  const made = new Set(texts.map((text) => new X509Certificate(text).fingerprint256));
  known.set(trusted, made);
  return made;
}
