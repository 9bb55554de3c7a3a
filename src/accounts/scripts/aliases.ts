import { StoreError } from '../../base/index.ts';
import { first, run, type Script } from '../../storage/index.ts';
import { aliasDepthMax, recipientsMax } from '../limits.ts';
import type { AccountQueries } from '../queries.ts';
import { type Claim, demandFree, lockDirectory } from './directory.ts';
import { resolveAddress, type Wanted } from './resolve.ts';

export interface AliasPut {
  readonly alias: Claim;
  readonly targets: readonly Wanted[];
  /** Whether an alias of this name is given new targets instead of being refused. */
  readonly replace: boolean;
  readonly now: number;
}

type Neighbours = (key: string) => Script<string[]>;

/** How many levels can be walked from `start`; refuses on meeting `alias`, or more than can be followed. */
function* levels(start: readonly string[], alias: string | null, neighbours: Neighbours): Script<number> {
  const seen = new Set(start);
  let level = start;
  for (let depth = 0; ; depth++) {
    const next: string[] = [];
    for (const key of level) {
      if (key === alias) throw new StoreError('conflict', `'${alias}' would lead to itself`);
      for (const neighbour of yield* neighbours(key)) {
        if (seen.has(neighbour)) continue;
        seen.add(neighbour);
        next.push(neighbour);
      }
    }
    if (next.length === 0) return depth;
    if (seen.size > recipientsMax) {
      throw new StoreError('limit', `an alias may lead to ${recipientsMax} addresses in all`);
    }
    level = next;
  }
}

function* demandFollowable(q: AccountQueries, alias: string, targets: readonly Wanted[]): Script<void> {
  const below = yield* levels(
    targets.map((target) => target.key),
    alias,
    function* (key) {
      return (yield* run(q.targetsOf, { alias: key })).map((target) => target.lookup);
    },
  );
  const above = yield* levels([alias], null, function* (key) {
    return (yield* run(q.aliasesTo, { lookup: key })).map((row) => row.alias);
  });
  if (above + 1 + below > aliasDepthMax) {
    throw new StoreError('limit', `aliases may lead to aliases ${aliasDepthMax} levels deep`);
  }
}

export function* putAlias(q: AccountQueries, a: AliasPut): Script<void> {
  yield* lockDirectory(q);
  const { key, domain } = a.alias;
  const row = first(yield* run(q.addressFind, { address: key }));
  if (a.replace && row?.kind !== 'alias') throw new StoreError('not-found', `there is no alias '${key}'`);
  if (!a.replace) yield* demandFree(q, a.alias, a.now);
  yield* demandFollowable(q, key, a.targets);
  for (const target of a.targets) {
    // Not by way of a catch-all: that would hide a slip of the pen, or be itself.
    const { kind } = yield* resolveAddress(q, target, false);
    if (kind === 'unknown') throw new StoreError('not-found', `the target '${target.full}' leads nowhere`);
  }
  yield* run(q.addressPut, { address: key, domain, kind: 'alias', member: 0 });
  yield* run(q.targetsDrop, { alias: key });
  for (const [position, target] of a.targets.entries()) {
    const { key: lookup, tag, full } = target;
    yield* run(q.targetAdd, { alias: key, position, target: full, lookup, tag: tag ?? '' });
  }
}

export function* dropAlias(q: AccountQueries, a: { alias: string }): Script<void> {
  yield* lockDirectory(q);
  const row = first(yield* run(q.addressFind, { address: a.alias }));
  if (row?.kind !== 'alias') throw new StoreError('not-found', `there is no alias '${a.alias}'`);
  const above = first(yield* run(q.aliasesTo, { lookup: a.alias }));
  if (above) throw new StoreError('conflict', `the alias '${above.alias}' leads to '${a.alias}'`);
  yield* run(q.targetsDrop, { alias: a.alias });
  yield* run(q.addressDrop, { address: a.alias });
}

/** Addresses of the aliases that lead to a member, also by way of others; sorted. */
export function* groupsOf(q: AccountQueries, a: { member: number }): Script<string[]> {
  const groups = new Set<string>();
  let level = (yield* run(q.addressesOf, { member: a.member })).map(({ address }) => address);
  for (let depth = 0; depth < aliasDepthMax && level.length > 0; depth++) {
    const above: string[] = [];
    for (const lookup of level) {
      for (const { alias } of yield* run(q.aliasesTo, { lookup })) {
        if (groups.has(alias)) continue;
        groups.add(alias);
        above.push(alias);
      }
    }
    level = above;
  }
  return [...groups].sort();
}

export interface Alias {
  readonly address: string;
  readonly targets: readonly string[];
}

/** A page of aliases by address, beginning behind `after`. */
export function* pageAliases(q: AccountQueries, a: { after: string; max: number }): Script<Alias[]> {
  const page: Alias[] = [];
  for (const { address } of yield* run(q.aliasPage, { after: a.after, max: a.max })) {
    const targets = yield* run(q.targetsOf, { alias: address });
    page.push({ address, targets: targets.map(({ target }) => target) });
  }
  return page;
}
