/**
 * SubjectPublicKeyInfo of a certificate in DER, as it stands there: a key that was read and written again may have
 * other octets. Null where the bytes are no certificate (RFC 5280 §4.1).
 */
export function subjectKeyOf(certificate: Buffer): Buffer | null {
  const outer = element(certificate, 0);
  const body = outer && element(certificate, outer.start);
  if (!outer || !body || outer.tag !== sequence || body.tag !== sequence) return null;
  // version (tagged 0, may be missing), serialNumber, signature, issuer, validity, subject, then the key
  let at = body.start;
  const first = element(certificate, at);
  const skipped = first?.tag === 0xa0 ? 6 : 5;
  for (let count = 0; count < skipped; count++) {
    const one = element(certificate, at);
    if (!one) return null;
    at = one.end;
  }
  const key = element(certificate, at);
  return key?.tag === sequence && key.end <= body.end ? certificate.subarray(at, key.end) : null;
}

const sequence = 0x30;

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** ITU-T X.690 §8.1: one octet of tag, definite length. */
function element(bytes: Buffer, at: number): Element | null {
  const tag = bytes[at];
  const length = bytes[at + 1];
  if (tag === undefined || length === undefined) return null;
  const more = length < 0x80 ? 0 : length & 0x7f;
  const start = at + 2 + more;
  if (length === 0x80 || more > 4 || start > bytes.length) return null;
  const end = start + (more === 0 ? length : bytes.readUIntBE(at + 2, more));
  return end <= bytes.length ? { tag, start, end } : null;
}
