import { run, type Script } from '../../../storage/index.ts';
import type { ActsQueries } from '../../acts/queries.ts';
import { once as actOnce } from '../../acts/scripts/note.ts';
import type { NewAct } from '../../acts/types.ts';
import { refusal } from '../../refusals.ts';
import { registerStart } from '../chain.ts';
import type { RegisterQueries } from '../queries.ts';
import type { Terms, Writing } from '../types.ts';

export interface Keyed {
  readonly terms: Terms;
  readonly act: NewAct;
}

export type Head = Awaited<ReturnType<RegisterQueries['registerHead']['execute']>>[number];

/** The head of the register, locked: writers stand in line behind it. */
export function* lockedHead(q: RegisterQueries, writing: Writing): Script<Head> {
  const start = registerStart(writing.coop).toString('hex');
  const [head] = yield* run(q.registerHead, { start, nominal: writing.nominal });
  if (head === undefined) throw new Error('the register has no head');
  if (head.nominal !== writing.nominal)
    throw refusal('E_NOMINAL', `shares of ${head.nominal} are held, and the rules say ${writing.nominal}`);
  return head;
}

/** Does what was not done under this key, and answers what was; who did it is an act. */
export function* once<Answer>(
  q: RegisterQueries & ActsQueries,
  { terms, act }: Keyed,
  work: () => Script<Answer>,
): Script<Answer> {
  return yield* actOnce(q, act, function* () {
    yield* lockedHead(q, terms);
    return yield* work();
  });
}
