import { execFileSync, spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClock, systemClock } from '../../base/index.ts';
import { createLog, silentLog } from '../../observability/index.ts';
import {
  authorityDaysMax,
  certificateNamesMax,
  leafDaysMax,
  renewBeforeDays,
  ticketKeyHoursMax,
} from '../limits.ts';
import { buildCertificate } from './certificate.ts';
import { createCertificates } from './certificates.ts';
import {
  bitString,
  boolean,
  objectIdentifier,
  octetString,
  time,
  tlv,
  unsignedInteger,
  utf8String,
} from './der.ts';
import { certificateNames, selfSigned } from './self-signed.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'myco-tls-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const dayMs = 86_400_000;
const hex = (bytes: Buffer) => bytes.toString('hex');
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe('DER', () => {
  test.each([
    ['a short length', tlv(4, Buffer.alloc(3)), '0403000000'],
    ['a length of 127', tlv(4, Buffer.alloc(127)).subarray(0, 2), '047f'],
    ['a length of 128', tlv(4, Buffer.alloc(128)).subarray(0, 3), '048180'],
    ['a length of 256', tlv(4, Buffer.alloc(256)).subarray(0, 4), '04820100'],
    ['zero', unsignedInteger(Buffer.from([0])), '020100'],
    ['zeroes in front', unsignedInteger(Buffer.from([0, 0, 1])), '020101'],
    ['a high first bit', unsignedInteger(Buffer.from([0x80])), '02020080'],
    ['an object identifier', objectIdentifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    ['a large first arc', objectIdentifier('2.5.29.17'), '0603551d11'],
    ['a bit string', bitString(Buffer.of(0x06), 1), '03020106'],
    ['true', boolean(true), '0101ff'],
    ['text', utf8String('é'), '0c02c3a9'],
    ['octets', octetString(Buffer.of(1)), '040101'],
  ])('%s', (_, encoded, expected) => {
    expect(hex(encoded)).toBe(expected);
  });

  test('a time changes its form in 2050 (RFC 5280 §4.1.2.5)', () => {
    expect(time(new Date('2049-12-31T23:59:59.999Z')).toString('latin1')).toBe('\x17\x0d491231235959Z');
    expect(time(new Date('2050-01-01T00:00:00Z')).toString('latin1')).toBe('\x18\x0f20500101000000Z');
  });
});

describe('a self-signed certificate', () => {
  test('serves its names and local ones, signed by an authority of its own', async () => {
    const pair = await selfSigned(
      dir,
      ['mail.coop.localhost', 'Coop.Localhost', 'bücher.example'],
      systemClock,
    );
    const leaf = new X509Certificate(pair.certificate);
    const authority = new X509Certificate(pair.authority);
    for (const name of ['mail.coop.localhost', 'coop.localhost', 'xn--bcher-kva.example', 'localhost']) {
      expect(leaf.checkHost(name)).toBe(name);
    }
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(leaf.checkIP('::1')).toBe('::1');
    expect(leaf.checkHost('other.localhost')).toBeUndefined();
    expect([leaf.ca, authority.ca]).toEqual([false, true]);
    expect(leaf.checkIssued(authority) && leaf.verify(authority.publicKey)).toBe(true);
    expect(leaf.serialNumber).not.toBe(authority.serialNumber);
    expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)).toBe(leafDaysMax * dayMs);
    expect(Date.parse(authority.validTo) - Date.parse(authority.validFrom)).toBe(authorityDaysMax * dayMs);
    expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  });

  test.skipIf(!hasOpenssl)('is accepted by openssl, strictly (skipped without openssl)', async () => {
    const pair = await selfSigned(dir, ['mail.coop.localhost'], systemClock);
    writeFileSync(join(dir, 'leaf.pem'), pair.certificate);
    const verify = ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname'];
    const run = (name: string) =>
      spawnSync('openssl', [...verify, name, '-CAfile', join(dir, 'authority.crt'), join(dir, 'leaf.pem')]);
    expect(run('mail.coop.localhost').stdout.toString()).toContain('leaf.pem: OK');
    expect(run('elsewhere.example').status).not.toBe(0);
    const text = execFileSync('openssl', [
      'x509',
      '-in',
      join(dir, 'leaf.pem'),
      '-noout',
      '-text',
    ]).toString();
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/);
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/);
    expect(text).toMatch(/X509v3 Extended Key Usage:\s+TLS Web Server Authentication/);
    expect(text).toMatch(
      /Subject Alternative Name:\s+DNS:mail.coop.localhost, DNS:localhost, IP Address:127.0.0.1/,
    );
    const ca = execFileSync('openssl', [
      'x509',
      '-in',
      join(dir, 'authority.crt'),
      '-noout',
      '-text',
    ]).toString();
    expect(ca).toMatch(/CA:TRUE, pathlen:0/);
    expect(ca).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
  });

  test('keeps its keys to itself, also where somebody loosened the mode', async () => {
    await selfSigned(dir, ['a.example'], systemClock);
    const mode = (name: string) => statSync(join(dir, name)).mode & 0o777;
    expect([mode('authority.pem'), mode('server.pem'), mode('authority.crt')]).toEqual([0o600, 0o600, 0o644]);
    expect(readFileSync(join(dir, 'authority.crt'), 'utf8')).not.toContain('PRIVATE');
    chmodSync(join(dir, 'server.pem'), 0o644);
    chmodSync(join(dir, 'authority.pem'), 0o644);
    await selfSigned(dir, ['a.example'], systemClock);
    expect([mode('authority.pem'), mode('server.pem')]).toEqual([0o600, 0o600]);
  });

  test('stays while it serves; is made anew for other names and before its end; the authority stays', async () => {
    const clock = fakeClock();
    const first = await selfSigned(dir, ['a.example'], clock);
    expect(await selfSigned(dir, ['a.example'], clock)).toEqual(first);
    const renamed = await selfSigned(dir, ['a.example', 'b.example'], clock);
    expect(renamed.certificate).not.toBe(first.certificate);
    expect(renamed.authority).toBe(first.authority);
    clock.advance((leafDaysMax - 40) * dayMs);
    expect(await selfSigned(dir, ['a.example', 'b.example'], clock)).toEqual(renamed);
    clock.advance(15 * dayMs);
    const renewed = await selfSigned(dir, ['a.example', 'b.example'], clock);
    expect(renewed.certificate).not.toBe(renamed.certificate);
    expect(renewed.authority).toBe(first.authority);
    clock.set(clock.nowMs() - 1000 * dayMs);
    expect(await selfSigned(dir, ['a.example', 'b.example'], clock)).toEqual(renewed);
  });

  test('an authority near its end is renewed under the same key: who trusts the old one still does', async () => {
    const clock = fakeClock();
    const first = await selfSigned(dir, ['a.example'], clock);
    clock.advance(3_300 * dayMs);
    const second = await selfSigned(dir, ['a.example'], clock);
    expect(second.authority).not.toBe(first.authority);
    const leaf = new X509Certificate(second.certificate);
    for (const { authority } of [first, second]) {
      expect(leaf.checkIssued(new X509Certificate(authority))).toBe(true);
      expect(leaf.verify(new X509Certificate(authority).publicKey)).toBe(true);
    }
    expect(Date.parse(leaf.validTo)).toBeLessThan(Date.parse(new X509Certificate(second.authority).validTo));
  });

  test.each(['', 'rubbish', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'damaged files (%j) are made anew',
    async (damage) => {
      await selfSigned(dir, ['a.example'], systemClock);
      writeFileSync(join(dir, 'server.pem'), damage);
      const mended = await selfSigned(dir, ['a.example'], systemClock);
      expect(
        new X509Certificate(mended.certificate).verify(new X509Certificate(mended.authority).publicKey),
      ).toBe(true);
      writeFileSync(join(dir, 'authority.pem'), damage);
      const again = await selfSigned(dir, ['a.example'], systemClock);
      expect(
        new X509Certificate(again.certificate).verify(new X509Certificate(again.authority).publicKey),
      ).toBe(true);
    },
  );

  test('refuses names no certificate can hold, and too many', () => {
    expect(() => certificateNames(['a b.example'])).toThrow("'a b.example' is not a host name");
    const many = Array.from({ length: certificateNamesMax }, (_, i) => `h${i}.example`);
    expect(() => certificateNames(many)).toThrow('103 names for one certificate, at most 100');
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const name = { organization: 'o', commonName: 'c'.repeat(200) };
    const request = (names: string[]) => ({
      subject: name,
      issuer: name,
      publicKey,
      issuerKey: privateKey,
      notBefore: new Date(0),
      notAfter: new Date(dayMs),
      purpose: { names },
    });
    expect(() => buildCertificate(request(['x\0.example']))).toThrow('is not a host name');
    expect(new X509Certificate(buildCertificate(request(['ok.example']))).subject).toContain(
      `CN=${'c'.repeat(64)}`,
    );
    expect(createPublicKey(privateKey).equals(publicKey)).toBe(true);
  });
});

