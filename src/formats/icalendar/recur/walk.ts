import { emptyMonthsMax, emptyPeriodsMax, emptyWeeksMax, emptyYearsMax, yearMax } from '../limits.ts';
import { dateOfDay, dayMs, dayNumber, weekdayOf } from '../values/days.ts';
import type { Frequency, Rule } from '../values/rule.ts';
import { DayFilter } from './day-filter.ts';
import type { Steps } from './steps.ts';

const lastDay = dayNumber(yearMax, 12, 31);
const unitSeconds = { SECONDLY: 1, MINUTELY: 60, HOURLY: 3600 } as const;
const daySeconds = 86_400;
const emptyMax: Readonly<Record<Frequency, number>> = {
  YEARLY: emptyYearsMax,
  MONTHLY: emptyMonthsMax,
  WEEKLY: emptyWeeksMax,
  DAILY: emptyPeriodsMax,
  HOURLY: emptyPeriodsMax,
  MINUTELY: emptyPeriodsMax,
  SECONDLY: emptyPeriodsMax,
};

/** Days that a period is tried on. */
function periodSteps({ frequency }: Rule, days: DayFilter): number {
  if (frequency === 'YEARLY') return days.yearSteps;
  if (frequency === 'MONTHLY') return days.monthSteps;
  return frequency === 'WEEKLY' ? 7 : 1;
}

/**
 * The times of one rule, ascending, on the clock of its first (`localMs`, as if that were UTC). Nothing is computed before it
 * is asked for. It ends with the rule, with `yearMax`, or after `empty…Max` periods in a row without a time. The first is
 * not given unless the rule has it.
 */
