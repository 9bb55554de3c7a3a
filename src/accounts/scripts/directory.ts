import { StoreError } from '../../base/index.ts';
import { first, nextModseq, run, type Script } from '../../storage/index.ts';
import type { AccountQueries } from '../queries.ts';

/**
 * Members, addresses, domains and aliases change under one counter, account 0: taking it first makes such writes
 * wait for each other, so that a check and the write that relies on it cannot be parted.
 */
export const directoryAccount = 0;

/**
 * Keeps what belongs to the co-op as a whole, such as public folders. No member has this id: it is the last one that a
 * member could be given.
 */
export const publicAccount = 2_147_483_647;

export function* lockDirectory(q: AccountQueries): Script<void> {
  yield* nextModseq(q, directoryAccount);
}

/** An address that is about to be given away, with its domain. */
export interface Claim {
  readonly key: string;
  readonly domain: string;
}

/** Refuses an address at a domain that is not ours, and one that leads somewhere, unless it is `own`'s former one. */
export function* demandFree(q: AccountQueries, claim: Claim, now: number, own = 0): Script<void> {
  const { key, domain } = claim;
  if ((yield* run(q.domainFind, { domain })).length === 0) {
    throw new StoreError('not-found', `'${domain}' is not a domain of this server`);
  }
  const row = first(yield* run(q.addressFind, { address: key }));
  if (!row || (row.kind === 'former' && row.id === own)) return;
  if (row.kind !== 'reserved') throw new StoreError('exists', `'${key}' is taken`);
  if (row.heldUntil > now) {
    const until = new Date(row.heldUntil).toISOString().slice(0, 10);
    throw new StoreError('exists', `'${key}' was a deleted member's and is free again on ${until}`);
  }
}

/** Drops an address from all aliases that name it, and the aliases that are left without a target. */
export function* forgetTarget(q: AccountQueries, lookup: string): Script<void> {
  const aliases = yield* run(q.aliasesTo, { lookup });
  yield* run(q.targetsDropTo, { lookup });
  for (const { alias } of aliases) {
    if ((yield* run(q.targetsOf, { alias })).length > 0) continue;
    yield* run(q.addressDrop, { address: alias });
    yield* forgetTarget(q, alias);
  }
}
