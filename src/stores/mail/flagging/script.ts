import { StoreError } from '../../../base/index.ts';
import { nextModseq, numbers, run, type Script } from '../../../storage/index.ts';
import { applyFlags } from '../flags.ts';
import { limits } from '../limits.ts';
import { noteKeywords } from '../mailboxes/keyword-scripts.ts';
import type { MailQueries } from '../queries.ts';
import {
  type FlagRow,
  flagBits,
  type StoredFlags,
  type StoredState,
  type StoreFlags,
  type UidRange,
} from '../types.ts';
import { rangesOf } from '../uids/ranges.ts';

interface Box {
  readonly account: number;
  readonly mailbox: number;
}

/** Messages that have come to the same flags. */
interface Gathered {
  readonly flags: number;
  readonly keywords: string;
  readonly uids: number[];
  readonly modseqs: number[];
}

/** What becomes of messages that had the same flags. */
interface Fate {
  readonly from: { readonly flags: number; readonly keywords: string };
  readonly to: Gathered;
  readonly changes: boolean;
  /** What one such message adds to the mailbox's counters. */
  readonly unseen: number;
  readonly deleted: number;
}

const bitOf = (flags: number, bit: number) => ((flags & bit) === 0 ? 0 : 1);

/** Sorts messages by what becomes of them: it is worked out once for all that had the same flags. */
class Fates {
  readonly #change: StoreFlags;
  readonly #fates = new Map<string, Fate>();
  readonly #changed = new Map<string, Gathered>();
  readonly #unchanged: Gathered[] = [];
  #last: Fate | null = null;
  unseen = 0;
  deleted = 0;

  constructor(change: StoreFlags) {
    this.#change = change;
  }

  add(row: FlagRow): void {
    const { to, changes, unseen, deleted } = this.#of(row);
    to.uids.push(row.uid);
    if (!changes) to.modseqs.push(row.modseq);
    this.unseen += unseen;
    this.deleted += deleted;
  }

  #of(row: FlagRow): Fate {
    const last = this.#last;
    // Neighbours mostly have the same flags.
    if (last !== null && last.from.flags === row.flags && last.from.keywords === row.keywords) return last;
    const key = `${row.flags} ${row.keywords}`;
    let fate = this.#fates.get(key);
    if (fate === undefined) {
      fate = this.#decide(row);
      this.#fates.set(key, fate);
    }
    this.#last = fate;
    return fate;
  }

  #decide(from: FlagRow): Fate {
    const { mode, flags, keywords, only } = this.#change;
    const state = applyFlags(from, mode, flags, keywords, only);
    const changes = state.flags !== from.flags || state.keywords !== from.keywords;
    const made: Gathered = { ...state, uids: [], modseqs: [] };
    if (!changes) {
      this.#unchanged.push(made);
      return { from, to: made, changes, unseen: 0, deleted: 0 };
    }
    const key = `${state.flags} ${state.keywords}`;
    const to = this.#changed.get(key) ?? made;
    this.#changed.set(key, to);
    const unseen = bitOf(from.flags, flagBits.seen) - bitOf(state.flags, flagBits.seen);
    const deleted = bitOf(state.flags, flagBits.deleted) - bitOf(from.flags, flagBits.deleted);
    return { from, to, changes, unseen, deleted };
  }

  get changed(): readonly Gathered[] {
    return [...this.#changed.values()];
  }

  get states(): StoredState[] {
    const changed = this.changed.map(({ flags, keywords, uids }) => ({
      flags,
      keywords,
      uids,
      modseqs: null,
    }));
    return [...changed, ...this.#unchanged];
  }
}

/** The stretches of neighbours that uids make, ascending; null where they lie so scattered that a list is shorter. */
function stretches(uids: readonly number[]): readonly UidRange[] | null {
  const ranges = rangesOf(uids);
  return ranges.length === 1 || ranges.length * limits.neighbourUidsMin <= uids.length ? ranges : null;
}

function* flagsOf(q: MailQueries, box: Box, uids: readonly number[]): Script<readonly FlagRow[]> {
  const ranges = stretches(uids);
  if (ranges === null) return yield* run(q.flagsListed, { ...box, uids: numbers(uids) });
  const [only] = ranges;
  if (only !== undefined && ranges.length === 1) {
    return yield* run(q.flagsBetween, { ...box, first: only[0], last: only[1] });
  }
  const rows: FlagRow[] = [];
  for (const [first, last] of ranges) {
    for (const row of yield* run(q.flagsBetween, { ...box, first, last })) rows.push(row);
  }
  return rows;
}

function* setFlags(
  q: MailQueries,
  box: Box,
  { flags, keywords, uids }: Gathered,
  modseq: number,
): Script<void> {
  const state = { ...box, flags, keywords, modseq };
  const ranges = stretches(uids);
  if (ranges === null) yield* run(q.flagsSetListed, { ...state, uids: numbers(uids) });
  else for (const [first, last] of ranges) yield* run(q.flagsSetBetween, { ...state, first, last });
}

/** Those of `uids` that no row has. */
function without(uids: readonly number[], rows: readonly FlagRow[]): number[] {
  if (rows.length === uids.length) return [];
  const there = new Set(rows.map((row) => row.uid));
  return uids.filter((uid) => !there.has(uid));
}

/** One UPDATE per distinct resulting state and stretch of uids, not per message; rows that stay as they are are not written. */
export function* storeFlags(q: MailQueries, a: StoreFlags): Script<StoredFlags> {
  const box = { account: a.account, mailbox: a.mailbox };
  const mailbox = (yield* run(q.mailboxModseq, box))[0];
  if (!mailbox) throw new StoreError('not-found', 'there is no such mailbox');
  const rows = yield* flagsOf(q, box, a.uids);
  const modified: number[] = [];
  const fates = new Fates(a);
  for (const row of rows) {
    if (a.unchangedSince !== undefined && row.modseq > a.unchangedSince) modified.push(row.uid);
    else fates.add(row);
  }
  const stored = {
    before: mailbox.highestModseq,
    states: fates.states,
    modified,
    missing: without(a.uids, rows),
  };
  if (fates.changed.length === 0) return { modseq: 0, ...stored };
  const modseq = yield* nextModseq(q, a.account);
  for (const state of fates.changed) yield* setFlags(q, box, state, modseq);
  if (a.mode !== 'remove') yield* noteKeywords(q, box, a.keywords);
  const { unseen, deleted } = fates;
  yield* run(q.mailboxChange, { ...box, modseq, count: 0, size: 0, unseen, deleted });
  return { modseq, ...stored };
}
