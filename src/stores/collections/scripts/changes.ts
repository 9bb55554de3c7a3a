import { StoreError } from '../../../base/index.ts';
import { run, type Script } from '../../../storage/index.ts';
import type { CollectionsQueries } from '../queries.ts';
import { type Entry, shelfOf } from './shelf.ts';

/** How far a client knows a collection. */
export interface SyncPoint {
  /** Ids are not given twice: what is made again under a name does not know the tokens of what was there. */
  readonly collection: number;
  /** It was told of what changed up to this modseq. */
  readonly since: number;
  /** While it is told the beginning, in pages: what was gone before this modseq it never had. 0 after that. */
  readonly begun: number;
}

const number = String.raw`(0|[1-9]\d{0,15})`;
const tokenForm = new RegExp(`^${number}-${number}(?:-${number})?$`);

/** `12-345`, or `12-345-678` in the midst of the beginning. Null for what is neither. */
export function readToken(token: string): SyncPoint | null {
  const parts = tokenForm.exec(token);
  if (parts === null) return null;
  return { collection: Number(parts[1]), since: Number(parts[2]), begun: Number(parts[3] ?? 0) };
}

export const writeToken = ({ collection, since, begun }: SyncPoint): string =>
  begun === 0 ? `${collection}-${since}` : `${collection}-${since}-${begun}`;

/**
 * Where to go on from for who knows what a token stands for, but saw it otherwise than they do now: all that is there is told
 * again, and what went since. Null for what is no token.
 */
export function retoldFrom(token: string): string | null {
  const known = readToken(token);
  if (known === null) return null;
  const { collection, since, begun } = known;
  return writeToken({ collection, since: 0, begun: begun === 0 ? since : begun });
}

export interface Changed {
  readonly changed: readonly Entry[];
  readonly gone: readonly string[];
  readonly token: string;
  readonly more: boolean;
}

type Change =
  | { readonly modseq: number; readonly row: Entry }
  | { readonly modseq: number; readonly gone: string };

const wrong = () => new StoreError('invalid', 'that token was not given out, or is too old');

/** RFC 6578 §3.5: what became of a collection's items, in the order in which it happened. `from` null: all of them. */
export function* changes(
  q: CollectionsQueries,
  a: { account: number; collection: number; from: SyncPoint | null; max: number },
): Script<Changed> {
  const { account, collection, max } = a;
  const shelf = yield* shelfOf(q, account, collection);
  const from = a.from ?? { collection, since: 0, begun: shelf.modseq };
  if (a.from !== null) {
    const kept = (yield* run(q.accountFind, { account }))[0];
    if (!kept || from.collection !== collection) throw wrong();
    const known = from.begun > 0 ? from.begun : from.since;
    const isLost = known > kept.lostFrom && known <= kept.lostTo;
    if (known < kept.horizon || Math.max(known, from.since) > shelf.modseq || isLost) throw wrong();
  }
  const asked = { account, collection, max: max + 1 };
  const rows = yield* run(q.itemsChanged, { ...asked, since: from.since });
  const gone = yield* run(q.goneSince, { ...asked, since: Math.max(from.since, from.begun) });
  const all: Change[] = [
    ...rows.map((row) => ({ modseq: row.modseq, row })),
    ...gone.map(({ modseq, name }) => ({ modseq, gone: name })),
  ];
  all.sort((x, y) => x.modseq - y.modseq);
  const page = all.slice(0, max);
  const more = all.length > max;
  return {
    changed: page.flatMap((change) => ('row' in change ? [change.row] : [])),
    gone: page.flatMap((change) => ('gone' in change ? [change.gone] : [])),
    token: more
      ? writeToken({ ...from, since: page.at(-1)?.modseq ?? from.since })
      : writeToken({ collection, since: shelf.modseq, begun: 0 }),
    more,
  };
}
