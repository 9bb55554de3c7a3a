import { StoreError } from '../../../base/index.ts';
import { one, run, type Script } from '../../../storage/index.ts';
import { keysPerDomainMax } from '../limits.ts';
import type { TrustQueries } from '../queries.ts';
import type { KeyAlgorithm, KeyState } from '../tables.ts';

export interface FreshKey {
  readonly algorithm: KeyAlgorithm;
  /** Without what makes it the only one of its name. */
  readonly selector: string;
  readonly privateKey: string;
  readonly publicKey: string;
}

interface Named {
  readonly selector: string;
  readonly algorithm: KeyAlgorithm;
  readonly state: KeyState;
}

/**
 * Adds keys in `state`, each only where the domain has none of its algorithm in one of `unless`: two processes that
 * find none make one together.
 */
export function* addKeys(
  q: TrustQueries,
  a: {
    domain: string;
    keys: readonly FreshKey[];
    state: KeyState;
    unless: readonly KeyState[];
    now: number;
  },
): Script<number> {
  const present: Named[] = [...(yield* run(q.keysOf, { domain: a.domain }))];
  let added = 0;
  for (const key of a.keys) {
    if (present.some((other) => other.algorithm === key.algorithm && a.unless.includes(other.state)))
      continue;
    if (present.length >= keysPerDomainMax) {
      throw new StoreError(
        'limit',
        `'${a.domain}' has ${keysPerDomainMax} signing keys, the most there may be`,
      );
    }
    const selector = freeSelector(key.selector, present);
    const activated = a.state === 'active' ? a.now : 0;
    yield* run(q.keyAdd, { ...key, domain: a.domain, selector, state: a.state, now: a.now, activated });
    present.push({ selector, algorithm: key.algorithm, state: a.state });
    added++;
  }
  return added;
}

function freeSelector(wanted: string, present: readonly Named[]): string {
  let selector = wanted;
  for (let copy = 2; present.some((key) => key.selector === selector); copy++) selector = `${wanted}-${copy}`;
  return selector;
}

/** The key signs from now on, and the one that did of its algorithm is retired. */
export function* activateKey(
  q: TrustQueries,
  a: { domain: string; selector: string; now: number },
): Script<void> {
  const keys = yield* run(q.keysOf, { domain: a.domain });
  const chosen = keys.find((key) => key.selector === a.selector);
  if (!chosen) throw new StoreError('not-found', `'${a.domain}' has no signing key '${a.selector}'`);
  if (chosen.state === 'active') return;
  for (const key of keys) {
    if (key.algorithm !== chosen.algorithm || key.state !== 'active') continue;
    yield* run(q.keySet, { id: key.id, state: 'retired', activated: key.activated, retired: a.now });
  }
  yield* run(q.keySet, { id: chosen.id, state: 'active', activated: a.now, retired: 0 });
}

/** The key signs no more. The last one that does stays: mail would leave unsigned. */
export function* retireKey(
  q: TrustQueries,
  a: { domain: string; selector: string; now: number },
): Script<void> {
  const keys = yield* run(q.keysOf, { domain: a.domain });
  const chosen = keys.find((key) => key.selector === a.selector);
  if (!chosen) throw new StoreError('not-found', `'${a.domain}' has no signing key '${a.selector}'`);
  if (chosen.state === 'retired') return;
  const others = keys.some((key) => key.state === 'active' && key.id !== chosen.id);
  if (chosen.state === 'active' && !others) {
    throw new StoreError('conflict', `'${a.selector}' is the only key that signs for '${a.domain}'`);
  }
  yield* run(q.keySet, { id: chosen.id, state: 'retired', activated: chosen.activated, retired: a.now });
}

/** Answers the secret as it is kept; the first caller's stays. */
export function* keepSecret(q: TrustQueries, a: { name: string; value: string }): Script<string> {
  yield* run(q.secretAdd, { ...a });
  return one(yield* run(q.secretFind, { name: a.name })).value;
}
