import { defineModule, first, run, type Script, texts } from '../../../storage/index.ts';
import { changeLink, createLink, type LinkRow } from '../links/scripts.ts';
import { check, repair } from './checks.ts';
import { type SharingQueries, sharingQueries } from './queries.ts';
import {
  above,
  addFavourite,
  changeShare,
  dropShares,
  erase,
  given,
  grant,
  purge,
  type ShareRow,
} from './scripts.ts';
import { sharingTables } from './tables.ts';

interface Linked {
  readonly link: LinkRow;
  /** The shares that it hangs on, where who made it is not the owner. */
  readonly parents: readonly ShareRow[];
}

function* link(q: SharingQueries, { token }: { token: string }): Script<Linked | null> {
  const found = first(yield* run(q.linkFind, { token }));
  return found ? { link: found, parents: yield* above(q, [found]) } : null;
}

/** What the threads run for shares and links. */
export const { module: sharingModule, operations: sharingOperations } = defineModule({
  name: 'files-sharing',
  tables: sharingTables,
  queries: sharingQueries,
  operations: ({ read, scan, write }) => ({
    given: read(given),
    share: read(function* (q, a: { id: number }) {
      return first(yield* run(q.shareFind, a)) ?? null;
    }),
    sharesOf: read(function* (q, a: { account: number; node: number }) {
      return yield* run(q.sharesOf, a);
    }),
    sharesBy: scan(function* (q, a: { member: number }) {
      const all = [...(yield* run(q.sharesBy, a)), ...(yield* run(q.sharesOn, a))];
      return [...new Map(all.map((row) => [row.id, row])).values()].sort((x, y) => x.id - y.id);
    }),
    grant: write(grant),
    changeShare: write(changeShare),
    revoke: write(function* (q, a: { account: number; id: number }) {
      yield* dropShares(q, [a.id]);
    }),
    name: write(function* (q, a: { member: number; account: number; node: number; name: string }) {
      yield* run(q.markName, a);
    }),
    hide: write(function* (q, a: { member: number; account: number; node: number }) {
      yield* run(q.markHide, a);
    }),
    link: read(link),
    linksOf: read(function* (q, a: { account: number; node: number }) {
      return yield* run(q.linksOf, a);
    }),
    linksBy: scan(function* (q, a: { member: number }) {
      return yield* run(q.linksBy, a);
    }),
    createLink: write(createLink),
    changeLink: write(changeLink),
    dropLink: write(function* (q, a: { token: string }) {
      yield* run(q.linkDrop, a);
    }),
    countDownload: write(function* (q, a: { token: string }) {
      return (yield* run(q.linkCounted, a)).length > 0;
    }),
    favourites: read(function* (q, a: { member: number }) {
      return yield* run(q.favouritesOf, a);
    }),
    addFavourite: write(addFavourite),
    dropFavourite: write(function* (q, a: { member: number; account: number; node: number }) {
      yield* run(q.favouriteDrop, a);
    }),
    locksOfOthers: read(function* (q, a: { account: number }) {
      return yield* run(q.locksOfOthers, a);
    }),
    lockedByOthers: scan(function* (q, _: Record<string, never>) {
      return yield* run(q.lockedByOthers, {});
    }),
    /** Each has `expires` at most; 0 ends it. */
    endLocks: write(function* (
      q,
      a: { account: number; locks: readonly { readonly token: string; readonly expires: number }[] },
    ) {
      const { account } = a;
      const over = a.locks.filter(({ expires }) => expires === 0).map(({ token }) => token);
      if (over.length > 0) yield* run(q.locksEnd, { account, tokens: texts(over) });
      for (const lock of a.locks) if (lock.expires > 0) yield* run(q.lockShorten, { account, ...lock });
    }),
    erase: write(erase),
    purge: write(purge),
    check: scan(check),
    repair: write(repair),
  }),
  integrity: (operations) => ({ checks: [operations.check], repair: operations.repair }),
});
