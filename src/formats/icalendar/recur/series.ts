import { excludedInRowMax } from '../limits.ts';
import type { Occurrence, WrittenTime } from '../types.ts';
import { dayMs, hourMs } from '../values/days.ts';
import { durationMs } from '../values/duration.ts';
import type { Rule } from '../values/rule.ts';
import { timeOfLocalMs } from '../values/time.ts';
import { instantIn, localIn, type Zone } from '../zones/zone.ts';
import { RuleWalk } from './walk.ts';

/** How long something lasts: nominal days (those of a clock) and exact milliseconds. */
export interface Span {
  readonly days: number;
  readonly ms: number;
}

/** When something is that does not recur by itself: a master's first time, or an override. */
export interface Moment {
  /** As `Occurrence.component`. */
  readonly component: number;
  readonly start: WrittenTime;
  readonly zone: Zone;
  /** On the clock of `zone`, as if that were UTC. */
  readonly localMs: number;
  readonly startMs: number;
  readonly span: Span;
}

/** A rule on the clock of the master. `untilInstant`: where UNTIL is an instant, both bounds hold. */
export interface SeriesRule {
  readonly rule: Rule;
  readonly untilMs: number;
  readonly untilInstant: number;
}

export interface Added {
  readonly localMs: number;
  readonly instantMs: number;
  readonly span: Span | null;
}

export interface Override {
  readonly moment: Moment;
  readonly recurrenceId: WrittenTime;
  /** As `keyOf` of the master makes it. */
  readonly key: number;
  /** Where the original stood, on the master's clock. */
  readonly originalMs: number;
  readonly thisAndFuture: boolean;
}

export interface SeriesData {
  readonly master: Moment;
  readonly rules: readonly SeriesRule[];
  readonly exceptRules: readonly SeriesRule[];
  /** Ascending by `localMs`. */
  readonly added: readonly Added[];
  /** Instants, or days on the master's clock where that is all day. */
  readonly excluded: ReadonlySet<number>;
  /** EXDATEs that are days where the master has times: all of that day. */
  readonly excludedDays: ReadonlySet<number>;
  readonly overrides: readonly Override[];
}

/** A stretch of recurrences that one component says: the master's, or that of a THISANDFUTURE override. */
interface Stretch {
  /** Of original starts, on the master's clock; end excluded. */
  readonly fromMs: number;
  readonly toMs: number;
  /** What is added to the original start. */
  readonly shiftMs: number;
  readonly moment: Moment;
  readonly recurring: boolean;
}

/** What changes of clocks may move a time by. */
const slackMs = 3 * hourMs;

/** The recurrence set of a master and its overrides (RFC 5545 §3.8.5), lazily. */
export class Series {
  readonly #data: SeriesData;
  readonly #overridden: ReadonlySet<number>;
  readonly #stretches: readonly Stretch[];
  readonly #walks: readonly RuleWalk[];
  readonly #except: readonly RuleWalk[];
  readonly #addedSpanMax: number;

