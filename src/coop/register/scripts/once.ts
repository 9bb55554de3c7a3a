import { run, type Script } from '../../../storage/index.ts';
import { refusal } from '../../refusals.ts';
import { bodyHash, registerStart } from '../chain.ts';
import type { RegisterQueries } from '../queries.ts';
import type { Terms, Writing } from '../types.ts';

export interface Keyed {
  readonly terms: Terms;
  readonly key: string;
  /** What is asked: the same under the same key is answered as before, anything else is refused. */
  readonly body: unknown;
}

export type Head = Awaited<ReturnType<RegisterQueries['registerHead']['execute']>>[number];

/** The head of the register, locked: writers stand in line behind it. */
export function* lockedHead(q: RegisterQueries, terms: Writing): Script<Head> {
  const start = registerStart(terms.coop).toString('hex');
  const [head] = yield* run(q.registerHead, { start, nominal: terms.nominal });
  if (head === undefined) throw new Error('the register has no head');
  if (head.nominal !== terms.nominal)
    throw refusal('E_NOMINAL', `shares of ${head.nominal} are held, and the rules say ${terms.nominal}`);
  return head;
}

/** Does what was not done under this key, and answers what was. */
export function* once<Answer>(
  q: RegisterQueries,
  { terms, key, body }: Keyed,
  work: () => Script<Answer>,
): Script<Answer> {
  yield* lockedHead(q, terms);
  const print = bodyHash(body);
  const [done] = yield* run(q.registerKey, { key });
  if (done !== undefined) {
    if (done.body !== print)
      throw refusal('E_KEY_REUSED', `the key ${key} was used for something else`, { key });
    return done.answer as Answer;
  }
  const answer = yield* work();
  yield* run(q.registerKeyAdd, { key, body: print, answer, at: terms.now });
  return answer;
}
