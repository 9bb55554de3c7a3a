import { StoreError } from '../../../base/index.ts';
import { first, numbers, one, run, type Script, texts } from '../../../storage/index.ts';
import type { ShareRights } from '../types.ts';
import { limits } from './limits.ts';
import type { SharingQueries } from './queries.ts';

export interface ShareRow {
  readonly id: number;
  readonly account: number;
  readonly node: number;
  readonly member: number;
  readonly address: string;
  readonly rights: ShareRights;
  readonly by: number;
  readonly created: number;
  readonly expires: number;
  readonly parent: number;
}

/** What a receiver made of a node that was shared. */
export interface Mark {
  readonly account: number;
  readonly node: number;
  readonly name: string;
  readonly hidden: boolean;
}

/** Of two ends the earlier; 0 is none. */
export function earlier(a: number, b: number): number {
  if (a === 0 || b === 0) return a + b;
  return Math.min(a, b);
}

/** The shares that those were shared on from, and so on up. */
export function* above(q: SharingQueries, rows: readonly { readonly parent: number }[]): Script<ShareRow[]> {
  const found = new Map<number, ShareRow>();
  let wanted = rows;
  for (let depth = 0; depth <= limits.reshareDepthMax; depth++) {
    const ids = new Set(wanted.map(({ parent }) => parent).filter((id) => id > 0 && !found.has(id)));
    if (ids.size === 0) break;
    wanted = yield* run(q.sharesFind, { ids: numbers(ids) });
    for (const row of wanted as ShareRow[]) found.set(row.id, row);
  }
  return [...found.values()];
}

export interface Given {
  readonly rows: readonly ShareRow[];
  readonly parents: readonly ShareRow[];
  readonly marks: readonly Mark[];
}

/** What a member was given, also as one of a group. */
export function* given(q: SharingQueries, a: { member: number; groups: readonly string[] }): Script<Given> {
  const own = yield* run(q.sharesToMember, { member: a.member });
  const groups = a.groups.length === 0 ? [] : yield* run(q.sharesToGroups, { addresses: texts(a.groups) });
  const rows = [...own, ...groups];
  return { rows, parents: yield* above(q, rows), marks: yield* run(q.marksOf, { member: a.member }) };
}

/** The share that something is shared on from, as it is now. */
export function* demandParent(q: SharingQueries, id: number, now: number): Script<ShareRow> {
  const row = first(yield* run(q.shareFind, { id }));
  if (row?.rights !== 'reshare' || (row.expires > 0 && row.expires <= now))
    throw new StoreError('denied', 'this may not be shared on');
  return row;
}

/** The shares that were shared on from those, and that no walk has come to yet. */
function* nextBelow(q: SharingQueries, ids: readonly number[], seen: Set<number>): Script<number[]> {
  for (const id of ids) seen.add(id);
  const below = yield* run(q.sharesBelow, { ids: numbers(ids) });
  return below.map(({ id }) => id).filter((id) => !seen.has(id));
}

export function* dropBelow(q: SharingQueries, ids: readonly number[]): Script<void> {
  const seen = new Set<number>();
  let level = ids;
  while (level.length > 0) {
    yield* run(q.linksBelowDrop, { ids: numbers(level) });
    level = yield* nextBelow(q, level, seen);
    if (level.length > 0) yield* run(q.sharesDrop, { ids: numbers(level) });
  }
}

/** What was shared on never gives more, nor for longer, than what it came from. */
function* narrow(q: SharingQueries, { id, rights, expires }: ShareRow): Script<void> {
  if (rights !== 'reshare') return yield* dropBelow(q, [id]);
  if (expires === 0) return;
  const seen = new Set<number>();
  let level: readonly number[] = [id];
  while (level.length > 0) {
    const ids = numbers(level);
    yield* run(q.sharesClamp, { ids, expires });
    yield* run(q.linksClamp, { ids, expires });
    level = yield* nextBelow(q, level, seen);
  }
}

export interface NewShare extends Omit<ShareRow, 'id' | 'created' | 'parent'> {
  readonly accounts: readonly number[];
  /** The shares by which it may be shared on, best first; none where it is the owner's to share. */
  readonly parents: readonly number[];
  readonly now: number;
}

