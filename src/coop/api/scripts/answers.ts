import { first, run, type Script } from '../../../storage/index.ts';
import { refusal } from '../../refusals.ts';
import type { ApiQueries } from '../queries.ts';

/** What was asked before under a key. */
export interface KeptAnswer {
  readonly status: number;
  readonly location: string;
  readonly body: string;
}

export interface NewAnswer extends KeptAnswer {
  /** Whom the body names, by number; 0: nobody. */
  readonly person: number;
}

interface Asked {
  readonly account: number;
  readonly key: string;
  readonly print: string;
}

/** Null where the key is new. E_KEY_REUSED where it stood for something else. */
export function* answerFor(q: ApiQueries, { account, key, print }: Asked): Script<KeptAnswer | null> {
  const kept = first(yield* run(q.apiAnswer, { account, key }));
  if (kept === undefined) return null;
  if (kept.print !== print) throw refusal('E_KEY_REUSED', `the key ${key} was used for another request`);
  return { status: kept.status, location: kept.location, body: kept.body };
}

/** Keeps what was answered, and lets go of what was kept long enough. */
export function* keepAnswer(
  q: ApiQueries,
  a: Asked & NewAnswer & { readonly at: number; readonly before: number },
): Script<void> {
  yield* run(q.apiAnswersPurge, { before: a.before });
  yield* run(q.apiAnswerPut, { ...a });
}

/** Takes away what was answered to somebody, and what was answered to others and names them. */
export function* eraseAnswers(
  q: ApiQueries,
  a: { readonly account: number; readonly person: number },
): Script<void> {
  yield* run(q.apiAnswersErase, a);
}
