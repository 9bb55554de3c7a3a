import { StoreError } from '../../../base/index.ts';
import { first, one, run, type Script } from '../../../storage/index.ts';
import { limits } from '../sharing/limits.ts';
import type { SharingQueries } from '../sharing/queries.ts';
import { demandParent, earlier } from '../sharing/scripts.ts';
import type { Link } from '../types.ts';

export interface LinkRow extends Pick<Link, 'token' | 'account' | 'node' | 'by' | 'rights' | 'label'> {
  /** PHC string; '' for none. */
  readonly password: string;
  readonly created: number;
  readonly expires: number;
  readonly left: number | null;
  readonly downloads: number;
  readonly version: number;
  readonly parent: number;
}

export interface NewLink extends Omit<LinkRow, 'created' | 'downloads' | 'version'> {
  readonly accounts: readonly number[];
  readonly now: number;
}

export function* createLink(q: SharingQueries, a: NewLink): Script<LinkRow> {
  const parent = a.parent === 0 ? null : yield* demandParent(q, a.parent, a.now);
  const { count } = one(yield* run(q.linkCount, { by: a.by }));
  if (Number(count) >= limits.linksPerMemberMax)
    throw new StoreError('limit', `One member makes at most ${limits.linksPerMemberMax} links`);
  const { accounts: _, ...row } = a;
  return one(yield* run(q.linkAdd, { ...row, expires: earlier(a.expires, parent?.expires ?? 0) }));
}

export interface LinkChange {
  readonly account: number;
  readonly token: string;
  readonly rights?: Link['rights'];
  readonly label?: string;
  readonly expires?: number;
  readonly left?: number | null;
  /** PHC string; '' takes it away. */
  readonly password?: string;
}

export function* changeLink(q: SharingQueries, a: LinkChange): Script<LinkRow> {
  const row = first(yield* run(q.linkFind, { token: a.token }));
  if (!row) throw new StoreError('not-found', 'there is no such link');
  const above = row.parent === 0 ? undefined : first(yield* run(q.shareFind, { id: row.parent }));
  return one(
    yield* run(q.linkSet, {
      token: a.token,
      rights: a.rights ?? row.rights,
      label: a.label ?? row.label,
      expires: earlier(a.expires ?? row.expires, above?.expires ?? 0),
      left: a.left === undefined ? row.left : a.left,
      password: a.password ?? row.password,
      version: a.password === undefined ? row.version : row.version + 1,
    }),
  );
}
