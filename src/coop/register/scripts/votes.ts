import { run, type Script } from '../../../storage/index.ts';
import type { RegisterQueries } from '../queries.ts';
import type { Line } from '../types.ts';
import { line } from './record.ts';

/** The day after which no register is asked for. */
const forEver = '9999-12-31';

/** The lines after which somebody has a vote from a day on, or none; what was said of days to come is undone. */
export function* votesFrom(
  q: RegisterQueries,
  a: { readonly person: number; readonly on: string; readonly votes: 0 | 1 },
): Script<readonly Line[]> {
  const { person, on } = a;
  const [then] = yield* run(q.registerHoldingOn, { person, day: on });
  const [all] = yield* run(q.registerHoldingOn, { person, day: forEver });
  const now = then?.votes ?? 0;
  const later = (all?.votes ?? 0) - now;
  const lines = now === a.votes ? [] : [line(person, on, { votes: a.votes - now })];
  if (later === 0) return lines;
  const [end] = yield* run(q.registerVotesAfter, { person, day: on });
  return end === undefined ? lines : [...lines, line(person, end.on, { votes: -later })];
}

/** Puts what changes on a day into one line, as the table of lines has one of each person and day. */
export function joined(lines: readonly Line[]): readonly Line[] {
  const byDay = new Map<string, Line>();
  for (const one of lines) {
    const key = `${one.person} ${one.on}`;
    const before = byDay.get(key);
    if (before === undefined) byDay.set(key, one);
    else
      byDay.set(key, {
        ...{ person: one.person, on: one.on, shares: before.shares + one.shares },
        ...{ uncalled: before.uncalled + one.uncalled, queued: before.queued + one.queued },
        votes: before.votes + one.votes,
      });
  }
  return [...byDay.values()];
}
