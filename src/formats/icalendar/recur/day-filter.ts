import { dateOfDay, dayNumber, daysInMonth, isLeap, weekdayOf } from '../values/days.ts';
import type { Rule, Skip } from '../values/rule.ts';

/**
 * Which days a rule allows: BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY and BYDAY, each of which must (RFC 5545 §3.3.10), with
 * what is missing taken from the first day.
 */
export class DayFilter {
  readonly #months: readonly boolean[] | null;
  readonly #monthDays: ReadonlySet<number> | null;
  /** The same, as a list. */
  readonly #monthDayList: readonly number[];
  readonly #skip: Skip;
  readonly #yearDays: ReadonlySet<number> | null;
  readonly #weeks: ReadonlySet<number> | null;
  /** Weekdays that are allowed wherever they fall; null: all, unless `#nth` says which. */
  readonly #weekdays: readonly boolean[] | null;
  /** `nth * 8 + weekday`. */
  readonly #nth: ReadonlySet<number> | null;
  readonly #nthInYear: boolean;
  readonly #weekStart: number;
  readonly #monthList: readonly number[];
  /** Nothing else is asked. */
  readonly #weekdaysAlone: boolean;
  #weekYear = Number.NaN;
  #weekStarts: readonly number[] = [];

  constructor(rule: Rule, firstDay: number) {
    const first = dateOfDay(firstDay);
    const { frequency } = rule;
    const free = rule.byWeek.length === 0 && rule.byYearDay.length === 0 && rule.byMonthDay.length === 0;
    const noDay = free && rule.byDay.length === 0;
    const byMonth =
      frequency === 'YEARLY' && noDay && rule.byMonth.length === 0 ? [first.month] : rule.byMonth;
    const byMonthDay =
      noDay && (frequency === 'YEARLY' || frequency === 'MONTHLY') ? [first.day] : rule.byMonthDay;
    // A week alone means the weekday of the first one in it.
    const weekAlone =
      rule.byWeek.length > 0 &&
      rule.byYearDay.length === 0 &&
      rule.byMonthDay.length === 0 &&
      rule.byDay.length === 0;
    const byDay =
      (noDay && frequency === 'WEEKLY') || weekAlone
        ? [{ weekday: weekdayOf(firstDay), nth: 0 }]
        : rule.byDay;
    const counted = frequency === 'YEARLY' || frequency === 'MONTHLY';
    const plain = byDay.filter(({ nth }) => nth === 0 || !counted);
    const nth = byDay.filter((day) => day.nth !== 0 && counted);
    this.#months = byMonth.length === 0 ? null : mask(byMonth, 13);
    this.#monthDays = setOf(byMonthDay);
    this.#monthDayList = byMonthDay;
    // Days are moved where they are made of BYMONTHDAY, and not where that only chooses among others.
    this.#skip = rule.byWeek.length === 0 && rule.byYearDay.length === 0 ? rule.skip : 'OMIT';
    this.#yearDays = setOf(rule.byYearDay);
    this.#weeks = setOf(rule.byWeek);
    this.#weekdays =
      byDay.length === 0
        ? null
        : mask(
            plain.map(({ weekday }) => weekday),
            7,
          );
    this.#nth = nth.length === 0 ? null : new Set(nth.map((day) => day.nth * 8 + day.weekday));
    this.#nthInYear = frequency === 'YEARLY' && rule.byMonth.length === 0;
    this.#weekStart = rule.weekStart;
    this.#weekdaysAlone =
      this.#months === null &&
      this.#monthDays === null &&
      this.#yearDays === null &&
      this.#weeks === null &&
      this.#nth === null;
    this.#monthList = byMonth.length === 0 ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] : byMonth;
  }

  /** Days that are looked at to know those of a month, and of a year. */
  get monthSteps(): number {
    return this.#monthDays === null ? 31 : Math.min(31, this.#monthDayList.length);
  }

  get yearSteps(): number {
    return this.#monthList.length * this.monthSteps;
  }

