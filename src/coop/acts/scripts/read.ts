import { run, type Script } from '../../../storage/index.ts';
import type { ActsQueries } from '../queries.ts';
import type { Act, Role } from '../types.ts';

/** Acts after one, as many as a page holds; of one subject, or of all where it is ''. */
export function* actsPage(
  q: ActsQueries,
  a: { readonly after: number; readonly subject: string },
): Script<readonly Act[]> {
  const rows =
    a.subject === '' ? yield* run(q.actsAfter, { after: a.after }) : yield* run(q.actsOfSubject, { ...a });
  return rows.map(({ n, at, account, member, via, roles, verb, subject, key, hash }) => ({
    ...{ n, at, account, member, via: via as Act['via'], verb, subject, key, hash },
    roles: roles.split(' ').filter((role) => role !== '') as Role[],
  }));
}
