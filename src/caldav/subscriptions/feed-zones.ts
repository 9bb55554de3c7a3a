import { type Component, writeComponent } from '../../formats/icalendar/index.ts';

/**
 * The zones of a feed, which may be several VCALENDARs one after another (RFC 5545 §3.4): one may mean another zone by a name than
 * the one before it.
 */
export class FeedZones {
  readonly #said = new Map<string, { readonly from: number; readonly component: Component }[]>();
  #anew = 0;

  /** How often a zone was said anew: what was read until then means the zones of before. */
  get anew(): number {
    return this.#anew;
  }

  take(tzid: string, component: Component): void {
    const said = this.#said.get(tzid);
    const last = said?.at(-1);
    if (said === undefined || last === undefined) {
      this.#said.set(tzid, [{ from: 0, component }]);
    } else if (writeComponent(last.component) !== writeComponent(component)) {
      said.push({ from: ++this.#anew, component });
    }
  }

  /** As they were when zones had been said anew so often. */
  at(anew: number): { get(tzid: string): Component | undefined } {
    return { get: (tzid) => this.#said.get(tzid)?.findLast(({ from }) => from <= anew)?.component };
  }
}