  constructor(data: SeriesData) {
    this.#data = data;
    this.#overridden = new Set(data.overrides.map(({ key }) => key));
    this.#stretches = stretchesOf(data);
    this.#addedSpanMax = data.added.reduce(
      (most, { span }) => (span === null ? most : Math.max(most, spanMax(span))),
      0,
    );
    this.#walks = data.rules.map(({ rule, untilMs }) => new RuleWalk(rule, data.master.localMs, untilMs));
    this.#except = data.exceptRules.map(
      ({ rule, untilMs }) => new RuleWalk(rule, data.master.localMs, untilMs),
    );
  }

  /**
   * What may touch [fromMs, toMs), those that only end or begin at a bound among them; ascending by their original start,
   * overrides after what is not changed. Null is open. `component`: of that one alone.
   */
  *touching(fromMs: number | null, toMs: number | null, component?: number): Generator<Occurrence> {
    for (const stretch of this.#stretches) {
      if (component !== undefined && stretch.moment.component !== component) continue;
      yield* this.#within(stretch, fromMs, toMs);
    }
    for (const { moment, recurrenceId } of this.#data.overrides) {
      if (component !== undefined && moment.component !== component) continue;
      const endMs = endOf(moment, moment.localMs, moment.startMs);
      if ((toMs !== null && moment.startMs > toMs) || (fromMs !== null && endMs < fromMs)) continue;
      yield {
        startMs: moment.startMs,
        endMs,
        recurrenceId,
        component: moment.component,
        start: moment.start,
      };
    }
  }

  *#within(stretch: Stretch, fromMs: number | null, toMs: number | null): Generator<Occurrence> {
    const { moment, shiftMs } = stretch;
    const { zone } = this.#data.master;
    const longest = Math.max(spanMax(moment.span), this.#addedSpanMax);
    const from = fromMs === null ? stretch.fromMs : localIn(zone, fromMs - longest - shiftMs) - slackMs;
    const to = toMs === null ? stretch.toMs : localIn(zone, toMs - shiftMs) + slackMs;
    for (const original of this.#originals(Math.max(from, stretch.fromMs), Math.min(to, stretch.toMs))) {
      const made = this.#occurrence(stretch, original);
      if ((toMs === null || made.startMs <= toMs) && (fromMs === null || made.endMs >= fromMs)) yield made;
    }
  }

  #occurrence({ moment, shiftMs, recurring }: Stretch, original: Added): Occurrence {
    const { master } = this.#data;
    const sameClock = moment.zone === master.zone && moment.start.allDay === master.start.allDay;
    let localMs = original.localMs + shiftMs;
    let startMs = original.instantMs;
    if (shiftMs !== 0 || !sameClock) {
      if (moment.zone !== master.zone) localMs = localIn(moment.zone, original.instantMs) + shiftMs;
      startMs = instantIn(moment.zone, localMs);
    }
    const { start } = moment;
    return {
      startMs,
      endMs: endOf(moment, localMs, startMs, original.span ?? moment.span),
      recurrenceId: recurring
        ? timeOfLocalMs(original.localMs, master.start.zone, master.start.allDay)
        : null,
      component: moment.component,
      start: timeOfLocalMs(localMs, start.zone, start.allDay),
    };
  }

  /** Original starts in [fromMs, toMs) of the master's clock, without what is excluded or overridden. */
  *#originals(fromMs: number, toMs: number): Generator<Added> {
    const { master, added, rules } = this.#data;
    const walks = this.#walks.map((walk) => walk.from(fromMs));
    const heads = walks.map((walk) => walk.next());
    let nextAdded = firstAtOrAfter(added, fromMs);
    let first = master.localMs >= fromMs;
    let lastMs = Number.NaN;
    let skipped = 0;
    for (;;) {
      let least = first ? master.localMs : Number.POSITIVE_INFINITY;
      for (const head of heads) if (head !== null && head < least) least = head;
      const extra = added[nextAdded];
      if (extra !== undefined && extra.localMs < least) least = extra.localMs;
      if (!(least < toMs)) return;
      let span: Span | null = null;
      let wanted = first && least === master.localMs;
      if (wanted) first = false;
      const instantMs = least === master.localMs ? master.startMs : instantIn(master.zone, least);
      for (let at = 0; at < heads.length; at++) {
        if (heads[at] !== least) continue;
        heads[at] = walks[at]?.next() ?? null;
        if (instantMs <= (rules[at]?.untilInstant ?? 0)) wanted = true;
      }
      while (added[nextAdded]?.localMs === least) {
        span = added[nextAdded]?.span ?? span;
        wanted = true;
        nextAdded++;
      }
      if (!wanted || instantMs === lastMs || !this.#counts(least, instantMs)) {
        if (++skipped > excludedInRowMax) return;
        continue;
      }
      skipped = 0;
      lastMs = instantMs;
      yield { localMs: least, instantMs, span };
    }
  }

  #counts(localMs: number, instantMs: number): boolean {
    const { master, excluded, excludedDays, exceptRules } = this.#data;
    const key = master.start.allDay ? localMs : instantMs;
    if (excluded.has(key) || this.#overridden.has(key)) return false;
    if (excludedDays.size > 0 && excludedDays.has(Math.floor(localMs / dayMs))) return false;
    return !this.#except.some(
      (walk, at) =>
        walk.seek(localMs).next() === localMs && instantMs <= (exceptRules[at]?.untilInstant ?? 0),
    );
  }
}

/** When something ends that begins then (RFC 5545 §3.3.6: days are the clock's). */
export function endOf(
  moment: Pick<Moment, 'zone' | 'span'>,
  localMs: number,
  startMs: number,
  span: Span = moment.span,
): number {
  if (span.days === 0) return startMs + span.ms;
  return instantIn(moment.zone, localMs + span.days * dayMs) + span.ms;
}

function spanMax(span: Span): number {
  return Math.max(0, durationMs(span)) + (span.days === 0 ? 0 : slackMs);
}

function firstAtOrAfter(added: readonly Added[], localMs: number): number {
  let low = 0;
  let high = added.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((added[middle]?.localMs ?? 0) < localMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function stretchesOf({ master, rules, added, overrides, excluded }: SeriesData): Stretch[] {
  const recurring = rules.length > 0 || added.length > 0 || overrides.length > 0 || excluded.size > 0;
  const breaks = overrides
    .filter(({ thisAndFuture }) => thisAndFuture)
    .sort((a, b) => a.originalMs - b.originalMs);
  let fromMs = Number.NEGATIVE_INFINITY;
  let moment = master;
  let shiftMs = 0;
  const stretches: Stretch[] = [];
  for (const override of breaks) {
    stretches.push({ fromMs, toMs: override.originalMs, shiftMs, moment, recurring });
    fromMs = override.originalMs;
    moment = override.moment;
    const originalInstant = instantIn(master.zone, override.originalMs);
    shiftMs = moment.localMs - localIn(moment.zone, originalInstant);
  }
  stretches.push({ fromMs, toMs: Number.POSITIVE_INFINITY, shiftMs, moment, recurring });
  return stretches;
}
