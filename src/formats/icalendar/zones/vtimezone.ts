import type { Component } from '../component.ts';
import { CalendarError } from '../errors.ts';
import { observancesMax, transitionsMax, zoneRulesMax } from '../limits.ts';
import { RuleWalk } from '../recur/walk.ts';
import { readOffset } from '../values/offset.ts';
import { type Rule, readRule } from '../values/rule.ts';
import { localMsOf, readTime } from '../values/time.ts';
import type { Zone } from './zone.ts';

/** STANDARD or DAYLIGHT. Onsets are on the clock that was before (`fromMs`), as milliseconds as if it were UTC. */
interface Observance {
  readonly fromMs: number;
  readonly toMs: number;
  readonly onsetMs: number;
  readonly rule: Rule | null;
  /** On the same clock. */
  readonly untilMs: number;
  /** Further onsets, ascending. */
  readonly dates: readonly number[];
}

/** A VTIMEZONE (RFC 5545 §3.6.5). Its transitions are found as far as they are asked for, `transitionsMax` at most. */
class WrittenZone implements Zone {
  readonly id: string;
  readonly #sources: readonly Source[];
  /** Offset before everything. */
  readonly #first: number;
  readonly #starts: number[] = [];
  readonly #offsets: number[] = [];
  #done = false;
  #last = 0;

  constructor(id: string, observances: readonly Observance[]) {
    this.id = id;
    this.#sources = observances.map((observance) => new Source(observance));
    const earliest = observances.reduce((a, b) => (b.onsetMs - b.fromMs < a.onsetMs - a.fromMs ? b : a));
    this.#first = earliest.fromMs;
  }

  offsetAt(instantMs: number): number {
    while (!this.#done && (this.#starts.at(-1) ?? Number.NEGATIVE_INFINITY) <= instantMs) this.#more();
    const starts = this.#starts;
    // Questions come close together: the answer is mostly where the last one was.
    let at = Math.min(this.#last, starts.length - 1);
    if (at < 0) return this.#first;
    if (Math.abs(instantMs - (starts[at] ?? 0)) > farMs) at = search(starts, instantMs);
    while (at >= 0 && instantMs < (starts[at] ?? 0)) at--;
    while (at + 1 < starts.length && instantMs >= (starts[at + 1] ?? 0)) at++;
    this.#last = Math.max(0, at);
    return at < 0 ? this.#first : (this.#offsets[at] ?? 0);
  }

  #more(): void {
    let next: Source | null = null;
    for (const source of this.#sources) {
      if (source.at !== null && (next === null || source.at < (next.at ?? 0))) next = source;
    }
    if (next === null || next.at === null || this.#starts.length >= transitionsMax) {
      this.#done = true;
      return;
    }
    this.#starts.push(next.at);
    this.#offsets.push(next.toMs);
    next.advance();
  }
}

const farMs = 2 * 366 * 86_400_000;

/** The last index whose start is not after the instant; -1 for none. */
function search(starts: readonly number[], instantMs: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= instantMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The onsets of one observance as instants. */
class Source {
  readonly toMs: number;
  /** The next one; null: no more. */
  at: number | null;
  readonly #fromMs: number;
  readonly #walk: RuleWalk | null;
  readonly #dates: readonly number[];
  #date = 0;
  #rule: number | null;
  #onset: number | null;

  constructor(observance: Observance) {
    this.toMs = observance.toMs;
    this.#fromMs = observance.fromMs;
    this.#dates = observance.dates;
    this.#onset = observance.onsetMs;
    this.#walk =
      observance.rule === null ? null : new RuleWalk(observance.rule, observance.onsetMs, observance.untilMs);
    this.#rule = this.#walk?.next() ?? null;
    this.at = null;
    this.advance();
  }

  advance(): void {
    const date = this.#dates[this.#date] ?? Number.POSITIVE_INFINITY;
    const least = Math.min(
      this.#onset ?? Number.POSITIVE_INFINITY,
      this.#rule ?? Number.POSITIVE_INFINITY,
      date,
    );
    if (least === Number.POSITIVE_INFINITY) {
      this.at = null;
      return;
    }
    if (this.#onset === least) this.#onset = null;
    if (this.#rule === least) this.#rule = this.#walk?.next() ?? null;
    if (date === least) this.#date++;
    this.at = least - this.#fromMs;
  }
}

/** CalendarError where it is none that can be used. */
export function readVtimezone(component: Component): Zone {
  const tzid = component.text('TZID');
  if (tzid === undefined) throw new CalendarError('a VTIMEZONE without TZID', component.line);
  const observances: Observance[] = [];
  for (const part of component.components()) {
    if (part.name !== 'STANDARD' && part.name !== 'DAYLIGHT') continue;
    if (observances.length >= observancesMax) {
      throw new CalendarError(`a VTIMEZONE of more than ${observancesMax} parts`, part.line);
    }
    observances.push(readObservance(part));
  }
  if (observances.filter(({ rule }) => rule !== null).length > zoneRulesMax) {
    throw new CalendarError(`a VTIMEZONE of more than ${zoneRulesMax} rules`, component.line);
  }
  if (observances.length === 0) {
    throw new CalendarError('a VTIMEZONE without STANDARD or DAYLIGHT', component.line);
  }
  return new WrittenZone(tzid, observances);
}

function readObservance(part: Component): Observance {
  const value = (name: string) => {
    const property = part.property(name);
    if (property === undefined) throw new CalendarError(`${part.name} without ${name}`, part.line);
    return property;
  };
  const start = value('DTSTART');
  const from = value('TZOFFSETFROM');
  const to = value('TZOFFSETTO');
  const fromMs = readOffset(from.value, from.line);
  const onsetMs = localMsOf(readTime(start.value, null, start.line));
  const ruleProperty = part.property('RRULE');
  const rule = ruleProperty ? readRule(ruleProperty.value, ruleProperty.line) : null;
  if (rule !== null && rule.frequency !== 'YEARLY' && rule.frequency !== 'MONTHLY') {
    throw new CalendarError(`no clock is changed ${rule.frequency}`, part.line);
  }
  let untilMs = Number.POSITIVE_INFINITY;
  if (rule?.until) untilMs = localMsOf(rule.until) + (rule.until.zone === 'UTC' ? fromMs : 0);
  const dates: number[] = [];
  for (const property of part.properties('RDATE')) {
    for (const text of property.value.split(',', transitionsMax)) {
      const slash = text.indexOf('/');
      const time = readTime(slash === -1 ? text : text.slice(0, slash), null, property.line);
      dates.push(localMsOf(time) + (time.zone === 'UTC' ? fromMs : 0));
    }
  }
  return {
    fromMs,
    toMs: readOffset(to.value, to.line),
    onsetMs,
    rule,
    untilMs,
    dates: [...new Set(dates)].filter((at) => at > onsetMs).sort((a, b) => a - b),
  };
}
