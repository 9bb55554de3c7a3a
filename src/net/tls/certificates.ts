import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { SecureContext } from 'node:tls';
import { type Clock, messageOf, randomOctets, systemClock } from '../../base/index.ts';
import type { Log } from '../../observability/index.ts';
import { certificatePollMs, renewBeforeDays, ticketKeyHoursMax } from '../limits.ts';
import { secureContext } from './context.ts';
import { type KeyPair, selfSigned } from './self-signed.ts';

export type CertificateSource =
  | { readonly mode: 'self-signed'; readonly dir: string; readonly hostnames: readonly string[] }
  | { readonly mode: 'files'; readonly cert: string; readonly key: string };

export interface CertificateOptions {
  readonly log: Log;
  readonly clock?: Clock;
  /** PEM; trusted of those who speak to us in place of the system's roots. */
  readonly trusted?: string;
  /** How often files and expiry are looked at. */
  readonly pollMs?: number;
}

/** What the operator may want to know of the certificate in use. */
export interface CertificateSummary {
  readonly names: string;
  readonly issuer: string;
  readonly expiresAt: Date;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string;
}

/**
 * The certificate of every TLS handshake, asked for at each, so that a new one needs no restart. An implementation
 * may answer by name (ACME); it must answer at once, and something, for names it does not know.
 */
export interface Certificates {
  contextFor(serverName: string | null): SecureContext;
  /** The authority that clients have to be given, PEM; null where the public ones do. */
  readonly authority: string | null;
  /** Who vouches for others in place of the system's roots, PEM. */
  readonly trusted: string | null;
  readonly summary: CertificateSummary;
  onReload(listener: () => void): () => void;
  /** Looks now; false where what was found cannot serve and the old certificate stays. */
  reload(): Promise<boolean>;
  close(): void;
}

interface Loaded {
  readonly pair: KeyPair | (Omit<KeyPair, 'authority'> & { readonly authority: null });
  /** Changes whenever the pair on disk may have. */
  readonly stamp: string;
}

/** Rejects where there is no certificate to begin with; the message names the file. */
export async function createCertificates(
  source: CertificateSource,
  options: CertificateOptions,
): Promise<Certificates> {
  const clock = options.clock ?? systemClock;
  const current = new CurrentCertificate(source, clock, options);
  await current.start();
  const timer = setInterval(() => void current.poll(), options.pollMs ?? certificatePollMs);
  timer.unref();
  return {
    contextFor: () => current.context,
    get authority() {
      return current.authority;
    },
    trusted: options.trusted ?? null,
    get summary() {
      return current.summary;
    },
    onReload: (listener) => {
      current.listeners.add(listener);
      return () => {
        current.listeners.delete(listener);
      };
    },
    reload: () => current.reload(),
    close: () => clearInterval(timer),
  };
}

class CurrentCertificate {
  readonly listeners = new Set<() => void>();
  readonly #source: CertificateSource;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #trusted: string | undefined;
  #pair: Loaded['pair'] | null = null;
  #stamp = '';
  #refusedStamp = '';
  #context: SecureContext | null = null;
  #contextAtMs = 0;
  #busy: Promise<boolean> | null = null;

  constructor(source: CertificateSource, clock: Clock, { log, trusted }: CertificateOptions) {
    this.#source = source;
    this.#clock = clock;
    this.#log = log;
    this.#trusted = trusted;
  }

