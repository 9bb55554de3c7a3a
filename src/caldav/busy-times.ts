import { type Clock, Turns } from '../base/index.ts';
import { type BusyPeriod, coalesce, Steps } from '../formats/icalendar/index.ts';
import { busyPeriodsMax, busyStepsMax } from './limits.ts';

const minuteMs = 60_000;

/** Times that are taken, as they are gathered: bounded, and others have their turn meanwhile. */
export class BusyTimes {
  #periods: readonly BusyPeriod[] = [];
  #gathered: BusyPeriod[] = [];
  readonly #turns: Turns;
  /** What may be looked at for all of it; when that is spent, what is not looked at is busy. */
  readonly steps = new Steps(busyStepsMax);

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#turns = new Turns(clock);
  }

  /** What one object says. */
  async add(periods: readonly BusyPeriod[]): Promise<void> {
    for (const period of periods) this.#gathered.push(period);
    if (this.#gathered.length > busyPeriodsMax) this.#settle();
    await this.#turns.rest();
  }

  /** In order, none overlapping. Where they would be too many, those that lie close together are one. */
  all(): readonly BusyPeriod[] {
    this.#settle();
    return this.#periods;
  }

  #settle(): void {
    let together = coalesce([...this.#periods, ...this.#gathered]);
    for (let gapMs = minuteMs; together.length > busyPeriodsMax; gapMs *= 2)
      together = closer(together, gapMs);
    this.#periods = together;
    this.#gathered = [];
  }
}

function closer(periods: readonly BusyPeriod[], gapMs: number): readonly BusyPeriod[] {
  const made: BusyPeriod[] = [];
  for (const period of periods) {
    const last = made.at(-1);
    if (last === undefined || period.startMs - last.endMs > gapMs) made.push(period);
    else made[made.length - 1] = { ...last, endMs: Math.max(last.endMs, period.endMs), type: 'BUSY' };
  }
  return made;
}
