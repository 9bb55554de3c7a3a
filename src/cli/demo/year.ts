import type { Clock } from '../../base/index.ts';
import { type Day, daysAfter, lastDayOf } from '../../coop/index.ts';

/** A clock that is told the day: a demonstration lives through a year in seconds. */
export interface WalkingClock extends Clock {
  /** Noon of a day, UTC; what is written down bears that time. Never goes back. */
  walkTo(day: Day): void;
}

export function walkingClock(real: Clock, start: Day): WalkingClock {
  const noon = (day: Day) => Date.parse(`${day}T12:00:00Z`);
  let wall = noon(start);
  return {
    nowMs: () => wall,
    monotonicMs: () => real.monotonicMs(),
    walkTo(day) {
      wall = Math.max(wall, noon(day));
    },
  };
}

export const dayOf = (year: number, month: number, day: number): Day =>
  `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;

/** The last day of a month from 1 to 12. */
export const lastDay = (year: number, month: number): Day => lastDayOf(dayOf(year, month, 1).slice(0, 7));

interface Event {
  readonly day: Day;
  readonly run: () => Promise<void>;
}

/** What happens when. Events of a day happen in the order in which they were planned; they may plan others. */
export class Calendar {
  readonly #clock: WalkingClock;
  readonly #until: Day;
  readonly #days = new Map<Day, Event[]>();

  constructor(clock: WalkingClock, until: Day) {
    this.#clock = clock;
    this.#until = until;
  }

  /** What is planned for after the end does not happen. */
  on(day: Day, run: () => Promise<void>): void {
    if (day > this.#until) return;
    const events = this.#days.get(day);
    if (events) events.push({ day, run });
    else this.#days.set(day, [{ day, run }]);
  }

  /** Lets it all happen, from a day on. */
  async live(from: Day, told: (day: Day) => void): Promise<void> {
    for (let day = from; day <= this.#until; day = daysAfter(day, 1)) {
      this.#clock.walkTo(day);
      told(day);
      // Events may add others to this very day.
      const events = this.#days.get(day) ?? [];
      for (const event of events) await event.run();
      this.#days.delete(day);
    }
  }
}
