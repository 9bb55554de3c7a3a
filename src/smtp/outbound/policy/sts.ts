import { type Clock, FormatError, messageOf, Recent } from '../../../base/index.ts';
import { isSts, readStsPolicy, readStsRecord, type StsPolicy } from '../../../formats/dns-text/index.ts';
import type { GetHttps, HttpsAnswer, Resolver } from '../../../net/index.ts';
import type { Log } from '../../../observability/index.ts';
import { addressesOf } from '../route/addresses.ts';
import type { KeptPolicy, PolicyCache } from './cache.ts';
import { stsFetchMsMax, stsPoliciesMax, stsPolicyBytesMax, stsRefreshMs, stsRetryMs } from './limits.ts';
import type { TlsFailureType } from './types.ts';

export interface StsOptions {
  readonly resolver: Resolver;
  readonly https: GetHttps;
  readonly cache: PolicyCache;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the policy host; 443 but in tests. */
  readonly port: number;
  /** THREATS 15: whether a policy host may have an address that is not of the internet. */
  readonly privateAddresses: () => boolean;
  readonly ipv6: () => boolean;
}

/** What is known of a domain's policy. `failure`: it should have one, and it cannot be had. */
export interface StsFinding {
  readonly policy: StsPolicy | null;
  readonly failure: TlsFailureType | null;
}

/** MTA-STS from the sender's side (RFC 8461 §3, §5.1). */
export class StsPolicies {
  readonly #options: StsOptions;
  readonly #fetching = new Map<string, Promise<KeptPolicy | TlsFailureType>>();
  readonly #failed = new Recent<string, { readonly failure: TlsFailureType; readonly untilMs: number }>(
    stsPoliciesMax,
  );

  constructor(options: StsOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async of(domain: string): Promise<StsFinding> {
    const [kept, id] = await Promise.all([this.#kept(domain), this.#idOf(domain)]);
    // §5.1: a policy that was fetched holds for its time, whatever the DNS says or does not say since.
    if (id === null) return { policy: kept?.policy ?? null, failure: null };
    if (kept?.id === id) {
      this.#refresh(domain, id, kept);
      return { policy: kept.policy, failure: null };
    }
    const fetched = await this.#fetchOnce(domain, id);
    if (typeof fetched !== 'string') return { policy: fetched.policy, failure: null };
    return { policy: kept?.policy ?? null, failure: kept === null ? fetched : null };
  }

  async #kept(domain: string): Promise<KeptPolicy | null> {
    const { cache, clock, log } = this.#options;
    const kept = await cache.get(domain).catch((error: unknown) => {
      log.warn('kept policies cannot be read', { error });
      return null;
    });
    const ends = kept === null ? 0 : kept.fetchedMs + kept.policy.maxAgeSeconds * 1000;
    return ends > clock.nowMs() ? kept : null;
  }

  /** §3.1: one record, or none that counts. */
  async #idOf(domain: string): Promise<string | null> {
    try {
      const { records } = await this.#options.resolver.txt(`_mta-sts.${domain}`);
      const [record, ...more] = records.filter(isSts);
      return record === undefined || more.length > 0 ? null : readStsRecord(record).id;
    } catch {
      return null;
    }
  }

  /** Ahead of its end, behind the back of the message that asks (§3.3, §10.2). */
  #refresh(domain: string, id: string, { fetchedMs, policy }: KeptPolicy): void {
    const age = this.#options.clock.nowMs() - fetchedMs;
    if (age > Math.min(stsRefreshMs, (policy.maxAgeSeconds * 1000) / 2)) void this.#fetchOnce(domain, id);
  }

  #fetchOnce(domain: string, id: string): Promise<KeptPolicy | TlsFailureType> {
    const failed = this.#failed.get(domain);
    if (failed !== undefined && failed.untilMs > this.#options.clock.nowMs()) {
      return Promise.resolve(failed.failure);
    }
    let fetching = this.#fetching.get(domain);
    if (fetching === undefined) {
      fetching = this.#fetch(domain, id).finally(() => this.#fetching.delete(domain));
      this.#fetching.set(domain, fetching);
    }
    return fetching;
  }

  async #fetch(domain: string, id: string): Promise<KeptPolicy | TlsFailureType> {
    const { cache, clock, log } = this.#options;
    const policy = await this.#download(domain);
    if (typeof policy === 'string') {
      this.#failed.set(domain, { failure: policy, untilMs: clock.nowMs() + stsRetryMs });
      return policy;
    }
    const kept = { id, policy, fetchedMs: clock.nowMs() };
    await cache.put(domain, kept).catch((error: unknown) => log.warn('a policy cannot be kept', { error }));
    return kept;
  }

  async #download(domain: string): Promise<StsPolicy | TlsFailureType> {
    const { https, log, port, privateAddresses } = this.#options;
    const host = `mta-sts.${domain}`;
    let answer: HttpsAnswer;
    try {
      const { addresses } = await addressesOf(host, this.#options, privateAddresses());
      answer = await https({
        host,
        addresses,
        port,
        path: '/.well-known/mta-sts.txt',
        msMax: stsFetchMsMax,
        answerBytesMax: stsPolicyBytesMax,
      });
    } catch (error) {
      log.info('a policy cannot be fetched', { domain, reason: messageOf(error) });
      return isOfCertificate(error) ? 'sts-webpki-invalid' : 'sts-policy-fetch-error';
    }
    // §3.3: redirects are not followed, and anything else is no policy.
    if (answer.status !== 200) return 'sts-policy-fetch-error';
    try {
      // §3.2
      if (answer.type !== 'text/plain') throw new FormatError('it is not text/plain');
      return readStsPolicy(answer.body.toString('utf8'));
    } catch (error) {
      log.info('a policy cannot be read', { domain, reason: messageOf(error) });
      return 'sts-policy-invalid';
    }
  }
}

/** OpenSSL's words for a chain that leads nowhere, and Node's for a name that is not on the certificate. */
function isOfCertificate(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|SELF_SIGNED|UNABLE_TO_|SIGNATURE_FAILURE|INVALID_CA|INVALID_PURPOSE/.test(code);
}