  /** Days of a year that are allowed, ascending. */
  ofYear(year: number): number[] {
    const days: number[] = [];
    for (const month of this.#monthList) this.#ofMonth(year, month, days);
    return days;
  }

  ofMonth(year: number, month: number): number[] {
    const days: number[] = [];
    if (this.#months === null || this.#months[month] === true) this.#ofMonth(year, month, days);
    return days;
  }

  /** Whether a day is allowed. */
  has(day: number): boolean {
    if (this.#weekdaysAlone) return this.#weekdays === null || this.#weekdays[weekdayOf(day)] === true;
    const { year, month, day: dayOfMonth } = dateOfDay(day);
    if (this.#months !== null && this.#months[month] !== true) return false;
    return this.#allows(year, month, dayOfMonth, daysInMonth(year, month), day);
  }

  /** The first day at or after one that lies in a month that is allowed. */
  nextMonthFrom(day: number): number {
    if (this.#months === null) return day;
    let { year, month } = dateOfDay(day);
    if (this.#months[month] === true) return day;
    do {
      month = (month % 12) + 1;
      if (month === 1) year++;
    } while (this.#months[month] !== true);
    return dayNumber(year, month, 1);
  }

  #ofMonth(year: number, month: number, days: number[]): void {
    const first = dayNumber(year, month, 1);
    const length = daysInMonth(year, month);
    if (this.#monthDays === null || this.#monthDayList.length > length / 2) {
      // The day before may have been moved to the first of this month.
      const from = days.at(-1) === first ? 2 : 1;
      for (let day = from; day <= length; day++) {
        if (this.#allows(year, month, day, length, first + day - 1)) days.push(first + day - 1);
      }
    } else {
      for (const written of this.#monthDayList) {
        const day = written > 0 ? written : length + written + 1;
        if (day < 1 || day > length || !this.#allows(year, month, day, length, first + day - 1)) continue;
        if (!days.includes(first + day - 1, -length)) days.push(first + day - 1);
      }
      if (this.#monthDayList.length > 1) days.sort(ascending);
    }
    if (this.#skip !== 'OMIT') this.#moved(year, month, length, days);
  }

  /** RFC 7529 §4.1: of days that the month has not, its last or the first of the next; BYDAY is asked of that one. */
  #moved(year: number, month: number, length: number, days: number[]): void {
    if (!this.#monthDayList.some((day) => day > length || day < -length)) return;
    const first = dayNumber(year, month, 1);
    const day = this.#skip === 'BACKWARD' ? first + length - 1 : first + length;
    const date = dateOfDay(day);
    const allowed =
      this.#weekdays === null ||
      this.#weekdays[weekdayOf(day)] === true ||
      this.#isNth(date.year, date.month, date.day, daysInMonth(date.year, date.month), weekdayOf(day));
    if (allowed && days.at(-1) !== day) days.push(day);
  }

  #allows(year: number, month: number, day: number, length: number, number: number): boolean {
    if (this.#monthDays !== null && !this.#monthDays.has(day) && !this.#monthDays.has(day - length - 1)) {
      return false;
    }
    if (this.#weekdays !== null) {
      const weekday = weekdayOf(number);
      if (this.#weekdays[weekday] !== true && !this.#isNth(year, month, day, length, weekday)) return false;
    }
    if (this.#yearDays !== null) {
      const ofYear = number - dayNumber(year, 1, 1) + 1;
      const fromEnd = ofYear - (isLeap(year) ? 366 : 365) - 1;
      if (!this.#yearDays.has(ofYear) && !this.#yearDays.has(fromEnd)) return false;
    }
    return this.#weeks === null || this.#inWeek(this.#weeks, year, number);
  }

  #isNth(year: number, month: number, day: number, length: number, weekday: number): boolean {
    if (this.#nth === null) return false;
    let at = day;
    let of = length;
    if (this.#nthInYear) {
      at = dayNumber(year, month, day) - dayNumber(year, 1, 1) + 1;
      of = isLeap(year) ? 366 : 365;
    }
    return (
      this.#nth.has(Math.ceil(at / 7) * 8 + weekday) ||
      this.#nth.has(-Math.ceil((of - at + 1) / 7) * 8 + weekday)
    );
  }

  /** Weeks are counted as ISO 8601 does, from WKST: the first has at least four days in its year. */
  #inWeek(weeks: ReadonlySet<number>, year: number, day: number): boolean {
    if (this.#weekYear !== year) {
      this.#weekYear = year;
      this.#weekStarts = [year - 1, year, year + 1, year + 2].map((each) => this.#firstWeek(each));
    }
    let index = 1;
    if (day < (this.#weekStarts[1] ?? 0)) index = 0;
    else if (day >= (this.#weekStarts[2] ?? 0)) index = 2;
    const start = this.#weekStarts[index] ?? 0;
    const next = this.#weekStarts[index + 1] ?? 0;
    const week = Math.floor((day - start) / 7) + 1;
    return weeks.has(week) || weeks.has(week - (next - start) / 7 - 1);
  }

  #firstWeek(year: number): number {
    const fourth = dayNumber(year, 1, 4);
    return fourth - ((weekdayOf(fourth) - this.#weekStart + 7) % 7);
  }
}

const ascending = (a: number, b: number) => a - b;

function mask(numbers: readonly number[], length: number): readonly boolean[] {
  const made = Array<boolean>(length).fill(false);
  for (const number of numbers) made[number] = true;
  return made;
}

function setOf(numbers: readonly number[]): ReadonlySet<number> | null {
  return numbers.length === 0 ? null : new Set(numbers);
}
