import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { testAuthority, tlsaOf } from '../../../testing/index.ts';
import { judgeCertificate } from './judge.ts';
import { subjectKeyOf } from './subject-key.ts';
import type { DaneRecord, TlsRule } from './types.ts';

const nowMs = 1_800_000_000_000;
const dayMs = 86_400_000;
const authority = testAuthority({ nowMs });
const other = testAuthority({ nowMs, name: 'another authority' });
const host = 'mx.coop.test';
const good = authority.issue([host, '*.wild.test']);
const expired = authority.issue([host], {
  notBefore: new Date(nowMs - 20 * dayMs),
  notAfter: new Date(nowMs - dayMs),
});
const early = authority.issue([host], {
  notBefore: new Date(nowMs + dayMs),
  notAfter: new Date(nowMs + 2 * dayMs),
});

const peerOf = (chain: readonly X509Certificate[], fault: string | null = null) => ({
  chain,
  fault,
  protocol: 'TLSv1.3',
});

function record(...[usage, selector, matching, data]: ReturnType<typeof tlsaOf>): DaneRecord {
  return { usage, selector, matching, data } as DaneRecord;
}

const dane = (records: readonly DaneRecord[], names: readonly string[] = [host]): TlsRule => ({
  kind: 'dane',
  records,
  names,
});

describe('the public authorities', () => {
  const rule: TlsRule = { kind: 'pkix', why: 'mta-sts' };
  test.each([
    ['valid for the host', peerOf([good.x509]), host, null],
    ['by a wildcard', peerOf([good.x509]), 'a.wild.test', null],
    ['by a wildcard for two labels', peerOf([good.x509]), 'a.b.wild.test', 'certificate-host-mismatch'],
    ['for another host', peerOf([good.x509]), 'mx.other.test', 'certificate-host-mismatch'],
    [
      'of an unknown authority',
      peerOf([good.x509], 'SELF_SIGNED_CERT_IN_CHAIN'),
      host,
      'certificate-not-trusted',
    ],
    ['expired', peerOf([good.x509], 'CERT_HAS_EXPIRED'), host, 'certificate-expired'],
    ['none', peerOf([]), host, 'certificate-host-mismatch'],
    ['without TLS', null, host, 'starttls-not-supported'],
  ] as const)('%s', (_, peer, name, expected) => {
    expect(judgeCertificate(rule, peer, name, nowMs)).toBe(expected);
  });
});

test('opportunistic TLS takes what comes, a refused host nothing', () => {
  expect(judgeCertificate({ kind: 'opportunistic' }, null, host, nowMs)).toBeNull();
  expect(judgeCertificate({ kind: 'opportunistic' }, peerOf([], 'UNVERIFIED'), host, nowMs)).toBeNull();
  const refused = { kind: 'refused', status: '4.7.0', reason: 'no', failure: 'dnssec-invalid' } as const;
  expect(judgeCertificate(refused, peerOf([good.x509]), host, nowMs)).toBe('dnssec-invalid');
});

