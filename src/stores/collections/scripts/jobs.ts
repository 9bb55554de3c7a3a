import { StoreError } from '../../../base/index.ts';
import { run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { JobQueries } from '../queries/jobs.ts';
import type { JobOutcome, NewJob } from '../types.ts';

export interface JobRow {
  readonly id: number;
  readonly account: number;
  readonly kind: string;
  readonly key: string;
  readonly payload: unknown;
  readonly bytes: number;
  readonly due: number;
  readonly attempts: number;
  readonly outward: boolean;
  readonly lane: string;
}

/** What follows from a write, in its transaction. A job that is there already stays as it is. */
export function* addJobs(
  q: JobQueries,
  a: { readonly account: number; readonly now: number },
  jobs: readonly NewJob[] = [],
): Script<void> {
  if (jobs.length > limits.jobsPerWriteMax)
    throw new StoreError('limit', `one write has at most ${limits.jobsPerWriteMax} jobs`);
  let sum = 0;
  for (const { kind, key, payload, dueMs, outward = false, lane = '' } of jobs) {
    const bytes = jsonBytes(payload);
    sum += bytes;
    const isTooLarge =
      Buffer.byteLength(key) > limits.jobKeyBytesMax ||
      Buffer.byteLength(lane) > limits.jobKeyBytesMax ||
      bytes > limits.jobBytesMax ||
      sum > limits.jobBytesPerWriteMax;
    if (isTooLarge) throw new StoreError('too-large', 'what follows from this is too much to keep');
    const due = dueMs ?? a.now;
    yield* run(q.jobAdd, { account: a.account, kind, key, payload, bytes, due, outward, lane });
  }
}

const jsonBytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? '');

/** Takes what is due; it is due again at `until` unless it is settled before. */
export function* takeJobs(
  q: JobQueries,
  a: { kind: string; now: number; until: number; max: number },
): Script<readonly JobRow[]> {
  const taken: JobRow[] = [];
  let sum = 0;
  for (const { id, bytes } of yield* run(q.jobsDue, { ...a })) {
    sum += bytes;
    if (sum > limits.jobBytesPerTakeMax && taken.length > 0) break;
    taken.push(...(yield* run(q.jobTake, { id, now: a.now, until: a.until })));
  }
  return taken;
}

export interface Settling {
  readonly account: number;
  readonly kind: string;
  readonly key: string;
  readonly id: number;
  readonly attempts: number;
  readonly now: number;
  readonly outcome: JobOutcome;
}

/** Does nothing where somebody else took it meanwhile. */
export function* settleJob(q: JobQueries, { outcome, ...a }: Settling): Script<void> {
  if (typeof outcome === 'object' && 'againMs' in outcome) {
    yield* run(outcome.aside ? q.jobAside : q.jobAgain, { ...a, due: outcome.againMs });
    return;
  }
  const gone = yield* run(q.jobDone, { ...a });
  if (outcome !== 'done' && gone.length > 0) yield* addJobs(q, a, outcome.next);
}

export function* busyLanes(
  q: JobQueries,
  a: { account: number; kind: string; from: string; to: string },
): Script<readonly string[]> {
  return (yield* run(q.jobLanes, a)).map(({ lane }) => lane);
}

export function* waitingJobs(q: JobQueries, a: { kind: string; until: number }): Script<number> {
  return (yield* run(q.jobsWaiting, a))[0]?.count ?? 0;
}

export function* nextJob(q: JobQueries, a: { kind: string }): Script<number | null> {
  return (yield* run(q.jobNext, a))[0]?.due ?? null;
}

/** Held since a restore. */
export function* heldJobs(q: JobQueries, _: Record<string, never>): Script<number> {
  return (yield* run(q.jobsHeld, {}))[0]?.count ?? 0;
}

/** What is held is done after all, or never; answers how many. */
export function* decideHeld(q: JobQueries, a: { now: number; go: boolean }): Script<number> {
  return (yield* run(a.go ? q.jobsRelease : q.jobsCancel, { now: a.now })).length;
}

/**
 * Most of what waited at the time of the backup was done since: what may send mail is held, as mail itself is. The rest is
 * done again, which changes nothing where it was done.
 */
export function* restoredJobs(
  q: JobQueries,
  _: { after: number; nowSeconds: number },
): Script<{ next: number | null }> {
  yield* run(q.jobsHold, {});
  return { next: null };
}