  get context(): SecureContext {
    if (this.#context === null) throw new Error('certificates were asked for before they were loaded');
    return this.#context;
  }

  get authority(): string | null {
    return this.#pair?.authority ?? null;
  }

  get summary(): CertificateSummary {
    const parsed = new X509Certificate(this.#pair?.certificate ?? '');
    return {
      names: parsed.subjectAltName ?? '',
      issuer: parsed.issuer.replaceAll('\n', ', '),
      expiresAt: new Date(parsed.validTo),
      fingerprint: parsed.fingerprint256.replaceAll(':', '').toLowerCase(),
    };
  }

  async start(): Promise<void> {
    this.#use(await this.#load());
  }

  /** Looks for a change; nothing is said twice about the same broken files. */
  async poll(): Promise<void> {
    if (this.#clock.monotonicMs() - this.#contextAtMs > ticketKeyHoursMax * 3_600_000) this.#renewContext();
    try {
      if (this.#source.mode === 'files') {
        const stamp = await stampOf(this.#source);
        if (stamp === this.#stamp || stamp === this.#refusedStamp) return;
      } else if (this.summary.expiresAt.getTime() - this.#clock.nowMs() > renewBeforeDays * 86_400_000) {
        return;
      }
      await this.reload();
    } catch (error) {
      // A file that is being replaced may be missing for a moment; the certificate in use stays.
      this.#log.debug('certificate files cannot be looked at', { error });
    }
  }

  reload(): Promise<boolean> {
    this.#busy ??= this.#reload().finally(() => {
      this.#busy = null;
    });
    return this.#busy;
  }

  async #reload(): Promise<boolean> {
    const stamp = this.#source.mode === 'files' ? await stampOf(this.#source).catch(() => '') : '';
    try {
      const loaded = await this.#load();
      if (loaded.pair.certificate !== this.#pair?.certificate || loaded.pair.key !== this.#pair.key) {
        this.#use(loaded);
        const { expiresAt, fingerprint } = this.summary;
        this.#log.info('certificate in use', { expiresAt: expiresAt.toISOString(), fingerprint });
        for (const listener of this.listeners) listener();
      }
      this.#stamp = loaded.stamp;
      this.#refusedStamp = '';
      return true;
    } catch (error) {
      this.#refusedStamp = stamp;
      this.#log.warn('certificate refused, the old one stays', {
        mode: this.#source.mode,
        error,
        reason: messageOf(error),
      });
      return false;
    }
  }

  async #load(): Promise<Loaded> {
    if (this.#source.mode === 'self-signed') {
      return { pair: await selfSigned(this.#source.dir, this.#source.hostnames, this.#clock), stamp: '' };
    }
    const { cert, key } = this.#source;
    const stamp = await stampOf(this.#source).catch(() => '');
    const pair = { certificate: await readPart(cert), key: await readPart(key), authority: null };
    checkPair(pair, cert, key);
    return { pair, stamp };
  }

  #use(loaded: Loaded): void {
    const context = contextOf(loaded.pair, this.#trusted);
    this.#pair = loaded.pair;
    this.#stamp = loaded.stamp;
    this.#context = context;
    this.#contextAtMs = this.#clock.monotonicMs();
    if (Date.parse(new X509Certificate(loaded.pair.certificate).validTo) <= this.#clock.nowMs()) {
      this.#log.warn('the certificate in use has expired', { mode: this.#source.mode });
    }
  }

  #renewContext(): void {
    if (this.#pair === null) return;
    this.#context = contextOf(this.#pair, this.#trusted);
    this.#contextAtMs = this.#clock.monotonicMs();
  }
}

function contextOf(
  pair: { readonly certificate: string; readonly key: string },
  trusted?: string,
): SecureContext {
  return secureContext(pair.certificate, pair.key, randomOctets(48), trusted);
}

async function readPart(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`${path} cannot be read: ${messageOf(error)}`);
  }
}

function checkPair(
  pair: { readonly certificate: string; readonly key: string },
  cert: string,
  key: string,
): void {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(pair.certificate);
  } catch {
    throw new Error(`${cert} holds no certificate in PEM form`);
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pair.key))
    throw new Error(`${key} holds no private key in PEM form`);
  if (pair.key.includes('ENCRYPTED')) throw new Error(`${key} is encrypted; a server needs it in the clear`);
  try {
    contextOf(pair);
  } catch (error) {
    throw new Error(
      `${key} does not belong to ${cert} (${parsed.subject.replaceAll('\n', ', ')}): ${messageOf(error)}`,
    );
  }
}

async function stampOf(source: { readonly cert: string; readonly key: string }): Promise<string> {
  const parts = await Promise.all([source.cert, source.key].map((path) => stat(path, { bigint: true })));
  return parts.map(({ ino, size, mtimeNs, ctimeNs }) => `${ino}:${size}:${mtimeNs}:${ctimeNs}`).join(' ');
}