export class RuleWalk {
  readonly #rule: Rule;
  readonly #startMs: number;
  readonly #startDay: number;
  readonly #days: DayFilter;
  readonly #periodSteps: number;
  /** Seconds of the day, or of the unit where the frequency is below a day; ascending. */
  readonly #times: readonly number[];
  readonly #untilMs: number;
  readonly #steps: Steps | null;
  /** Number of the period that comes next, of those that the interval leaves. */
  #period = 0;
  /** The period under way: its days, what is to be added to each time, and which of its set are wanted. */
  #set: readonly number[] = [];
  #baseSeconds = 0;
  #positions: readonly number[] | null = null;
  #positionsSize = 0;
  #at = 0;
  #size = 0;
  #left: number;
  #fromMs: number;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** `untilMs`: on the same clock; what UNTIL says is not looked at. Without `steps` nothing but the rule's own end stops it. */
  constructor(
    rule: Rule,
    startMs: number,
    untilMs = Number.POSITIVE_INFINITY,
    steps: Steps | null = null,
    like?: RuleWalk,
  ) {
    this.#rule = rule;
    this.#steps = steps;
    this.#startMs = startMs;
    this.#startDay = Math.floor(startMs / dayMs);
    this.#days = like === undefined ? new DayFilter(rule, this.#startDay) : like.#days;
    this.#periodSteps = periodSteps(rule, this.#days);
    this.#times =
      like === undefined ? timesOf(rule, Math.floor((startMs - this.#startDay * dayMs) / 1000)) : like.#times;
    this.#untilMs = untilMs;
    this.#left = rule.count ?? Number.POSITIVE_INFINITY;
    this.#fromMs = startMs;
  }

  /** Another walk of the same rule, from `localMs` on. Throws StepsSpent where it takes more than `steps`. */
  from(localMs: number, steps: Steps): RuleWalk {
    return new RuleWalk(this.#rule, this.#startMs, this.#untilMs, steps, this).seek(localMs);
  }

  /** Goes to the first time at or after `localMs`, forwards or back. A rule with COUNT is walked from its beginning. */
  seek(localMs: number): this {
    this.#fromMs = Math.max(localMs, this.#startMs);
    this.#size = 0;
    this.#at = 0;
    this.#lastMs = Number.NEGATIVE_INFINITY;
    this.#left = this.#rule.count ?? Number.POSITIVE_INFINITY;
    this.#period = this.#rule.count === null ? this.#periodBefore(this.#fromMs) : 0;
    return this;
  }

  /** Null: there are no more. */
  next(): number | null {
    while (this.#left > 0) {
      if (this.#at >= this.#size && !this.#nextPeriod()) break;
      const index = this.#positions === null ? this.#at : (this.#positions[this.#at] ?? 0);
      this.#at++;
      this.#steps?.take(1);
      const count = this.#times.length;
      const day = this.#set[Math.floor(index / count)] ?? 0;
      const found = day * dayMs + (this.#baseSeconds + (this.#times[index % count] ?? 0)) * 1000;
      // A day that was moved to may come again as itself.
      if (found < this.#startMs || found <= this.#lastMs) continue;
      if (found > this.#untilMs) break;
      this.#lastMs = found;
      this.#left--;
      if (found >= this.#fromMs) return found;
    }
    this.#left = 0;
    return null;
  }

  /** False where no further period has a time. */
  #nextPeriod(): boolean {
    const triesMax = emptyMax[this.#rule.frequency];
    for (let tries = 0; tries < triesMax; tries++) {
      if (!this.#enterPeriod()) return false;
      const size = this.#set.length * this.#times.length;
      this.#at = 0;
      if (this.#rule.bySetPosition.length === 0) this.#size = size;
      else {
        this.#positions = this.#positionsIn(size);
        this.#size = this.#positions.length;
      }
      if (this.#size > 0) return true;
    }
    return false;
  }

  /** Which of a set BYSETPOS wants. Sets of one size follow each other. */
  #positionsIn(size: number): readonly number[] {
    if (this.#positions !== null && this.#positionsSize === size) return this.#positions;
    this.#positionsSize = size;
    const found = this.#rule.bySetPosition
      .map((position) => (position > 0 ? position - 1 : size + position))
      .filter((index) => index >= 0 && index < size);
    return [...new Set(found)].sort((a, b) => a - b);
  }

  /** Sets `#set` to the days of the next period; false where it lies beyond the end. */
  #enterPeriod(): boolean {
    const { frequency, interval, weekStart } = this.#rule;
    const step = this.#period * interval;
    const start = dateOfDay(this.#startDay);
    this.#period++;
    this.#steps?.take(this.#periodSteps);
    if (frequency === 'YEARLY') {
      const year = start.year + step;
      if (!this.#reaches(dayNumber(Math.min(year, yearMax + 1), 1, 1))) return false;
      this.#set = this.#days.ofYear(year);
    } else if (frequency === 'MONTHLY') {
      const month = start.year * 12 + start.month - 1 + step;
      const year = Math.floor(month / 12);
      if (!this.#reaches(dayNumber(Math.min(year, yearMax + 1), (month % 12) + 1, 1))) return false;
      this.#set = this.#days.ofMonth(year, (month % 12) + 1);
    } else if (frequency === 'WEEKLY') {
      const first = this.#startDay - ((weekdayOf(this.#startDay) - weekStart + 7) % 7) + step * 7;
      if (!this.#reaches(first)) return false;
      const week: number[] = [];
      for (let day = first; day < first + 7; day++) if (this.#days.has(day)) week.push(day);
      this.#set = week;
      if (week.length === 0)
        this.#passTo(Math.floor((this.#days.nextMonthFrom(first + 7) - first) / 7), -step);
    } else if (frequency === 'DAILY') {
      const day = this.#startDay + step;
      if (!this.#reaches(day)) return false;
      this.#set = this.#days.has(day) ? [day] : [];
      if (this.#set.length === 0) this.#passTo(this.#days.nextMonthFrom(day), this.#startDay);
    } else return this.#enterUnit(unitSeconds[frequency]);
    return true;
  }

  #reaches(day: number): boolean {
    return day <= lastDay && day * dayMs <= this.#untilMs;
  }

  /** A period below a day. Where its day, hour or minute is not allowed, all of that is passed over at once. */
  #enterUnit(unit: number): boolean {
    const { interval, byHour, byMinute, bySecond } = this.#rule;
    const first = Math.floor(this.#startMs / 1000 / unit);
    const at = (first + (this.#period - 1) * interval) * unit;
    const day = Math.floor(at / daySeconds);
    if (!this.#reaches(day) || at * 1000 > this.#untilMs) return false;
    this.#set = [];
    const second = at - day * daySeconds;
    let skipTo = 0;
    if (!this.#days.has(day)) skipTo = Math.max(day + 1, this.#days.nextMonthFrom(day)) * daySeconds;
    else if (byHour.length > 0 && !byHour.includes(Math.floor(second / 3600))) {
      skipTo = (Math.floor(at / 3600) + 1) * 3600;
    } else if (unit < 3600 && byMinute.length > 0 && !byMinute.includes(Math.floor(second / 60) % 60)) {
      skipTo = (Math.floor(at / 60) + 1) * 60;
    } else if (unit === 1 && bySecond.length > 0 && !bySecond.includes(second % 60)) return true;
    else {
      this.#set = [day];
      this.#baseSeconds = second;
      return true;
    }
    this.#passTo(Math.ceil(skipTo / unit), first);
    return true;
  }

  /** The next period is none before `to`, counted in units from `first`. */
  #passTo(to: number, first: number): void {
    const period = Math.ceil((to - first) / this.#rule.interval);
    if (period > this.#period) this.#period = period;
  }

  /** A period that is over before `localMs`, or the first. */
  #periodBefore(localMs: number): number {
    const { frequency, interval, weekStart } = this.#rule;
    const day = Math.floor(localMs / dayMs);
    let steps = 0;
    if (frequency === 'YEARLY') steps = dateOfDay(day).year - dateOfDay(this.#startDay).year;
    else if (frequency === 'MONTHLY') {
      const [to, from] = [dateOfDay(day), dateOfDay(this.#startDay)];
      steps = (to.year - from.year) * 12 + to.month - from.month;
    } else if (frequency === 'WEEKLY') {
      const first = this.#startDay - ((weekdayOf(this.#startDay) - weekStart + 7) % 7);
      steps = Math.floor((day - first) / 7);
    } else if (frequency === 'DAILY') steps = day - this.#startDay;
    else {
      const unit = unitSeconds[frequency] * 1000;
      steps = Math.floor(localMs / unit) - Math.floor(this.#startMs / unit);
    }
    // What is moved forwards lies in the month after its own.
    const before = this.#rule.skip === 'FORWARD' ? 1 : 0;
    return Math.max(0, Math.floor(steps / interval) - before);
  }
}

/** Seconds within a day, an hour, a minute or a second: whatever the frequency leaves open. */
function timesOf(rule: Rule, startSecond: number): readonly number[] {
  const or = (list: readonly number[], first: number) => (list.length > 0 ? list : [first]);
  const { frequency } = rule;
  const seconds = frequency === 'SECONDLY' ? [0] : or(rule.bySecond, startSecond % 60);
  const minutes =
    frequency === 'SECONDLY' || frequency === 'MINUTELY'
      ? [0]
      : or(rule.byMinute, Math.floor(startSecond / 60) % 60);
  const below = frequency === 'SECONDLY' || frequency === 'MINUTELY' || frequency === 'HOURLY';
  const hours = below ? [0] : or(rule.byHour, Math.floor(startSecond / 3600));
  const times: number[] = [];
  for (const hour of hours) {
    for (const minute of minutes)
      for (const second of seconds) times.push((hour * 60 + minute) * 60 + second);
  }
  return times;
}

/** How many times a period has; more than `timesPerPeriodMax` are refused by who reads a rule. */
export function timesPerPeriod(rule: Rule): number {
  const many = (list: readonly number[]) => Math.max(1, list.length);
  return many(rule.bySecond) * many(rule.byMinute) * many(rule.byHour);
}
