import { first, one, run, type Script } from '../../../storage/index.ts';
import { refusal } from '../../refusals.ts';
import { demandText } from '../../text.ts';
import { actLink, actsStart } from '../chain.ts';
import {
  actKeyCharactersMax,
  answerCharactersMax,
  subjectCharactersMax,
  verbCharactersMax,
} from '../limits.ts';
import type { ActsQueries } from '../queries.ts';
import type { NewAct } from '../types.ts';

/** The act that a write is: new, or done before under this key. */
export interface Noted {
  readonly act: number;
  /** What was answered the first time, as JSON; null where it is new. */
  readonly before: string | null;
}

/**
 * Keeps an act in the transaction of its caller. The first thing that a write does: acts stand in line by it. Refuses with
 * E_KEY_REUSED where the account used the key for something else, E_TEXT.
 */
export function* noteAct(q: ActsQueries, a: NewAct): Script<Noted> {
  demandText('the verb of an act', a.verb, { max: verbCharactersMax });
  demandText('the subject of an act', a.subject, { max: subjectCharactersMax });
  demandText('the key of an act', a.key, { max: actKeyCharactersMax });
  const { account, member, via } = a.actor;
  // The head is locked before the key is looked for: two who ask at once see each other.
  const head = one(yield* run(q.actsHead, { start: actsStart }));
  const known = first(yield* run(q.actKeyed, { account, key: a.key }));
  if (known !== undefined) {
    if (known.verb !== a.verb || known.subject !== a.subject || known.body !== a.bodyHash)
      throw refusal('E_KEY_REUSED', `the key ${a.key} was used for something else`, { key: a.key });
    return { act: known.n, before: known.answer };
  }
  const roles = a.actor.roles.join(' ');
  const row = {
    ...{ n: head.n + 1, at: a.now, account, member, via, roles },
    ...{ verb: a.verb, subject: a.subject, key: a.key, body: a.bodyHash },
  };
  const hash = actLink(head.hash, row);
  yield* run(q.actAdd, { ...row, hash });
  yield* run(q.actsHeadMove, { n: row.n, hash });
  return { act: row.n, before: null };
}

/** Keeps what was answered, so that it is answered again: numbers and ids, nothing about a person. Once for each act. */
export function* answerAct(
  q: ActsQueries,
  a: { readonly act: number; readonly answer: unknown },
): Script<void> {
  const answer = JSON.stringify(a.answer ?? null);
  if (answer.length > answerCharactersMax)
    throw refusal('E_LIMIT', `an answer that is kept has at most ${answerCharactersMax} characters`);
  yield* run(q.actAnswer, { n: a.act, answer });
}

/**
 * Does a write once: what was answered under the key is answered again, and `work` runs only the first time. What it answers is
 * JSON of numbers and ids.
 */
export function* once<R>(q: ActsQueries, a: NewAct, work: (act: number) => Script<R>): Script<R> {
  const { act, before } = yield* noteAct(q, a);
  if (before !== null) return JSON.parse(before) as R;
  const answer = yield* work(act);
  yield* answerAct(q, { act, answer });
  return answer;
}
