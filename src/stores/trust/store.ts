import { createHash } from 'node:crypto';
import { type Clock, randomOctets } from '../../base/index.ts';
import type { Database } from '../../storage/index.ts';
import { algorithms, freshKey } from './fresh-key.ts';
import { owedKeptDays, retiredKeptDays, retiredPublishedDays } from './limits.ts';
import { operations } from './module.ts';
import type { KeyState } from './tables.ts';
import type { TrustStore } from './types.ts';

const dayMs = 86_400_000;
const secretBytes = 32;

export interface TrustStoreOptions {
  readonly database: Database;
  readonly clock: Clock;
}

export function createTrustStore({ database, clock }: TrustStoreOptions): TrustStore {
  const keysOf = (domain: string) => database.call(operations.keysOf, { domain });

  /** Makes keys of the algorithms of which the domain has none in one of the states of `unless`. */
  async function make(domain: string, state: KeyState, unless: readonly KeyState[]): Promise<void> {
    const present = await keysOf(domain);
    const lacking = algorithms.filter(
      (algorithm) => !present.some((key) => key.algorithm === algorithm && unless.includes(key.state)),
    );
    if (lacking.length === 0) return;
    const now = clock.nowMs();
    const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '');
    const keys = await Promise.all(lacking.map((algorithm) => freshKey(algorithm, day)));
    await database.call(operations.addKeys, { domain, keys, state, unless, now });
  }

  return {
    async ensureKeys(domain) {
      // One that was retired is not made again by itself: nobody would know that it must be published.
      if ((await keysOf(domain)).some(({ state }) => state === 'active')) return;
      await make(domain, 'active', ['active']);
    },
    rotateKeys: (domain) => make(domain, 'pending', ['pending']),
    activateKey: (domain, selector) =>
      database.call(operations.activateKey, { domain, selector, now: clock.nowMs() }),
    retireKey: (domain, selector) =>
      database.call(operations.retireKey, { domain, selector, now: clock.nowMs() }),
    async keys(domain) {
      return (await keysOf(domain)).map(({ id, privateKey, publicKey, ...info }) => info);
    },
    keyDomains: () => database.call(operations.keyDomains, {}),
    async signingKeys(domain) {
      const keys = await keysOf(domain);
      return algorithms.flatMap((algorithm) => {
        const newest = keys.findLast((key) => key.algorithm === algorithm && key.state === 'active');
        return newest ? [newest] : [];
      });
    },
    async signingRecords(domain) {
      const since = clock.nowMs() - retiredPublishedDays * dayMs;
      const keys = (await keysOf(domain)).filter((key) => key.state !== 'retired' || key.retired > since);
      return keys.map(({ selector, algorithm, publicKey, state }) => ({
        name: `${selector}._domainkey.${domain}`,
        value: `v=DKIM1; k=${algorithm === 'rsa-sha256' ? 'rsa' : 'ed25519'}; p=${publicKey}`,
        selector,
        state,
      }));
    },
    secret: (name) =>
      database.call(operations.keepSecret, { name, value: randomOctets(secretBytes).toString('base64') }),

    observe: (observations) =>
      database.call(operations.addOwed, {
        rows: observations.map((one) => ({
          ...one,
          digest: createHash('sha256').update(one.row).digest('base64url'),
        })),
      }),
    owed: (kind, day, max) => database.call(operations.owedNext, { kind, before: day, max }),
    owedRows: (kind, day, domain, max) => database.call(operations.owedRows, { kind, day, domain, max }),
    settleOwed: (kind, day, domain) => database.call(operations.dropOwed, { kind, day, domain }),

    addReport: (report, rows) => database.call(operations.addReceived, { report, rows }),
    reports: ({ before, max }) =>
      database.call(operations.receivedPage, { before: before ?? Number.MAX_SAFE_INTEGER, max }),
    report: (id) => database.call(operations.received, { id }),
    tidy: (reportDays) => tidy(database, clock.nowMs(), reportDays),
  };
}

async function tidy(database: Database, now: number, reportDays: number): Promise<void> {
  await database.call(operations.forgetKeys, { before: now - retiredKeptDays * dayMs });
  await database.call(operations.forgetOwed, { before: Math.floor(now / dayMs) - owedKeptDays });
  await database.call(operations.forgetReceived, { before: now - reportDays * dayMs });
}