describe('DANE', () => {
  const forms = [0, 1].flatMap((selector) => [0, 1, 2].map((matching) => [selector, matching] as const));

  test.each(forms)('usage 3, selector %i, matching %i: the certificate itself', (selector, matching) => {
    const rule = dane([record(...tlsaOf(good.x509, 3, selector, matching))]);
    expect(judgeCertificate(rule, peerOf([good.x509, authority.x509]), host, nowMs)).toBeNull();
    expect(judgeCertificate(rule, peerOf([expired.x509, good.x509]), host, nowMs)).toBe('validation-failure');
  });

  test('usage 3 asks neither for names nor for dates (RFC 7672 §3.1.1)', () => {
    const rule = dane([record(...tlsaOf(expired.x509, 3, 1, 1))], ['mx.elsewhere.test']);
    expect(judgeCertificate(rule, peerOf([expired.x509], 'CERT_HAS_EXPIRED'), host, nowMs)).toBeNull();
  });

  test.each(forms)('usage 2, selector %i, matching %i: who signed it', (selector, matching) => {
    const rule = dane([record(...tlsaOf(authority.x509, 2, selector, matching))]);
    expect(judgeCertificate(rule, peerOf([good.x509, authority.x509]), host, nowMs)).toBeNull();
    const stranger = other.issue([host]).x509;
    // Sending the anchor along does not make a certificate signed by it.
    for (const chain of [[stranger, other.x509], [stranger, authority.x509], [stranger], []]) {
      expect(judgeCertificate(rule, peerOf(chain), host, nowMs)).toBe('validation-failure');
    }
  });

  test.each([0, 1])('usage 2, selector %i: an anchor that is in the record need not be sent', (selector) => {
    const whole = dane([record(...tlsaOf(authority.x509, 2, selector, 0))]);
    expect(judgeCertificate(whole, peerOf([good.x509]), host, nowMs)).toBeNull();
    const digest = dane([record(...tlsaOf(authority.x509, 2, selector, 1))]);
    expect(judgeCertificate(digest, peerOf([good.x509]), host, nowMs)).toBe('validation-failure');
  });

  test('usage 2 asks for names and dates', () => {
    const records = [record(...tlsaOf(authority.x509, 2, 0, 1))];
    const judge = (certificate: X509Certificate, names = [host]) =>
      judgeCertificate(dane(records, names), peerOf([certificate, authority.x509]), host, nowMs);
    expect(judge(expired.x509)).toBe('certificate-expired');
    expect(judge(early.x509)).toBe('certificate-expired');
    expect(judge(good.x509, ['coop.test'])).toBe('certificate-host-mismatch');
    expect(judge(good.x509, ['coop.test', host])).toBeNull();
  });

  test('a certificate that is no authority signs nothing', () => {
    // The leaf is named by the record, and what it would have signed is sent with it.
    const rule = dane([record(...tlsaOf(good.x509, 2, 0, 1))]);
    expect(judgeCertificate(rule, peerOf([good.x509, authority.x509]), host, nowMs)).toBe(
      'validation-failure',
    );
    expect(judgeCertificate(rule, peerOf([expired.x509, good.x509]), host, nowMs)).toBe('validation-failure');
  });

  test('one record that matches is enough; none that is usable asks for TLS alone', () => {
    const wrong = record(3, 1, 1, Buffer.alloc(32));
    const right = record(...tlsaOf(good.x509, 3, 1, 1));
    expect(judgeCertificate(dane([wrong, right]), peerOf([good.x509]), host, nowMs)).toBeNull();
    expect(judgeCertificate(dane([wrong]), peerOf([good.x509]), host, nowMs)).toBe('validation-failure');
    expect(judgeCertificate(dane([]), peerOf([], 'UNVERIFIED'), host, nowMs)).toBeNull();
    expect(judgeCertificate(dane([]), null, host, nowMs)).toBe('starttls-not-supported');
  });

  test('data that is no certificate and no key matches nothing', () => {
    for (const selector of [0, 1] as const) {
      const rule = dane([{ usage: 2, selector, matching: 0, data: Buffer.from('30033001ff', 'hex') }]);
      expect(judgeCertificate(rule, peerOf([good.x509, authority.x509]), host, nowMs)).toBe(
        'validation-failure',
      );
    }
  });
});

describe('the key within a certificate', () => {
  test('is what OpenSSL finds there, in every authority of the system', () => {
    for (const pem of rootCertificates) {
      const certificate = new X509Certificate(pem);
      const expected = certificate.publicKey.export({ type: 'spki', format: 'der' });
      expect(subjectKeyOf(certificate.raw)?.equals(expected)).toBe(true);
    }
  });

  test('is not there in what is cut off or no certificate', () => {
    const { raw } = good.x509;
    const key = subjectKeyOf(raw);
    for (let end = 0; end < raw.length; end++) expect(subjectKeyOf(raw.subarray(0, end))).toBeNull();
    for (let at = 0; at < raw.length; at++) {
      const changed = Buffer.from(raw);
      changed[at] = 0xff;
      const found = subjectKeyOf(changed);
      expect(found === null || found.length <= raw.length).toBe(true);
    }
    expect(key?.length).toBe(91);
  });
});
