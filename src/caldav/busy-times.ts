import { setImmediate as nextTurn } from 'node:timers/promises';
import { type BusyPeriod, coalesce } from '../formats/icalendar/index.ts';
import { busyPeriodsMax, busyRowsPerTurnMax } from './limits.ts';

const minuteMs = 60_000;

/** Times that are taken, as they are gathered: bounded, and others have their turn meanwhile. */
export class BusyTimes {
  #periods: readonly BusyPeriod[] = [];
  #gathered: BusyPeriod[] = [];
  #rows = 0;

  /** What one object says. */
  async add(periods: readonly BusyPeriod[]): Promise<void> {
    for (const period of periods) this.#gathered.push(period);
    if (this.#gathered.length > busyPeriodsMax) this.#settle();
    if (++this.#rows % busyRowsPerTurnMax === 0) await nextTurn();
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
