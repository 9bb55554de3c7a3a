import { numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { MailQueries } from '../queries.ts';
import { type Block, ownersOf, rowBytes, rowsPerBlock, type WaitingColumns } from './blocks.ts';
import type { Digest } from './digest.ts';

/** Removed emails leave nothing that waits; in blocks their columns name nobody any more and are cleared in time. */
export function* forgetSearched(q: MailQueries, account: number, emails: string): Script<void> {
  yield* run(q.searchTextRemove, { account, emails });
  yield* run(q.waitingRemove, { account, emails });
}

/** The whole index of an account. */
export function* forgetIndex(q: MailQueries, account: number): Script<void> {
  yield* run(q.searchTextForget, { account });
  yield* run(q.waitingForget, { account });
  yield* run(q.blockForget, { account });
  yield* run(q.sliceForget, { account });
}

/** An email that the index does not have yet. */
export interface Unindexed {
  readonly id: number;
  readonly hash: string;
  readonly size: number;
  readonly headerLength: number;
  readonly structure: string;
}

/** The next emails after the cursor, and how far it may go with them; null where there is nothing to do. */
export function* unindexed(
  q: MailQueries,
  { account }: { account: number },
): Script<{ from: number; upTo: number; emails: Unindexed[] } | null> {
  const row = (yield* run(q.accountFind, { account }))[0];
  if (!row || row.searched >= row.nextEmail - 1) return null;
  const limit = limits.indexedEmailsCount;
  const emails = yield* run(q.searchPage, { account, after: row.searched, limit });
  const whole = emails.length < limit;
  return { from: row.searched, upTo: whole ? row.nextEmail - 1 : (emails.at(-1)?.id ?? 0), emails };
}

/** Digests and the cursor go together, so a crash leaves nothing half done. Answers the bytes that wait for a block. */
export function* index(
  q: MailQueries,
  a: { account: number; from: number; upTo: number; digests: readonly Digest[] },
): Script<{ done: boolean; waitingBytes: number }> {
  const { account, from, upTo, digests } = a;
  const advanced = yield* run(q.searchAdvance, { account, from, upTo });
  if (advanced.length === 0) return { done: false, waitingBytes: 0 };
  const ids = numbers(digests.map(({ id }) => id));
  // What was removed meanwhile must not come back.
  const there = new Set((yield* run(q.emailsPresent, { account, emails: ids })).map(({ id }) => id));
  const kept = digests.filter(({ id }) => there.has(id));
  yield* run(q.searchTextInsert, {
    rows: kept.map(({ id, sentDay, fields, text }) => ({ account, id, sentDay, fields, text })),
  });
  yield* run(q.waitingInsert, { rows: kept.map(({ id, columns }) => ({ account, id, columns })) });
  return { done: true, waitingBytes: (yield* run(q.waitingSize, { account }))[0]?.bytes ?? 0 };
}

/** Columns that waited become a block. False where some of them do not wait any more. */
export function* addBlock(
  q: MailQueries,
  a: { account: number; emails: readonly number[]; block: Block },
): Script<boolean> {
  const { account } = a;
  const waiting = new Set((yield* run(q.waitingAll, { account })).map(({ id }) => id));
  if (!a.emails.every((id) => waiting.has(id))) return false;
  const block = ((yield* run(q.blockLast, { account }))[0]?.block ?? 0) + 1;
  yield* run(q.blockInsert, { rows: [{ account, block, owners: a.block.owners }] });
  const rows: { account: number; block: number; part: number; bits: Uint8Array }[] = [];
  for (let part = 0; part < rowsPerBlock; part++) {
    rows.push({ account, block, part, bits: a.block.bits.subarray(part * rowBytes, (part + 1) * rowBytes) });
  }
  yield* run(q.sliceInsert, { rows });
  yield* run(q.waitingRemove, { account, emails: numbers(a.emails) });
  return true;
}

/** How many emails are not in the index yet, and the size of what is. */
export function* progress(
  q: MailQueries,
  _a: Record<string, never>,
): Script<{ behind: number; bytes: number }> {
  const behind = (yield* run(q.searchBehindCount, {}))[0]?.emails ?? 0;
  const blocks = (yield* run(q.blockCount, {}))[0]?.blocks ?? 0;
  return { behind, bytes: blocks * rowsPerBlock * rowBytes };
}

/** Of the blocks after `after`, a few at a time: one of whose emails most are gone, with those that are not. */
export function* thinBlock(
  q: MailQueries,
  { account, after }: { account: number; after: number },
): Script<{ next: number | null; found: { block: number; content: Block; keep: number[] } | null }> {
  const all = (yield* run(q.blockNumbers, { account })).map(({ block }) => block);
  const some = all.filter((block) => block > after).slice(0, limits.blocksLookedAtCount);
  for (const { block, owners } of yield* run(q.blockOwners, { account, blocks: numbers(some) })) {
    const emails = ownersOf(owners).map(({ email }) => email);
    const ids = numbers(new Set(emails));
    const keep = new Set((yield* run(q.emailsPresent, { account, emails: ids })).map(({ id }) => id));
    if (emails.filter((email) => keep.has(email)).length * 2 >= emails.length) continue;
    const bits = Buffer.concat((yield* run(q.sliceAll, { account, block })).map((row) => row.bits));
    return { next: block, found: { block, content: { owners, bits }, keep: [...keep] } };
  }
  return { next: some.at(-1) ?? null, found: null };
}

/** A block is taken apart: what is left of it waits again for the next one. */
export function* removeBlock(
  q: MailQueries,
  a: { account: number; block: number; waiting: readonly WaitingColumns[] },
): Script<boolean> {
  const { account, block } = a;
  if ((yield* run(q.blockRemove, { account, block })).length === 0) return false;
  yield* run(q.sliceRemove, { account, block });
  const ids = numbers(a.waiting.map(({ id }) => id));
  const there = new Set((yield* run(q.emailsPresent, { account, emails: ids })).map(({ id }) => id));
  const rows = a.waiting.filter(({ id }) => there.has(id));
  yield* run(q.waitingInsert, { rows: rows.map(({ id, columns }) => ({ account, id, columns })) });
  return true;
}
