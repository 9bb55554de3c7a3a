import type { Resolver } from '../../net/index.ts';
import type { Log } from '../../observability/index.ts';
import type { TrustStore } from '../../stores/trust/index.ts';

/** The value of p= in a key record, without the blanks that may stand in it. */
function keyIn(record: string): string | undefined {
  return /(?:^|;)\s*p\s*=([^;]*)/.exec(record)?.[1]?.replace(/\s+/g, '');
}

/** Lets pending keys sign whose records stand in the DNS as they must; whoever has none yet is asked for next time. */
export async function promoteKeys(trust: TrustStore, resolver: Resolver, log: Log): Promise<void> {
  for (const domain of await trust.keyDomains()) {
    for (const record of await trust.signingRecords(domain)) {
      if (record.state !== 'pending') continue;
      const found = await resolver.txt(record.name).catch(() => null);
      const [only, ...others] = found?.records ?? [];
      // Two records at one name are a choice for each verifier (RFC 6376 §3.6.2.2), so not a key to rely on.
      if (only === undefined || others.length > 0 || keyIn(only) !== keyIn(record.value)) continue;
      await trust.activateKey(domain, record.selector);
      log.info('signing key activated', { domain });
    }
  }
}
