import { nextModseq, one, run, type Script } from '../../../../storage/index.ts';
import { groupchat, isRoom, ownerOf } from '../keys.ts';
import { limits } from '../limits.ts';
import type { ArchiveQueries } from '../queries.ts';
import { noFirst } from '../tables.ts';

/** A row as it comes to the writer: in the form of its table, and whether it waits. */
export interface Coming {
  readonly archive: number;
  at: number;
  readonly peer: string;
  readonly resource: string;
  readonly outgoing: number;
  readonly type: number;
  readonly hidden: number;
  readonly messageId: string | null;
  readonly originId: string | null;
  readonly occupantId: string | null;
  readonly body: string | null;
  readonly stanza: string;
  readonly waits: boolean;
}

interface Counts {
  count: number;
  rows: number;
  groupchat: number;
  offline: number;
  unindexed: number;
}

interface Kept extends Omit<Coming, 'waits'> {
  readonly id: number;
  readonly redacted: number;
}

const nothing: Counts = { count: 0, rows: 0, groupchat: 0, offline: 0, unindexed: 0 };

function add(counts: Counts, { hidden, type, waits, body }: Coming, by: 1 | -1): void {
  if (hidden === 0) counts.rows += by;
  if (hidden === 0 && type === groupchat) counts.groupchat += by;
  if (waits) counts.offline += by;
  if (body !== null) counts.unindexed += by;
}

/** In the order of the archives: locks are taken in one order. */
function grouped(rows: readonly Coming[]): [number, Coming[]][] {
  const groups = new Map<number, Coming[]>();
  for (const row of rows) {
    const group = groups.get(row.archive);
    if (group) group.push(row);
    else groups.set(row.archive, [row]);
  }
  return [...groups].sort(([a], [b]) => a - b);
}

interface Taken {
  readonly ids: Map<Coming, number>;
  readonly messages: Kept[];
  readonly waiting: { account: number; id: number }[];
  /** Archives of which many bodies wait for the index. */
  readonly due: number[];
}

/** Ids and times for the rows of one archive. */
function* take(q: ArchiveQueries, archive: number, group: readonly Coming[], taken: Taken): Script<void> {
  const counts = { ...nothing };
  let latest = 0;
  for (const row of group) {
    add(counts, row, 1);
    latest = Math.max(latest, row.at);
  }
  const [count, first] = [group.length, group[0]?.at ?? 0];
  const grown = one(
    yield* run(q.archiveGrow, {
      ...{ archive, kind: isRoom(archive) ? 1 : 0, at: latest },
      ...{ firstId: Math.max(0, first) + count, ...counts, count },
    }),
  );
  const isFirst = grown.firstAt === noFirst;
  // Of a new archive `beforeAt` is what was given just now.
  let at = isFirst ? Math.min(grown.beforeAt, first) : grown.beforeAt;
  let id = grown.lastId - count;
  let firstAt = noFirst;
  const tooMany = Math.max(0, grown.offline - limits.offlineRowsMax);
  let room = counts.offline - tooMany;
  const refused = { ...nothing };
  for (const row of group) {
    id++;
    at = Math.max(at, row.at);
    const { waits, ...rest } = row;
    const isRefused = waits && room-- <= 0;
    if (isRefused) refused.offline--;
    if (isRefused && row.hidden === 1) {
      if (row.body !== null) refused.unindexed--;
      continue;
    }
    if (firstAt === noFirst) firstAt = at;
    taken.ids.set(row, id);
    taken.messages.push({ ...rest, id, at, redacted: 0 });
    if (waits && !isRefused) taken.waiting.push({ account: ownerOf(archive), id });
  }
  if (isFirst && firstAt !== noFirst) yield* run(q.archiveBegins, { archive, firstAt });
  if (refused.offline < 0) yield* run(q.archiveShift, { archive, ...refused });
  if (grown.unindexed >= limits.unindexedRowsMax) taken.due.push(archive);
}

/** Rows of many archives at once; answers their ids, and which archives have much that is not indexed. */
export function* append(
  q: ArchiveQueries,
  { rows }: { readonly rows: readonly Coming[] },
): Script<{ ids: number[]; due: number[] }> {
  const taken: Taken = { ids: new Map(), messages: [], waiting: [], due: [] };
  const groups = grouped(rows);
  for (const [archive, group] of groups) yield* take(q, archive, group, taken);
  yield* run(q.messagesAdd, { rows: taken.messages as never });
  yield* run(q.offlineAdd, { rows: taken.waiting });
  for (const [archive] of groups) if (!isRoom(archive)) yield* nextModseq(q, ownerOf(archive));
  return { ids: rows.map((row) => taken.ids.get(row) ?? 0), due: taken.due };
}