/** The first that does not hang on the share that is given again: one that hung on itself would end nowhere. */
function* parentFor(q: SharingQueries, a: NewShare, same: ShareRow | undefined): Script<ShareRow | null> {
  if (a.parents.length === 0) return null;
  for (const id of a.parents) {
    const parent = yield* demandParent(q, id, a.now);
    const line = [parent, ...(yield* above(q, [parent]))];
    if (line.some((share) => share.id === same?.id)) continue;
    if (line.length >= limits.reshareDepthMax)
      throw new StoreError('limit', `Nothing is shared on more than ${limits.reshareDepthMax} times`);
    return parent;
  }
  throw new StoreError('denied', 'this may not be shared on');
}

export function* grant(q: SharingQueries, a: NewShare): Script<ShareRow> {
  const { accounts: _, parents: __, ...wanted } = a;
  const same = first(yield* run(q.shareSame, wanted));
  const parent = yield* parentFor(q, a, same);
  const row = { ...wanted, parent: parent?.id ?? 0, expires: earlier(a.expires, parent?.expires ?? 0) };
  if (a.member > 0) yield* run(q.markShow, { member: a.member, account: a.account, node: a.node });
  else yield* run(q.marksShow, { account: a.account, node: a.node });
  if (same) {
    const set = one(yield* run(q.shareSet, { ...row, id: same.id }));
    yield* narrow(q, set);
    return set;
  }
  const { count } = one(yield* run(q.shareCount, { by: a.by }));
  if (Number(count) >= limits.sharesPerMemberMax)
    throw new StoreError('limit', `One member shares at most ${limits.sharesPerMemberMax} things`);
  return one(yield* run(q.shareAdd, row));
}

export function* changeShare(
  q: SharingQueries,
  a: { account: number; id: number; rights?: ShareRights; expires?: number },
): Script<ShareRow> {
  const row = first(yield* run(q.shareFind, { id: a.id }));
  if (!row) throw new StoreError('not-found', 'there is no such share');
  const over = row.parent === 0 ? undefined : first(yield* run(q.shareFind, { id: row.parent }));
  const set = one(
    yield* run(q.shareSet, {
      id: a.id,
      rights: a.rights ?? row.rights,
      expires: earlier(a.expires ?? row.expires, over?.expires ?? 0),
      parent: row.parent,
    }),
  );
  yield* narrow(q, set);
  return set;
}

export function* dropShares(q: SharingQueries, ids: readonly number[]): Script<void> {
  if (ids.length === 0) return;
  yield* dropBelow(q, ids);
  yield* run(q.sharesDrop, { ids: numbers(ids) });
}

export function* addFavourite(
  q: SharingQueries,
  { member, account, node }: { member: number; account: number; node: number },
): Script<void> {
  yield* run(q.favouriteAdd, { member, account, node });
  if (one(yield* run(q.favouriteCount, { member })).count > limits.favouritesPerMemberMax)
    throw new StoreError('limit', `One member has at most ${limits.favouritesPerMemberMax} favourites`);
}

/** One step; answers whether there may be more. */
export function* erase(q: SharingQueries, { member }: { member: number }): Script<boolean> {
  const shares = (yield* run(q.sharesAbout, { member })).map(({ id }) => id);
  yield* dropShares(q, shares);
  const links = (yield* run(q.linksAbout, { member })).map(({ token }) => token);
  if (links.length > 0) yield* run(q.linksDrop, { tokens: texts(links) });
  yield* run(q.marksDrop, { member });
  yield* run(q.favouritesDrop, { member });
  return shares.length > 0 || links.length > 0;
}

/** One step of what ended before `until`, or hung on what is gone for good; answers whether there may be more. */
export function* purge(q: SharingQueries, { until }: { until: number }): Script<boolean> {
  const over = [...(yield* run(q.sharesOver, { until })), ...(yield* run(q.sharesGone, {}))];
  yield* dropShares(
    q,
    over.map(({ id }) => id),
  );
  yield* run(q.linksOver, { until });
  const links = (yield* run(q.linksGone, {})).map(({ token }) => token);
  if (links.length > 0) yield* run(q.linksDrop, { tokens: texts(links) });
  yield* run(q.marksStray, {});
  yield* run(q.favouritesStray, {});
  return over.length > 0 || links.length > 0;
}
