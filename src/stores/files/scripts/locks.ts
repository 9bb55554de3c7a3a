import { StoreError } from '../../../base/index.ts';
import { numbers, one, run, type Script, texts } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { FilesQueries } from '../queries.ts';
import type { By, Expect, FileLock } from '../types.ts';
import { type Chain, chainOf, checkExpect, idsOf, type Node, rooted, type Write } from './tree.ts';

export interface Lock {
  readonly account: number;
  readonly node: number;
  readonly token: string;
  readonly scope: 'exclusive' | 'shared';
  readonly depth: '0' | 'infinity';
  readonly owner: string;
  readonly principal: number;
  readonly root: string;
  readonly expires: number;
  readonly seconds: number;
}

/** Those that hold at the first of `chain`: its own, and the deep ones from above (RFC 4918 §7.4). */
function holding(locks: readonly Lock[], chain: readonly Node[]): Lock[] {
  const [at, ...above] = idsOf(chain);
  const isAbove = new Set(above);
  return locks.filter(({ node, depth }) => node === at || (depth === 'infinity' && isAbove.has(node)));
}

/** Of several shared locks one is enough: each of their owners may write (RFC 4918 §6.2). */
function demand(locks: readonly Lock[], { member, principal: by = member, tokens }: By): void {
  const [some] = locks;
  if (some === undefined) return;
  if (locks.some(({ token, principal }) => principal === by && tokens.includes(token))) return;
  throw new StoreError('locked', 'it is locked', { root: some.root });
}

function* locksOf(q: FilesQueries, { account, now }: Write, chain: readonly Node[]): Script<readonly Lock[]> {
  return yield* run(q.locksAt, { account, now, ids: numbers(idsOf(chain)) });
}

/** A change of the first of `chain` itself, or of a folder's list of names (RFC 4918 §7.4, §7.5). */
export function* mayWrite(q: FilesQueries, w: Write, chain: readonly Node[]): Script<void> {
  demand(holding(yield* locksOf(q, w, chain), chain), w.by);
}

/** What is below must be unlocked too, each of it; answers the tokens there. */
function* mayWriteBelow(q: FilesQueries, w: Write, node: Node): Script<string[]> {
  const { account, now } = w;
  const below = yield* run(q.locksBelow, { account, now, node: node.id });
  const byNode = new Map<number, Lock[]>();
  for (const lock of below) byNode.set(lock.node, [...(byNode.get(lock.node) ?? []), lock]);
  for (const locks of byNode.values()) demand(locks, w.by);
  return below.map(({ token }) => token);
}

/** A node is to leave its folder: judges the locks of it, of the folder and of all that goes along; answers what ends. */
export function* mayLeave(q: FilesQueries, w: Write, chain: Chain): Script<readonly string[]> {
  const [node, ...folder] = chain;
  const locks = yield* locksOf(q, w, chain);
  demand(holding(locks, chain), w.by);
  demand(holding(locks, folder), w.by);
  const below = node.kind === 1 ? [] : yield* mayWriteBelow(q, w, node);
  const own = locks.filter((lock) => lock.node === node.id).map(({ token }) => token);
  return [...own, ...below];
}

/** A node leaves its folder, and what is locked of it is not any more (RFC 4918 §9.6). */
export function* unlockToLeave(q: FilesQueries, w: Write, chain: Chain): Script<void> {
  const ended = yield* mayLeave(q, w, chain);
  if (ended.length > 0) yield* run(q.locksDrop, { account: w.account, tokens: texts(ended) });
}

export interface LockWish extends Omit<FileLock, 'expiresMs'> {
  readonly now: number;
  /** When it ends at the latest; 0: never. */
  readonly until: number;
  readonly expect?: Expect;
}

function expiryOf({ now, seconds, until }: Pick<LockWish, 'now' | 'seconds' | 'until'>): number {
  const expires = now + seconds * 1_000;
  return until > 0 ? Math.min(expires, until) : expires;
}

/** RFC 4918 §9.10: 'locked' where another stands in the way. */
export function* lock(q: FilesQueries, a: LockWish): Script<Lock> {
  const { account, node, now, until, expect, ...wish } = a;
  const chain = yield* rooted(q, account, node);
  checkExpect(chain[0], expect);
  const locks = holding(yield* run(q.locksAt, { account, now, ids: numbers(idsOf(chain)) }), chain);
  const below =
    wish.depth === 'infinity' && chain[0].kind === 0 ? yield* run(q.locksBelow, { account, now, node }) : [];
  const inTheWay = [...locks, ...below].find(
    ({ scope }) => wish.scope === 'exclusive' || scope === 'exclusive',
  );
  if (inTheWay) throw new StoreError('locked', 'it is locked', { root: inTheWay.root });
  const { own, others } = one(yield* run(q.locksCount, { account, now, principal: wish.principal }));
  const isOwner = wish.principal === account;
  // What guests and receivers take leaves the owner's own untouched, and one of them leaves enough for the rest.
  const isFull = !isOwner && others >= limits.locksPerAccountMax;
  const ownMax = isOwner ? limits.locksPerAccountMax : limits.locksPerGuestMax;
  if (isFull || own >= ownMax) throw new StoreError('limit', 'there are too many locks already');
  const taken: Lock = { account, node, ...wish, expires: expiryOf(a) };
  yield* run(q.lockAdd, { ...taken });
  return taken;
}

export interface Held {
  readonly account: number;
  readonly node: number;
  readonly now: number;
}

export function* locksOn(q: FilesQueries, { account, node, now }: Held): Script<Lock[]> {
  const chain = yield* chainOf(q, account, node);
  if (chain === null) return [];
  return holding(yield* run(q.locksAt, { account, now, ids: numbers(idsOf(chain)) }), chain);
}

/** RFC 4918 §9.10.2: starts its time again; its owner alone may. */
export function* refreshLock(
  q: FilesQueries,
  a: Held & { token: string; by: number; seconds: number; until: number },
): Script<Lock | null> {
  const found = (yield* locksOn(q, a)).find(({ token }) => token === a.token);
  if (!found || found.principal !== a.by) return null;
  const renewed = { ...found, seconds: a.seconds, expires: expiryOf(a) };
  yield* run(q.lockRenew, { ...renewed });
  return renewed;
}

/** RFC 4918 §9.11. The owner of a tree may end any lock in it (RFC 3744 §3.5). */
export function* unlock(q: FilesQueries, a: Held & { token: string; by: number }): Script<boolean> {
  const found = (yield* locksOn(q, a)).find(({ token }) => token === a.token);
  if (!found) return false;
  if (found.principal !== a.by && a.by !== a.account)
    throw new StoreError('denied', 'it is locked by somebody else');
  yield* run(q.locksDrop, { account: a.account, tokens: texts([a.token]) });
  return true;
}
