import { StoreError } from '../../base/index.ts';
import { first, one, run, type Script } from '../../storage/index.ts';
import type { AccountQueries } from '../queries.ts';
import { lockDirectory } from './directory.ts';

export interface Domain {
  readonly domain: string;
  readonly created: number;
}

export function* addDomain(q: AccountQueries, a: { domain: string; now: number }): Script<void> {
  yield* lockDirectory(q);
  if ((yield* run(q.domainAdd, { ...a })).length === 0) {
    throw new StoreError('exists', `'${a.domain}' is a domain of this server already`);
  }
}

export function* dropDomain(q: AccountQueries, a: { domain: string }): Script<void> {
  yield* lockDirectory(q);
  const used = first(yield* run(q.addressInDomain, { domain: a.domain }));
  if (used) throw new StoreError('has-children', `'${used.address}' is an address of this domain`);
  if ((yield* run(q.domainDrop, { domain: a.domain })).length === 0) {
    throw new StoreError('not-found', `'${a.domain}' is not a domain of this server`);
  }
}

/** What must be there before the first login; answers the secrets as they are kept. Run at every start. */
export function* ensure(
  q: AccountQueries,
  a: {
    domains: readonly string[];
    secrets: Readonly<Record<string, string>>;
    now: number;
  },
): Script<Record<string, string>> {
  yield* lockDirectory(q);
  for (const domain of a.domains) yield* run(q.domainAdd, { domain, now: a.now });
  yield* run(q.reservationsPurge, { now: a.now });
  yield* run(q.signInPurge, { now: a.now });
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(a.secrets)) {
    yield* run(q.secretAdd, { name, value });
    kept[name] = one(yield* run(q.secretFind, { name })).value;
  }
  return kept;
}
