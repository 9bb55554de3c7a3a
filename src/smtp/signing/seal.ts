import type { Clock } from '../../base/index.ts';
import type { Log } from '../../observability/index.ts';
import type { Sealer } from '../checks/index.ts';
import { mailauth } from '../checks/mailauth.ts';
import type { Keys } from './keys.ts';

export interface SealerOptions {
  readonly keys: Keys;
  /** coop.domain: who seals. */
  readonly domain: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * ARC sets for what is forwarded (RFC 8617 §5.1): what we found, signed, so that whoever trusts us need not find the same
 * after the way has changed. A chain that is full, or that failed before, is not sealed again.
 */
export function createSealer({ keys, domain, clock, log }: SealerOptions): Sealer {
  return {
    async seal(verifier, found, results) {
      const key = (await keys.of(domain)).find(({ algorithm }) => algorithm === 'rsa-sha256');
      const bodyHash = verifier.seal?.bodyHash;
      if (!key || bodyHash === undefined || verifier.headers === false) return '';
      const { headers, errors } = await mailauth().createSeal(false, {
        headers: verifier.headers,
        arc: verifier.arc,
        seal: {
          signingDomain: key.domain,
          selector: key.selector,
          privateKey: key.privateKey,
          algorithm: key.algorithm,
          bodyHash,
          cv: found.arc.status.result,
          authResults: results,
          signTime: new Date(clock.nowMs()),
        },
        strict: true,
      });
      for (const { err } of errors) log.debug('message not sealed', { reason: err.message });
      return headers.map((field) => `${field}\r\n`).join('');
    },
  };
}
