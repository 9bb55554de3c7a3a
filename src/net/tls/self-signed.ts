import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import { promisify } from 'node:util';
import { type Clock, FormatError } from '../../base/index.ts';
import {
  authorityDaysMax,
  backdateHours,
  certificateNamesMax,
  leafDaysMax,
  renewBeforeDays,
} from '../limits.ts';
import { buildCertificate } from './certificate.ts';
import { readIfThere, writeAtomically } from './files.ts';

/** A certificate and its key, both PEM. `authority` is what clients have to trust. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

interface Owned {
  readonly certificate: string;
  readonly parsed: X509Certificate;
  readonly key: KeyObject;
}

const dayMs = 86_400_000;
const organization = 'myco';
const alwaysNamed = ['localhost', '127.0.0.1', '::1'];

/**
 * The installation's own authority and server certificate, made where missing, damaged, nearly over or for other
 * names. `authority.pem` and `server.pem` hold a certificate and its key in one file (0600), so that they cannot
 * come apart; `authority.crt` is the copy to hand out.
 */
export async function selfSigned(dir: string, hostnames: readonly string[], clock: Clock): Promise<KeyPair> {
  const names = certificateNames(hostnames);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const authority = await authorityIn(dir, names[0] ?? organization, clock);
  const path = join(dir, 'server.pem');
  const known = ownedFrom(await readIfThere(path));
  const server =
    known && stillServes(known, authority, names, clock) ? known : await issue(path, authority, names, clock);
  if (server === known) await chmod(path, 0o600);
  return {
    // The authority is sent along: RFC 6698 §2.1.1 usage 2 (DANE-TA) needs it in the handshake.
    certificate: server.certificate + authority.certificate,
    key: keyText(server.key),
    authority: authority.certificate,
  };
}

/** Host names in the form a certificate holds, without doubles, the local ones last. */
export function certificateNames(hostnames: readonly string[]): string[] {
  const names = [...hostnames, ...alwaysNamed].map((name) => {
    if (isIP(name) !== 0) return name;
    const ascii = domainToASCII(name);
    if (ascii === '') throw new FormatError(`'${name}' is not a host name a certificate can hold`);
    return ascii;
  });
  const distinct = [...new Set(names)];
  if (distinct.length > certificateNamesMax) {
    throw new FormatError(`${distinct.length} names for one certificate, at most ${certificateNamesMax}`);
  }
  return distinct;
}

async function authorityIn(dir: string, name: string, clock: Clock): Promise<Owned> {
  const path = join(dir, 'authority.pem');
  const known = ownedFrom(await readIfThere(path));
  const valid = known?.parsed.ca === true && known.parsed.verify(known.parsed.publicKey);
  const daysLeft = valid ? (Date.parse(known.parsed.validTo) - clock.nowMs()) / dayMs : 0;
  // A server certificate must fit into what is left of its authority.
  if (valid && daysLeft > leafDaysMax + renewBeforeDays) {
    if ((await readIfThere(join(dir, 'authority.crt'))) !== known.certificate) {
      await writeAtomically(join(dir, 'authority.crt'), known.certificate, 0o644);
    }
    await chmod(path, 0o600);
    return known;
  }
  // A renewed authority keeps key and name, so that clients that trust the old one go on until it ends.
  const key = valid ? known.key : await newKey();
  const subject = { organization, commonName: (valid && commonNameOf(known.parsed)) || `${name} authority` };
  const made = own(
    buildCertificate({
      subject,
      publicKey: createPublicKey(key),
      issuer: subject,
      issuerKey: key,
      ...validity(clock, authorityDaysMax),
      purpose: 'authority',
    }),
    key,
  );
  await writeAtomically(path, made.certificate + keyText(key), 0o600);
  await writeAtomically(join(dir, 'authority.crt'), made.certificate, 0o644);
  return made;
}

function stillServes(known: Owned, authority: Owned, names: readonly string[], clock: Clock): boolean {
  const { parsed } = known;
  const left = Date.parse(parsed.validTo) - clock.nowMs();
  // A clock set back makes a certificate begin in the future; another one would not help, so only its end counts.
  return (
    left > renewBeforeDays * dayMs &&
    parsed.checkIssued(authority.parsed) &&
    parsed.verify(authority.parsed.publicKey) &&
    sameNames(parsed, names)
  );
}

function sameNames(parsed: X509Certificate, names: readonly string[]): boolean {
  const held = (parsed.subjectAltName ?? '').split(', ').filter((entry) => entry !== '');
  return (
    held.length === names.length &&
    names.every((name) => (isIP(name) !== 0 ? parsed.checkIP(name) : parsed.checkHost(name)) !== undefined)
  );
}

async function issue(path: string, authority: Owned, names: readonly string[], clock: Clock): Promise<Owned> {
  const key = await newKey();
  const made = own(
    buildCertificate({
      subject: { organization, commonName: names[0] ?? organization },
      publicKey: createPublicKey(key),
      issuer: { organization, commonName: commonNameOf(authority.parsed) },
      issuerKey: authority.key,
      ...validity(clock, leafDaysMax),
      purpose: { names },
    }),
    key,
  );
  await writeAtomically(path, made.certificate + keyText(key), 0o600);
  return made;
}

// The backdated hours count: a phone measures the whole of it.
function validity(clock: Clock, days: number): { notBefore: Date; notAfter: Date } {
  const start = clock.nowMs() - backdateHours * 3_600_000;
  return { notBefore: new Date(start), notAfter: new Date(start + days * dayMs) };
}

function commonNameOf(parsed: X509Certificate): string {
  return /^CN=(.*)$/m.exec(parsed.subject)?.[1] ?? '';
}

async function newKey(): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return privateKey;
}

function keyText(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function own(certificate: string, key: KeyObject): Owned {
  return { certificate, parsed: new X509Certificate(certificate), key };
}

/** Null where the file is missing, damaged, or its two halves are not a pair: it is made anew then. */
function ownedFrom(text: string | null): Owned | null {
  const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(text ?? '')?.[0];
  const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n?/.exec(text ?? '')?.[0];
  if (certificate === undefined || key === undefined) return null;
  try {
    const owned = own(certificate, createPrivateKey(key));
    return owned.parsed.checkPrivateKey(owned.key) ? owned : null;
  } catch {
    return null;
  }
}