describe('certificates in use', () => {
  test('change their ticket keys every day, and renew themselves in time', async () => {
    const clock = fakeClock();
    const source = { mode: 'self-signed', dir, hostnames: ['a.example'] } as const;
    const certificates = await createCertificates(source, { log: silentLog, clock, pollMs: 5 });
    let reloads = 0;
    const stop = certificates.onReload(() => reloads++);
    const first = certificates.contextFor(null);
    const { fingerprint } = certificates.summary;
    clock.advance((ticketKeyHoursMax - 1) * 3_600_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(certificates.contextFor(null)).toBe(first);
    clock.advance(2 * 3_600_000);
    await expect.poll(() => certificates.contextFor(null)).not.toBe(first);
    expect(certificates.summary.fingerprint).toBe(fingerprint);
    expect(reloads).toBe(0);
    clock.advance((leafDaysMax - renewBeforeDays) * dayMs);
    await expect.poll(() => reloads).toBe(1);
    expect(certificates.summary.fingerprint).not.toBe(fingerprint);
    expect(certificates.summary.expiresAt.getTime()).toBeGreaterThan(clock.nowMs() + renewBeforeDays * dayMs);
    stop();
    certificates.close();
  });
});

describe('certificates from files', () => {
  async function pairIn(name: string, host: string) {
    const pair = await selfSigned(join(dir, name), [host], systemClock);
    return { ...pair, fingerprint: new X509Certificate(pair.certificate).fingerprint256 };
  }
  const files = () => ({ cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') });
  function install(pair: { certificate: string; key: string }) {
    writeFileSync(files().cert, pair.certificate);
    writeFileSync(files().key, pair.key);
  }
  const plain = (fingerprint: string) => fingerprint.replaceAll(':', '').toLowerCase();

  test('are followed when they change; a broken pair keeps the old one and is told once', async () => {
    const [one, two] = [await pairIn('one', 'one.example'), await pairIn('two', 'two.example')];
    install(one);
    const lines: string[] = [];
    const log = createLog({ level: 'info', format: 'json', write: (line) => lines.push(line) });
    const certificates = await createCertificates({ mode: 'files', ...files() }, { log, pollMs: 10 });
    expect(certificates.summary.fingerprint).toBe(plain(one.fingerprint));
    expect(certificates.authority).toBeNull();
    const before = certificates.contextFor(null);
    expect(await certificates.reload()).toBe(true);
    expect(certificates.contextFor(null)).toBe(before);

    writeFileSync(files().cert, two.certificate);
    await expect.poll(() => lines.join('')).toContain('certificate refused');
    expect(await certificates.reload()).toBe(false);
    expect(certificates.contextFor('two.example')).toBe(before);
    expect(lines.join('')).toMatch(/does not belong to/);

    const reloaded = new Promise<void>((resolve) => certificates.onReload(resolve));
    writeFileSync(files().key, two.key);
    await reloaded;
    expect(certificates.summary.fingerprint).toBe(plain(two.fingerprint));
    expect(certificates.summary.names).toContain('two.example');
    expect(certificates.contextFor(null)).not.toBe(before);

    rmSync(files().cert);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(certificates.summary.fingerprint).toBe(plain(two.fingerprint));
    certificates.close();
  });

  test.each<[string, () => void, RegExp]>([
    ['missing', () => rmSync(files().cert), /cert\.pem cannot be read: ENOENT/],
    ['not PEM', () => writeFileSync(files().cert, 'x'), /cert\.pem holds no certificate in PEM form/],
    [
      'a key that is none',
      () => writeFileSync(files().key, 'x'),
      /key\.pem holds no private key in PEM form/,
    ],
    [
      'an encrypted key',
      () =>
        writeFileSync(
          files().key,
          '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----',
        ),
      /key\.pem is encrypted/,
    ],
  ])('that cannot serve at start are refused by name: %s', async (_, spoil, message) => {
    install(await pairIn('one', 'one.example'));
    spoil();
    await expect(createCertificates({ mode: 'files', ...files() }, { log: silentLog })).rejects.toThrow(
      message,
    );
  });
});
