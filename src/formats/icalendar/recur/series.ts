import type { Occurrence, WrittenTime } from '../types.ts';
import { dayMs, hourMs } from '../values/days.ts';
import { durationMs } from '../values/duration.ts';
import type { Rule } from '../values/rule.ts';
import { timeOfLocalMs } from '../values/time.ts';
import { instantIn, localIn, type Zone } from '../zones/zone.ts';
import { Steps } from './steps.ts';
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
  /** Where nothing recurs and nothing is taken away: all that there is. */
  readonly #only: readonly Occurrence[] | null;

  constructor(data: SeriesData) {
    this.#data = data;
    this.#overridden = new Set(data.overrides.map(({ key }) => key));
    this.#stretches = stretchesOf(data);
    this.#addedSpanMax = data.added.reduce(
      (most, { span }) => (span === null ? most : Math.max(most, spanMax(span))),
      0,
    );
    const walkOf = ({ rule, untilMs }: SeriesRule) => new RuleWalk(rule, data.master.localMs, untilMs);
    this.#walks = data.rules.map(walkOf);
    this.#except = data.exceptRules.map(walkOf);
    this.#only = isSingle(data) ? [momentAlone(data.master)] : null;
  }

  /**
   * What may touch [fromMs, toMs), those that only end or begin at a bound among them; ascending by their original start,
   * overrides after what is not changed. Null is open. `component`: of that one alone. Throws StepsSpent.
   */
  touching(
    fromMs: number | null,
    toMs: number | null,
    steps: Steps = new Steps(),
    component?: number,
  ): Iterable<Occurrence> {
    const only = this.#only;
    if (only === null) return this.#all(fromMs, toMs, steps, component);
    return only.filter(
      (each) =>
        (component === undefined || each.component === component) &&
        (toMs === null || each.startMs <= toMs) &&
        (fromMs === null || each.endMs >= fromMs),
    );
  }

  *#all(
    fromMs: number | null,
    toMs: number | null,
    steps: Steps,
    component: number | undefined,
  ): Generator<Occurrence> {
    for (const stretch of this.#stretches) {
      if (component !== undefined && stretch.moment.component !== component) continue;
      const originals = this.#originals(stretch, fromMs, toMs, steps);
      for (let at = originals.next(); at !== null; at = originals.next()) {
        const made = new Instance(this.#data.master, stretch, at);
        if ((toMs === null || made.startMs <= toMs) && (fromMs === null || made.endMs >= fromMs)) yield made;
      }
    }
    for (const { moment, recurrenceId } of this.#data.overrides) {
      if (component !== undefined && moment.component !== component) continue;
      steps.take(1);
      const made = momentAlone(moment, recurrenceId);
      if ((toMs === null || made.startMs <= toMs) && (fromMs === null || made.endMs >= fromMs)) yield made;
    }
  }

  /** Of a stretch, those that may touch the range. */
  #originals(stretch: Stretch, fromMs: number | null, toMs: number | null, steps: Steps): Originals {
    const { moment, shiftMs } = stretch;
    const { zone } = this.#data.master;
    const longest = Math.max(spanMax(moment.span), this.#addedSpanMax);
    const isPlain = shiftMs === 0 && moment.zone === zone;
    const slackAt = (instantMs: number) => (isPlain && isSteady(zone, instantMs) ? 0 : slackMs);
    let from = stretch.fromMs;
    let to = stretch.toMs;
    if (fromMs !== null) {
      const at = fromMs - longest - shiftMs;
      from = Math.max(from, localIn(zone, at) - slackAt(at));
    }
    // A start at the bound itself touches it.
    if (toMs !== null) to = Math.min(to, localIn(zone, toMs - shiftMs) + slackAt(toMs - shiftMs) + 1);
    return new Originals(this.#data, this.#overridden, {
      fromMs: from,
      toMs: to,
      walks: this.#walks.map((walk) => walk.from(from, steps)),
      except: this.#except.map((walk) => walk.from(from, steps)),
      steps,
    });
  }
}

/** Whether a clock is not changed within a day before or after an instant. */
function isSteady(zone: Zone, instantMs: number): boolean {
  return zone.offsetAt(instantMs - dayMs) === zone.offsetAt(instantMs + dayMs);
}

function isSingle({ rules, exceptRules, added, excluded, excludedDays, overrides }: SeriesData): boolean {
  const lists = [rules, exceptRules, added, overrides];
  return lists.every(({ length }) => length === 0) && excluded.size === 0 && excludedDays.size === 0;
}

/** What happens once: at its own time. */
export function momentAlone(moment: Moment, recurrenceId: WrittenTime | null = null): Occurrence {
  const { component, start, startMs } = moment;
  return { startMs, endMs: endOf(moment, moment.localMs, startMs), recurrenceId, component, start };
}

/** One of many. Its times are written out only for who asks for them: most questions are of instants. */
class Instance implements Occurrence {
  readonly startMs: number;
  readonly endMs: number;
  readonly component: number;
  readonly #master: Moment;
  readonly #stretch: Stretch;
  readonly #originalMs: number;
  readonly #localMs: number;

