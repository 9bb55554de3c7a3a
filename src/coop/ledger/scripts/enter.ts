import { one, type Script } from '../../../storage/index.ts';
import { once } from '../../acts/scripts/note.ts';
import type { CoopQueries } from '../../store/queries.ts';
import type { Entered } from '../by-hand.ts';
import { append } from './append.ts';

/** Seals what a person wrote, once, beside the act that says who; answers its number. */
export function* enter(q: CoopQueries, { coop, act, draft }: Entered): Script<number> {
  return yield* once(q, act, function* (n): Script<number> {
    const drafts = [{ ...draft, key: `hand:${n}` }];
    return one(yield* append(q, { coop, drafts, now: act.now })).seq;
  });
}
