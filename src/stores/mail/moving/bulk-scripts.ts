import { dropBlobs, one, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { MailQueries } from '../queries.ts';
import { forgetSearched } from '../search/scripts.ts';
import type { UidRange } from '../types.ts';
import { type Step, stepsOf, UidRanges } from '../uids/ranges.ts';

/** Which messages of a mailbox: those in the ranges that have all the flags `need`. */
export interface Selection {
  readonly account: number;
  readonly mailbox: number;
  readonly ranges: readonly UidRange[];
  readonly need?: number;
}

/** What counters change by. */
export interface Sums {
  readonly count: number;
  readonly unseen: number;
  readonly deleted: number;
  readonly size: number;
}

/** A part of the selection with so few messages that a statement on it is short; its arguments for every statement. */
export interface Part extends Step, Sums {
  readonly account: number;
  readonly mailbox: number;
  readonly need: number;
  readonly mask: number;
}

const allFlags = 0xff;

/**
 * Does `work` on the whole selection, part by part and within the transaction; answers the uids and the sums of all.
 * Flags outside `mask` are not counted.
 */
export function* inParts(
  q: MailQueries,
  selection: Selection,
  mask: number,
  work: (part: Part) => Script<void>,
): Script<{ uids: UidRanges; sums: Sums }> {
  const { account, mailbox, need = 0 } = selection;
  const uids = new UidRanges();
  let sums: Sums = { count: 0, unseen: 0, deleted: 0, size: 0 };
  for (const step of stepsOf(selection.ranges, limits.stepUidsCount)) {
    let { first } = step;
    while (first <= step.last) {
      const args = { account, mailbox, need, mask, first, last: step.last, uids: step.uids };
      const found = one(yield* run(q.stepSums, { ...args, limit: limits.stepRows }));
      if (found.count === 0) break;
      const { count, unseen, deleted, size, last } = found;
      uids.add(uidsIn(found.uids));
      yield* work({ ...args, last, count, unseen, deleted, size });
      sums = {
        count: sums.count + count,
        unseen: sums.unseen + unseen,
        deleted: sums.deleted + deleted,
        size: sums.size + size,
      };
      if (count < limits.stepRows) break;
      first = last + 1;
    }
  }
  return { uids, sums };
}

/** Uids of a text that a query joined, ascending. */
export function uidsIn(text: string | null): Uint32Array {
  return text === null ? new Uint32Array(0) : Uint32Array.from(text.split(','), Number).sort();
}

/** Takes messages out of their mailbox and leaves tombstones; contents that nothing else uses go with them. */
export function* removeMessages(
  q: MailQueries,
  a: Selection & {
    readonly modseq: number;
    readonly now: number;
    /** The messages have another place already. */
    readonly keepContents?: boolean;
    /** The mailbox goes too, so nobody can ask what went. */
    readonly forget?: boolean;
  },
): Script<UidRanges> {
  const { account, mailbox, modseq } = a;
  const { uids, sums } = yield* inParts(q, a, allFlags, function* (part) {
    if (!a.keepContents) yield* removeContents(q, part, a.now);
    yield* buryPart(q, part, modseq, a.forget ?? false);
  });
  if (sums.count > 0) yield* removed(q, { account, mailbox, modseq, sums });
  if (sums.count > 0 && !a.keepContents) yield* run(q.accountFree, { account, ...sums });
  return uids;
}

/** The rows of a part go; tombstones stay. */
export function* buryPart(q: MailQueries, part: Part, modseq: number, forget = false): Script<void> {
  if (!forget) {
    yield* run(q.stepBury, { ...part, modseq });
    yield* run(q.stepCountGone, { ...part });
  }
  yield* run(q.stepRemove, { ...part });
}

/** The mailbox counts fewer messages. */
export function* removed(
  q: MailQueries,
  a: { readonly account: number; readonly mailbox: number; readonly modseq: number; readonly sums: Sums },
): Script<void> {
  const { count, unseen, deleted, size } = a.sums;
  const change = { count: -count, unseen: -unseen, deleted: -deleted, size: -size };
  yield* run(q.mailboxChange, { account: a.account, mailbox: a.mailbox, modseq: a.modseq, ...change });
}

/** What the messages of a part alone use goes; the messages themselves are still there. */
function* removeContents(q: MailQueries, part: Part, now: number): Script<void> {
  const { account } = part;
  yield* run(q.stepUnshare, { ...part });
  const unused = one(yield* run(q.stepUnused, { ...part })).emails;
  yield* run(q.stepSharesForget, { ...part });
  if (unused === null) return;
  const emails = `[${unused}]`;
  const hashes = yield* run(q.hashesOf, { account, emails });
  yield* run(q.emailRemove, { account, emails });
  yield* run(q.emailOrderRemove, { account, emails });
  yield* forgetSearched(q, account, emails);
  yield* dropBlobs(
    q,
    hashes.map(({ hash }) => hash),
    now,
  );
}
