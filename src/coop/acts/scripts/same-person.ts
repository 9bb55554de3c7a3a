import { run, type Script } from '../../../storage/index.ts';
import type { RegisterQueries } from '../../register/queries.ts';
import type { Actor } from '../types.ts';

/** Who acted, as the log has it. */
export type Acted = Pick<Actor, 'account' | 'member'>;

/** Whether two who acted are one person: over the same account, or as the same member, then or now. */
export function* isSamePerson(q: RegisterQueries, a: Acted, b: Acted): Script<boolean> {
  const known = yield* namesOf(q, a);
  return (yield* namesOf(q, b)).some((name) => known.includes(name));
}

/** All that somebody who acted is known as. */
function* namesOf(q: RegisterQueries, { account, member }: Acted): Script<readonly string[]> {
  const names = [`account:${account}`];
  if (member > 0) names.push(`member:${member}`);
  const [now] = yield* run(q.registerPersonOfAccount, { account });
  if (now !== undefined) names.push(`member:${now.number}`);
  return names;
}
