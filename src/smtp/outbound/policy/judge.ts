import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { TlsPeer } from '../../../net/index.ts';
import { subjectKeyOf } from './subject-key.ts';
import type { DaneRecord, TlsFailureType, TlsRule } from './types.ts';

/**
 * Whether what the host showed satisfies the rule; null: it does, else what reports call the failure. `peer` null:
 * there is no TLS. `host` is the exchanger's name, `nowMs` for what expires.
 */
export function judgeCertificate(
  rule: TlsRule,
  peer: TlsPeer | null,
  host: string,
  nowMs: number,
): TlsFailureType | null {
  if (rule.kind === 'refused') return rule.failure;
  if (rule.kind === 'opportunistic') return null;
  if (peer === null) return 'starttls-not-supported';
  if (rule.kind === 'pkix') return judgePublic(peer, host);
  if (rule.records.length === 0) return null;
  return judgeDane(rule.records, peer.chain, rule.names, nowMs);
}

// RFC 8461 §4.1: a chain to an authority that we trust, and a subject alternative name of the host.
function judgePublic({ chain, fault }: TlsPeer, host: string): TlsFailureType | null {
  if (fault === 'CERT_HAS_EXPIRED') return 'certificate-expired';
  if (fault !== null) return 'certificate-not-trusted';
  return chain[0] !== undefined && isFor(chain[0], [host]) ? null : 'certificate-host-mismatch';
}

/** RFC 7672 §3.1: one record that matches is enough; of what all others fail for, the most telling is answered. */
function judgeDane(
  records: readonly DaneRecord[],
  chain: readonly X509Certificate[],
  names: readonly string[],
  nowMs: number,
): TlsFailureType | null {
  const [own] = chain;
  if (own === undefined) return 'validation-failure';
  let failure: TlsFailureType = 'validation-failure';
  for (const record of records) {
    // §3.1.1: neither names nor dates count for usage 3.
    const found =
      record.usage === 3
        ? matches(own, record)
          ? null
          : 'validation-failure'
        : judgeAnchor(record, chain, names, nowMs);
    if (found === null) return null;
    if (found !== 'validation-failure') failure = found;
  }
  return failure;
}

/** RFC 7672 §3.1.2, usage 2: a chain from the host's certificate to the one the record means, and the right name. */
function judgeAnchor(
  record: DaneRecord,
  sent: readonly X509Certificate[],
  names: readonly string[],
  nowMs: number,
): TlsFailureType | null {
  const path = pathTo(record, sent);
  if (path === null) return 'validation-failure';
  if (path.some((certificate) => !isInTime(certificate, nowMs))) return 'certificate-expired';
  const [own] = path;
  return own !== undefined && isFor(own, names) ? null : 'certificate-host-mismatch';
}

/** The certificates up to the anchor, the anchor among them where it is one; null where the signatures lead elsewhere. */
function pathTo(record: DaneRecord, sent: readonly X509Certificate[]): X509Certificate[] | null {
  const [own, ...others] = sent;
  if (own === undefined || !mayServe(own)) return null;
  // RFC 7671 §5.2.2: a record that holds the whole of it needs none to be sent.
  const given = record.matching === 0 ? anchorOf(record) : null;
  const candidates = given instanceof X509Certificate ? [...others, given] : others;
  const path = [own];
  let current = own;
  while (path.length <= sent.length + 1) {
    if (given !== null && !(given instanceof X509Certificate) && isSignedBy(current, given)) return path;
    const signer = candidates.find((one) => {
      return !path.includes(one) && one.ca && current.checkIssued(one) && isSignedBy(current, one.publicKey);
    });
    if (signer === undefined) return null;
    path.push(signer);
    if (matches(signer, record)) return path;
    current = signer;
  }
  return null;
}

/** The certificate or the key that a record holds whole. */
function anchorOf({ selector, data }: DaneRecord): X509Certificate | KeyObject | null {
  try {
    return selector === 0
      ? new X509Certificate(data)
      : createPublicKey({ key: data, format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

// RFC 6698 §2.1.2, §2.1.3
function matches(certificate: X509Certificate, { selector, matching, data }: DaneRecord): boolean {
  const selected = selector === 0 ? certificate.raw : subjectKeyOf(certificate.raw);
  if (selected === null) return false;
  if (matching === 0) return selected.equals(data);
  return createHash(matching === 1 ? 'sha256' : 'sha512')
    .update(selected)
    .digest()
    .equals(data);
}

function isSignedBy(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.verify(key);
  } catch {
    return false;
  }
}

function isInTime({ validFromDate, validToDate }: X509Certificate, nowMs: number): boolean {
  return validFromDate.getTime() <= nowMs && nowMs <= validToDate.getTime();
}

const serverPurposes = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'];

/** RFC 5280 §4.2.1.12: a certificate that says what it is for says that it is for servers. */
function mayServe({ keyUsage }: X509Certificate): boolean {
  const purposes: readonly string[] | undefined = keyUsage;
  return purposes === undefined || purposes.some((purpose) => serverPurposes.includes(purpose));
}

// RFC 6125 §6.4: alternative names alone; a wildcard is the whole of the first label.
function isFor(certificate: X509Certificate, names: readonly string[]): boolean {
  return names.some((name) => {
    const found = /^[\d.]+$|:/.test(name)
      ? certificate.checkIP(name)
      : certificate.checkHost(name, { subject: 'never', partialWildcards: false });
    return found !== undefined;
  });
}
