import { StoreError } from '../../../../base/index.ts';
import { first, numbers, one, run, type Script, texts } from '../../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { RegistrationsQueries } from '../queries.ts';
import type { NewQueued, Policy, Queued } from '../types.ts';

type Q = RegistrationsQueries;

/** The row that counts all domains; locked first, so that two transactions do not wait for each other. */
const all = '';

export interface Room {
  readonly perDomain: number;
  readonly inAll: number;
  readonly bytesPerDomain: number;
  readonly bytesInAll: number;
}

interface Waiting extends NewQueued {
  readonly bytes: number;
}

interface Count {
  rows: number;
  bytes: number;
}

const grow = (count: Count, bytes: number) => {
  count.rows++;
  count.bytes += bytes;
};

export function* append(
  q: Q,
  a: { rows: readonly Waiting[]; room: Room; now: number },
): Script<(number | null)[]> {
  const { room, now } = a;
  // Numbers go on where a domain's row was forgotten: no number is given twice.
  const lastSeq = now * 1_000;
  const total: Count = { ...one(yield* run(q.queueLock, { domain: all, lastSeq: 0 })) };
  const before = { ...total };
  const seqs: (number | null)[] = a.rows.map(() => null);
  for (const domain of [...new Set(a.rows.map((row) => row.domain))].sort()) {
    const lane = one(yield* run(q.queueLock, { domain, lastSeq }));
    const count: Count = { rows: lane.rows, bytes: lane.bytes };
    const added: (Omit<Waiting, 'expiresMs'> & { seq: number; at: number; expires: number })[] = [];
    for (const [at, { expiresMs: expires, ...row }] of a.rows.entries()) {
      if (row.domain !== domain || !hasRoom(room, { count, total }, row.bytes)) continue;
      grow(count, row.bytes);
      grow(total, row.bytes);
      const seq = lane.lastSeq + added.length + 1;
      seqs[at] = seq;
      added.push({ ...row, seq, at: now, expires });
    }
    yield* run(q.queuedAdd, { rows: added });
    const bytes = count.bytes - lane.bytes;
    yield* run(q.queueGrow, { domain, rows: added.length, bytes, seqs: added.length });
  }
  const [rows, bytes] = [total.rows - before.rows, total.bytes - before.bytes];
  yield* run(q.queueGrow, { domain: all, rows, bytes, seqs: 0 });
  return seqs;
}

const hasRoom = (room: Room, { count, total }: { count: Count; total: Count }, bytes: number) =>
  count.rows < room.perDomain &&
  total.rows < room.inAll &&
  count.bytes + bytes <= room.bytesPerDomain &&
  total.bytes + bytes <= room.bytesInAll;

export function* next(q: Q, a: { domain: string; after: number; max: number }): Script<Queued[]> {
  let bytes = 0;
  let upTo = -1;
  for (const row of yield* run(q.queuedSizes, { ...a })) {
    bytes += row.bytes;
    if (upTo >= 0 && bytes > limits.readBytesMax) break;
    upTo = row.seq;
  }
  if (upTo < 0) return [];
  return yield* run(q.queuedBetween, { domain: a.domain, after: a.after, upTo });
}

type Size = { readonly domain: string; readonly seq: number; readonly bytes: number };

function* shrink(q: Q, domain: string, gone: readonly Size[]): Script<number> {
  const bytes = gone.reduce((sum, row) => sum + row.bytes, 0);
  if (gone.length === 0) return 0;
  yield* run(q.queueGrow, { domain, rows: -gone.length, bytes: -bytes, seqs: 0 });
  yield* run(q.queueGrow, { domain: all, rows: -gone.length, bytes: -bytes, seqs: 0 });
  return gone.length;
}

export function* dropUpTo(q: Q, a: { domain: string; upTo: number }): Script<number> {
  yield* run(q.queueLock, { domain: all, lastSeq: 0 });
  return yield* shrink(q, a.domain, yield* run(q.queuedDropUpTo, { ...a }));
}