  constructor(master: Moment, stretch: Stretch, { localMs, instantMs, span }: Added) {
    const { moment, shiftMs } = stretch;
    const sameClock = moment.zone === master.zone && moment.start.allDay === master.start.allDay;
    let own = localMs + shiftMs;
    let startMs = instantMs;
    if (shiftMs !== 0 || !sameClock) {
      if (moment.zone !== master.zone) own = localIn(moment.zone, instantMs) + shiftMs;
      startMs = instantIn(moment.zone, own);
    }
    this.startMs = startMs;
    this.endMs = endOf(moment, own, startMs, span ?? moment.span);
    this.component = moment.component;
    this.#master = master;
    this.#stretch = stretch;
    this.#originalMs = localMs;
    this.#localMs = own;
  }

  get recurrenceId(): WrittenTime | null {
    const { start } = this.#master;
    return this.#stretch.recurring ? timeOfLocalMs(this.#originalMs, start.zone, start.allDay) : null;
  }

  get start(): WrittenTime {
    const { start } = this.#stretch.moment;
    return timeOfLocalMs(this.#localMs, start.zone, start.allDay);
  }
}

/** What the original starts of a stretch come of: streams that ascend. */
interface Streams {
  readonly fromMs: number;
  readonly toMs: number;
  readonly walks: readonly RuleWalk[];
  readonly except: readonly RuleWalk[];
  readonly steps: Steps;
}

/** Original starts in [fromMs, toMs) of the master's clock, without what is excluded or overridden. */
class Originals {
  readonly #data: SeriesData;
  readonly #overridden: ReadonlySet<number>;
  readonly #streams: Streams;
  readonly #heads: (number | null)[];
  readonly #exceptHeads: (number | null)[];
  #nextAdded: number;
  #first: boolean;
  #lastMs = Number.NaN;

  constructor(data: SeriesData, overridden: ReadonlySet<number>, streams: Streams) {
    this.#data = data;
    this.#overridden = overridden;
    this.#streams = streams;
    this.#heads = streams.walks.map((walk) => walk.next());
    this.#exceptHeads = streams.except.map((walk) => walk.next());
    this.#nextAdded = firstAtOrAfter(data.added, streams.fromMs);
    this.#first = data.master.localMs >= streams.fromMs;
  }

  /** Null: there are no more. */
  next(): Added | null {
    const { master, added } = this.#data;
    for (;;) {
      const least = this.#least();
      if (!(least < this.#streams.toMs)) return null;
      this.#streams.steps.take(1);
      let span: Span | null = null;
      let wanted = this.#first && least === master.localMs;
      if (wanted) this.#first = false;
      const instantMs = least === master.localMs ? master.startMs : instantIn(master.zone, least);
      if (this.#passRules(least, instantMs)) wanted = true;
      while (added[this.#nextAdded]?.localMs === least) {
        span = added[this.#nextAdded]?.span ?? span;
        wanted = true;
        this.#nextAdded++;
      }
      if (!wanted || instantMs === this.#lastMs || !this.#counts(least, instantMs)) continue;
      this.#lastMs = instantMs;
      return { localMs: least, instantMs, span };
    }
  }

  #least(): number {
    const { master, added } = this.#data;
    let least = this.#first ? master.localMs : Number.POSITIVE_INFINITY;
    for (const head of this.#heads) if (head !== null && head < least) least = head;
    const extra = added[this.#nextAdded];
    return extra !== undefined && extra.localMs < least ? extra.localMs : least;
  }

  /** Goes on where a rule stands at that time; whether one of them has it. */
  #passRules(localMs: number, instantMs: number): boolean {
    let wanted = false;
    for (let at = 0; at < this.#heads.length; at++) {
      if (this.#heads[at] !== localMs) continue;
      this.#heads[at] = this.#streams.walks[at]?.next() ?? null;
      if (instantMs <= (this.#data.rules[at]?.untilInstant ?? 0)) wanted = true;
    }
    return wanted;
  }

  #counts(localMs: number, instantMs: number): boolean {
    const { master, excluded, excludedDays } = this.#data;
    const key = master.start.allDay ? localMs : instantMs;
    if (excluded.has(key) || this.#overridden.has(key)) return false;
    if (excludedDays.size > 0 && excludedDays.has(Math.floor(localMs / dayMs))) return false;
    return !this.#isExcept(localMs, instantMs);
  }

  /** EXRULEs go along; one that is far behind leaps. */
  #isExcept(localMs: number, instantMs: number): boolean {
    let found = false;
    for (let at = 0; at < this.#exceptHeads.length; at++) {
      const walk = this.#streams.except[at];
      let head = this.#exceptHeads[at] ?? null;
      if (walk === undefined || head === null) continue;
      if (head < localMs) head = walk.next();
      if (head !== null && head < localMs) head = walk.seek(localMs).next();
      this.#exceptHeads[at] = head;
      if (head === localMs && instantMs <= (this.#data.exceptRules[at]?.untilInstant ?? 0)) found = true;
    }
    return found;
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
