import { compileDigest, touching } from '../digest/compile.ts';
import type { ComponentData } from '../digest/data.ts';
import type { Asked } from '../digest/match.ts';
import { busyInstancesMax } from '../limits.ts';
import { Steps, within } from '../recur/steps.ts';

export type BusyType = 'BUSY' | 'BUSY-UNAVAILABLE' | 'BUSY-TENTATIVE';

/** Milliseconds since 1970, end excluded. */
export interface BusyPeriod {
  readonly startMs: number;
  readonly endMs: number;
  readonly type: BusyType;
}

/** A range that is closed on both sides. */
export interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * When an object makes its owner busy (RFC 4791 §7.10): events that are neither transparent nor cancelled, and what VFREEBUSY
 * says. `self`: addresses of the owner, lower case, without `mailto:`; what they declined does not bind them, what they did
 * not accept does so tentatively. Not ordered; cut to the window. Of one object `busyInstancesMax` instances are looked at: where
 * there are more, or too much would have to be looked at, all that follows is busy.
 */
export function busyPeriods(
  digest: string,
  window: Window,
  options: Asked & { readonly self?: ReadonlySet<string> } = {},
): readonly BusyPeriod[] {
  const compiled = compileDigest(digest, options.floating);
  const periods: { startMs: number; endMs: number; type: BusyType }[] = [];
  const add = (startMs: number, endMs: number, type: BusyType) => {
    const from = Math.max(startMs, window.startMs);
    const to = Math.min(endMs, window.endMs);
    if (!(from < to)) return;
    const last = periods.at(-1);
    if (last?.type === type && from >= last.startMs && from <= last.endMs)
      last.endMs = Math.max(last.endMs, to);
    else periods.push({ startMs: from, endMs: to, type });
  };
  if (compiled.kind === 'VFREEBUSY') {
    for (const data of compiled.components) {
      for (const [from, to, type] of data?.fb ?? []) if (type !== 'FREE') add(from, to, busyTypeOf(type));
    }
  }
  if (compiled.kind !== 'VEVENT') return periods;
  const types = compiled.components.map((data) => (data === null ? null : typeOf(data, options.self)));
  if (types.every((type) => type === null)) return periods;
  const { steps = new Steps() } = options;
  let seen = 0;
  let reachedMs = window.startMs;
  steps.begin();
  const isAll = within(() => {
    for (const { startMs, endMs, component } of touching(compiled, window.startMs, window.endMs, steps)) {
      if (++seen > busyInstancesMax) return false;
      reachedMs = startMs;
      const type = types[component];
      if (type) add(startMs, endMs, type);
    }
    return true;
  }, false);
  if (!isAll) add(reachedMs, window.endMs, types.find((type) => type !== null) ?? 'BUSY');
  return periods;
}

/** Null: it does not make anyone busy. */
function typeOf(data: ComponentData, self: ReadonlySet<string> | undefined): BusyType | null {
  if (data.t === 1 || data.st === 'CANCELLED') return null;
  let type: BusyType = data.st === 'TENTATIVE' ? 'BUSY-TENTATIVE' : 'BUSY';
  if (self !== undefined && data.pa !== undefined) {
    for (const [address, status] of data.pa) {
      if (!self.has(address)) continue;
      if (status === 'DECLINED') return null;
      type = 'BUSY-TENTATIVE';
    }
  }
  return type;
}

/** RFC 5545 §3.2.9: a type that is not known is BUSY. */
export function busyTypeOf(type: string): BusyType {
  return type === 'BUSY-UNAVAILABLE' || type === 'BUSY-TENTATIVE' ? type : 'BUSY';
}

const firmestFirst = ['BUSY', 'BUSY-UNAVAILABLE', 'BUSY-TENTATIVE'] as const;

/** In order, none overlapping, neighbours of one type together; where types overlap the firmest counts. */
export function coalesce(periods: readonly BusyPeriod[]): readonly BusyPeriod[] {
  const edges = periods
    .filter(({ startMs, endMs }) => startMs < endMs)
    .flatMap(({ startMs, endMs, type }) => [
      { at: startMs, by: 1, type },
      { at: endMs, by: -1, type },
    ])
    .sort((a, b) => a.at - b.at);
  const open = { 'BUSY-TENTATIVE': 0, 'BUSY-UNAVAILABLE': 0, BUSY: 0 };
  const made: { startMs: number; endMs: number; type: BusyType }[] = [];
  let from = 0;
  for (const { at, by, type } of edges) {
    const strongest = firmestFirst.find((each) => open[each] > 0);
    if (strongest !== undefined && at > from) {
      const last = made.at(-1);
      if (last?.type === strongest && last.endMs === from) last.endMs = at;
      else made.push({ startMs: from, endMs: at, type: strongest });
    }
    open[type] += by;
    from = at;
  }
  return made;
}