export function* drop(q: Q, a: { domain: string; seqs: readonly number[] }): Script<number> {
  yield* run(q.queueLock, { domain: all, lastSeq: 0 });
  const { domain } = a;
  return yield* shrink(q, domain, yield* run(q.queuedDrop, { domain, seqs: numbers(a.seqs) }));
}

/** One step of letting go of what a member has waiting; answers whether there is more. */
export function* eraseQueued(q: Q, a: { account: number }): Script<boolean> {
  yield* run(q.queueLock, { domain: all, lastSeq: 0 });
  const rows = yield* run(q.queuedOf, a);
  for (const domain of [...new Set(rows.map((row) => row.domain))].sort()) {
    const seqs = numbers(rows.filter((row) => row.domain === domain).map(({ seq }) => seq));
    yield* shrink(q, domain, yield* run(q.queuedDrop, { domain, seqs }));
  }
  return rows.length >= limits.stepRows;
}

interface Faults {
  readonly next: null;
  readonly faults: readonly string[];
}

/** Counters of queues beside what waits; `mend` makes them right. */
function* counted(q: Q, mend: boolean): Script<Faults> {
  const said = new Map((yield* run(q.queuesAll, {})).map((row) => [row.domain, row]));
  const is = new Map<string, Count>();
  const total: Count = { rows: 0, bytes: 0 };
  for (const { domain, ...row } of yield* run(q.queuesCounted, {})) {
    const count = { rows: Number(row.rows), bytes: Number(row.bytes) };
    is.set(domain, count);
    total.rows += count.rows;
    total.bytes += count.bytes;
  }
  is.set(all, total);
  const faults: string[] = [];
  for (const domain of new Set([...said.keys(), ...is.keys()])) {
    const count = is.get(domain) ?? { rows: 0, bytes: 0 };
    const row = said.get(domain) ?? { rows: 0, bytes: 0 };
    if (row.rows === count.rows && row.bytes === count.bytes) continue;
    if (mend) {
      yield* run(q.queueLock, { domain, lastSeq: 0 });
      yield* run(q.queueMend, { domain, ...count });
    }
    const name = domain === all ? 'all servers' : domain;
    faults.push(`what waits for ${name}: ${mend ? 'counted again' : 'counted wrongly'}`);
  }
  return { next: null, faults };
}

export const check = (q: Q, _: { after: number }) => counted(q, false);
export const repair = (q: Q, _: { after: number; now: number }) => counted(q, true);

function* demandPolicies(q: Q, most: number): Script<void> {
  if (Number(one(yield* run(q.policiesCount, {})).rows) > most)
    throw new StoreError('limit', `at most ${most} domains have a policy`);
}

export function* setPolicy(q: Q, a: Policy & { most: number }): Script<void> {
  const { most, ...policy } = a;
  yield* run(q.policyPut, policy);
  yield* demandPolicies(q, most);
}

export function* replacePolicies(
  q: Q,
  a: { source: string; policies: readonly Omit<Policy, 'source'>[]; most: number },
): Script<void> {
  const { source } = a;
  yield* run(q.policiesDropSource, { source });
  for (let at = 0; at < a.policies.length; at += limits.stepRows) {
    const some = a.policies.slice(at, at + limits.stepRows);
    const domains = texts(some.map(({ domain }) => domain));
    const taken = new Set((yield* run(q.policiesFind, { domains })).map(({ domain }) => domain));
    const rows = some.filter(({ domain }) => !taken.has(domain)).map((policy) => ({ ...policy, source }));
    yield* run(q.policiesAdd, { rows });
  }
  yield* demandPolicies(q, a.most);
}

export function* dropPolicy(q: Q, a: { domain: string }): Script<boolean> {
  return first(yield* run(q.policyDrop, a)) !== undefined;
}
