import { StoreError } from '../../../base/index.ts';
import { run, type Script } from '../../../storage/index.ts';
import type { FilesQueries } from '../queries.ts';
import { kinds } from '../tables.ts';
import { missing, type Node } from './tree.ts';

/** How far a client knows a folder. */
export interface SyncPoint {
  /** It was told of what changed up to this modseq. */
  readonly since: number;
  /** While it is told the beginning, in pages: what was gone before this modseq it never had. 0 after that. */
  readonly begun: number;
}

/** `123`, or `123.456` in the midst of the beginning. Null for what is neither. */
export function readToken(token: string): SyncPoint | null {
  const parts = /^(0|[1-9]\d{0,15})(?:\.([1-9]\d{0,15}))?$/.exec(token);
  if (parts === null) return token === '' ? { since: 0, begun: 0 } : null;
  return { since: Number(parts[1]), begun: Number(parts[2] ?? 0) };
}

const writeToken = ({ since, begun }: SyncPoint): string => (begun === 0 ? `${since}` : `${since}.${begun}`);

export interface Changed {
  readonly changed: readonly Node[];
  readonly gone: readonly { readonly name: string; readonly kind: 0 | 1 }[];
  readonly token: string;
  readonly more: boolean;
}

type Change =
  | { readonly modseq: number; readonly node: Node }
  | { readonly modseq: number; readonly gone: { readonly name: string; readonly kind: 0 | 1 } };

const wrong = () => new StoreError('invalid', 'that token was not given out, or is too old');

/** RFC 6578 §3.5: what became of a folder's names, in the order in which it happened. */
export function* changes(
  q: FilesQueries,
  a: { account: number; folder: number; from: SyncPoint | null; max: number },
): Script<Changed> {
  const { account, folder, max } = a;
  const row = (yield* run(q.nodeFind, { account, node: folder }))[0];
  const kept = (yield* run(q.accountFind, { account }))[0];
  if (!row || !kept || row.kind !== kinds.folder) throw missing('the folder');
  if (a.from === null) throw wrong();
  const isStart = a.from.since === 0;
  const from = isStart ? { since: 0, begun: Math.max(row.modseq, 1) } : a.from;
  const known = from.begun > 0 ? from.begun : from.since;
  const { horizon, lostFrom, lostTo } = kept;
  if (!isStart) {
    const isLost = known > lostFrom && known <= lostTo;
    if (known < horizon || known > row.modseq || from.since > row.modseq || isLost) throw wrong();
  }
  const asked = { account, folder, max: max + 1 };
  const nodes = yield* run(q.nodesChanged, { ...asked, since: from.since });
  const gone = yield* run(q.goneSince, { ...asked, since: Math.max(from.since, from.begun) });
  const all: Change[] = [
    ...nodes.map((node) => ({ modseq: node.modseq, node })),
    ...gone.map(({ modseq, name, kind }) => ({ modseq, gone: { name, kind } })),
  ];
  all.sort((x, y) => x.modseq - y.modseq);
  const page = all.slice(0, max);
  const more = all.length > max;
  return {
    changed: page.flatMap((change) => ('node' in change ? [change.node] : [])),
    gone: page.flatMap((change) => ('gone' in change ? [change.gone] : [])),
    token: more
      ? writeToken({ since: page.at(-1)?.modseq ?? from.since, begun: from.begun })
      : String(row.modseq),
    more,
  };
}
