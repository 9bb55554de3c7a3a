import { nameKey, numbered } from '../names.ts';
import type { Received, Share, ShareRights } from '../types.ts';
import type { Mark, ShareRow } from './scripts.ts';
import type { Judge, Standing } from './standing.ts';

const order: readonly ShareRights[] = ['read', 'write', 'reshare'];

export function shareOf(row: ShareRow): Share {
  const { id, account, node, member, address, rights, by, created, expires } = row;
  return {
    id,
    account,
    node,
    to: member > 0 ? { kind: 'member', member } : { kind: 'group', address },
    rights,
    by,
    createdMs: created,
    expiresMs: expires,
  };
}

/** Of names of which two may not be the same: `a.txt`, then `a (2).txt`. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(nameKey(name))) return name;
  for (let number = 2; ; number++) {
    const other = numbered(name, number);
    if (!taken.has(nameKey(other))) return other;
  }
}

/** Once for each node: by the share that gives the most. Names that the receiver chose come first, then by age. */
export async function receivedOf(
  member: number,
  rows: readonly ShareRow[],
  marks: readonly Mark[],
  judge: Judge,
): Promise<Received[]> {
  const best = new Map<string, { row: ShareRow; standing: Standing }>();
  for (const row of rows) {
    if (row.account === member) continue;
    const standing = await judge.judge(row);
    if (!standing) continue;
    const key = `${row.account} ${row.node}`;
    const known = best.get(key);
    if (!known || order.indexOf(row.rights) > order.indexOf(known.row.rights))
      best.set(key, { row, standing });
  }
  const marked = new Map(marks.map((mark) => [`${mark.account} ${mark.node}`, mark]));
  const seen = [...best].filter(([key]) => marked.get(key)?.hidden !== true);
  const taken = new Set(seen.map(([key]) => nameKey(marked.get(key)?.name ?? '')));
  const received: Received[] = [];
  for (const [key, { row, standing }] of seen.sort(([, x], [, y]) => x.row.id - y.row.id)) {
    const own = marked.get(key)?.name ?? '';
    const name = own === '' ? freeName(standing.node.name, taken) : own;
    taken.add(nameKey(name));
    received.push({ share: shareOf(row), node: standing.node, name, rights: row.rights });
  }
  return received;
}
