import { type Compiled, compileData, compileDigest, touching } from '../digest/compile.ts';
import type { ComponentData } from '../digest/data.ts';
import { type Asked, availabilityBounds } from '../digest/match.ts';
import { availableInstancesMax } from '../limits.ts';
import { Steps, within } from '../recur/steps.ts';
import { type BusyPeriod, type BusyType, busyTypeOf, type Window } from './periods.ts';

interface Layer {
  readonly startMs: number;
  readonly endMs: number;
  readonly type: BusyType;
  readonly priority: number;
  readonly free: readonly Window[];
}

/**
 * When somebody is not there, by all of their VAVAILABILITYs (RFC 7953 §4): each takes its whole time but for what it calls
 * AVAILABLE, and hides those of less priority there. 1 is the highest, 0 (or none) the lowest.
 */
export function availabilityPeriods(
  digests: readonly string[],
  window: Window,
  { floating, steps = new Steps() }: Asked = {},
): readonly BusyPeriod[] {
  const layers = digests.flatMap((digest) =>
    layersOf(compileDigest(digest, floating), window, steps.begin()),
  );
  layers.sort((a, b) => rank(b.priority) - rank(a.priority));
  let painted: readonly BusyPeriod[] = [];
  for (const layer of layers) {
    const before = painted.flatMap((period) => cut(period, window.startMs, layer.startMs));
    const after = painted.flatMap((period) => cut(period, layer.endMs, window.endMs));
    painted = [...before, ...busyIn(layer), ...after];
  }
  return painted;
}

const rank = (priority: number) => (priority >= 1 && priority <= 9 ? priority : 10);

function cut(period: BusyPeriod, fromMs: number, toMs: number): readonly BusyPeriod[] {
  const startMs = Math.max(period.startMs, fromMs);
  const endMs = Math.min(period.endMs, toMs);
  return startMs < endMs ? [{ ...period, startMs, endMs }] : [];
}

/** All of a layer's time that is not free. */
function busyIn({ startMs, endMs, type, free }: Layer): readonly BusyPeriod[] {
  const busy: BusyPeriod[] = [];
  let at = startMs;
  for (const period of [...free].sort((a, b) => a.startMs - b.startMs)) {
    if (period.startMs > at) busy.push({ startMs: at, endMs: period.startMs, type });
    at = Math.max(at, period.endMs);
  }
  if (at < endMs) busy.push({ startMs: at, endMs, type });
  return busy;
}

function layersOf(compiled: Compiled, window: Window, steps: Steps): Layer[] {
  if (compiled.kind !== 'VAVAILABILITY') return [];
  return compiled.components.flatMap((data) => {
    if (data === null) return [];
    const [from, to] = availabilityBounds(data, compiled);
    const startMs = Math.max(from, window.startMs);
    const endMs = Math.min(to, window.endMs);
    if (!(startMs < endMs)) return [];
    const type = busyTypeOf(data.bt ?? 'BUSY-UNAVAILABLE');
    // What cannot be looked at is not free.
    const free: Window[] = [];
    within(() => addFree(free, data, compiled, { startMs, endMs }, steps), undefined);
    return [{ startMs, endMs, type, priority: data.pr ?? 0, free }];
  });
}

/** Times of AVAILABLE, cut to a window. An AVAILABLE may be overridden by others of its UID (RFC 7953 §3.1). */
function addFree(
  free: Window[],
  data: ComponentData,
  { zones }: Compiled,
  window: Window,
  steps: Steps,
): void {
  const byUid = new Map<string, ComponentData[]>();
  (data.av ?? []).forEach((part, at) => {
    const key = part.u || `#${at}`;
    const same = byUid.get(key);
    if (same) same.push(part);
    else byUid.set(key, [part]);
  });
  let seen = 0;
  for (const parts of byUid.values()) {
    const master = parts.find(({ i }) => i === undefined) ?? null;
    const overrides = parts.filter(({ i }) => i !== undefined);
    const compiled = compileData({ v: 1, k: 'VEVENT', c: [master, ...overrides] }, zones);
    for (const { startMs, endMs } of touching(compiled, window.startMs, window.endMs, steps)) {
      if (++seen > availableInstancesMax) return;
      const from = Math.max(startMs, window.startMs);
      const to = Math.min(endMs, window.endMs);
      const last = free.at(-1);
      if (last && from >= last.startMs && from <= last.endMs) {
        free[free.length - 1] = { startMs: last.startMs, endMs: Math.max(last.endMs, to) };
      } else if (from < to) free.push({ startMs: from, endMs: to });
    }
  }
}
