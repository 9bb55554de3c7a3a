import { StoreError } from '../../../base/index.ts';
import { run, type Script } from '../../../storage/index.ts';
import type { RowNews } from '../held/row-cache.ts';
import { limits } from '../limits.ts';
import type { MailQueries } from '../queries.ts';
import type { MailboxRow } from '../scripts.ts';
import { type GoneBlock, type MessageRow, uidBlock } from '../types.ts';

interface Box {
  readonly account: number;
  readonly mailbox: number;
}

/** Uids of a text that a query joined, ascending. */
function uidsOf(rows: readonly { readonly uids: string | null }[]): Uint32Array {
  const text = rows[0]?.uids ?? '';
  return text === '' ? new Uint32Array(0) : Uint32Array.from(text.split(','), Number).sort();
}

/** These uids are gone from a mailbox, for ever. */
export function* countGone(q: MailQueries, { account, mailbox }: Box, uids: Iterable<number>): Script<void> {
  const blocks = new Map<number, number>();
  for (const uid of uids) {
    const block = Math.floor(uid / uidBlock);
    blocks.set(block, (blocks.get(block) ?? 0) + 1);
  }
  for (const [block, gone] of blocks) yield* run(q.goneBlockAdd, { account, mailbox, block, gone });
}

/** How many uids of each block are gone, counted from the messages themselves; blocks without any are left out. */
export function* countBlocks(q: MailQueries, a: Box & { readonly uidNext: number }): Script<GoneBlock[]> {
  const there = new Map((yield* run(q.blocksCounted, { ...a })).map((row) => [row.block, row.there]));
  const counted: GoneBlock[] = [];
  for (let block = 0; block * uidBlock < a.uidNext; block++) {
    const first = Math.max(1, block * uidBlock);
    const gone = Math.min(a.uidNext, (block + 1) * uidBlock) - first - (there.get(block) ?? 0);
    if (gone !== 0) counted.push({ block, gone });
  }
  return counted;
}

/** Writes down what `countBlocks` found. */
export function* mendBlocks(q: MailQueries, a: Box & { readonly uidNext: number }): Script<void> {
  const { account, mailbox } = a;
  yield* run(q.goneBlocksForget, { account, mailbox });
  for (const { block, gone } of yield* countBlocks(q, a)) {
    yield* run(q.goneBlockAdd, { account, mailbox, block, gone });
  }
}

/** The mailboxes whose blocks are not kept as they are counted. */
export function* wrongBlocks<Known extends { readonly id: number; readonly uidNext: number }>(
  q: MailQueries,
  account: number,
  mailboxes: readonly Known[],
): Script<Known[]> {
  const wrong: Known[] = [];
  const text = (blocks: readonly GoneBlock[]) => blocks.map(({ block, gone }) => `${block} ${gone}`).join();
  for (const known of mailboxes) {
    const box = { account, mailbox: known.id };
    const kept = yield* run(q.goneBlocks, box);
    if (text(kept) !== text(yield* countBlocks(q, { ...box, uidNext: known.uidNext }))) wrong.push(known);
  }
  return wrong;
}

/** The mailbox, and where in it uids are gone: all that SELECT reads, however many messages there are. */
export function* opening(
  q: MailQueries,
  a: Box,
): Script<{ mailbox: MailboxRow & { readonly subscribed: boolean }; gone: GoneBlock[] }> {
  const mailbox = (yield* run(q.mailboxFind, { ...a }))[0] as MailboxRow | undefined;
  if (!mailbox) throw new StoreError('not-found', 'there is no such mailbox');
  const subscribed = yield* run(q.subscribedTo, { account: a.account, name: mailbox.name });
  const gone = yield* run(q.goneBlocks, { ...a });
  return { mailbox: { ...mailbox, subscribed: subscribed.length > 0 }, gone };
}

export interface Stretch extends Box {
  readonly first: number;
  readonly last: number;
  readonly asOf: number;
}

export function* present(q: MailQueries, a: Stretch): Script<Uint32Array> {
  return uidsOf(yield* run(q.uidsPresent, { ...a }));
}

export interface NewsWanted extends Box {
  readonly cursor: number;
  readonly goneCursor: number;
  readonly topUid: number;
  readonly vanished: boolean;
}

export interface NewsFound {
  /** The mailbox's highest modseq as of all this. */
  readonly modseq: number;
  readonly appended: Uint32Array;
  readonly vanished: Uint32Array;
  readonly hasVanished: boolean;
  /** The first page, by modseq and uid. */
  readonly changed: readonly MessageRow[];
}

const all = 0xffff_ffff;

/** Null where there is no such mailbox; 'many' where some part has more rows than `most`. */
function* news(q: MailQueries, a: NewsWanted, most: number): Script<NewsFound | 'many' | null> {
  const { account, mailbox, cursor, goneCursor, topUid } = a;
  const row = (yield* run(q.mailboxFind, { account, mailbox }))[0];
  if (!row) return null;
  const modseq = row.highestModseq;
  const box = { account, mailbox };
  const isOver = (found: { readonly length: number }) => found.length > most;
  const limit = Math.min(all, most + 1);
  const appended =
    row.uidNext > topUid + 1
      ? uidsOf(yield* run(q.uidsAbove, { ...box, above: topUid, limit }))
      : new Uint32Array(0);
  if (isOver(appended)) return 'many';
  const goneLimit = a.vanished ? limit : 1;
  const gone =
    modseq > goneCursor
      ? uidsOf(yield* run(q.uidsGone, { ...box, since: goneCursor, top: topUid, limit: goneLimit }))
      : new Uint32Array(0);
  if (isOver(gone)) return 'many';
  const changed = modseq > cursor ? yield* rowsChanged(q, { ...a, modseq: cursor, uid: all }, limit) : [];
  if (isOver(changed)) return 'many';
  const vanished = a.vanished ? gone : new Uint32Array(0);
  return { modseq, appended, vanished, hasVanished: gone.length > 0, changed };
}

/** For the thread that serves everyone: 'many' where it would have to read much. */
export function* fewNews(q: MailQueries, a: NewsWanted): Script<NewsFound | 'many' | null> {
  return yield* news(q, a, limits.pointReadsMax);
}

export function* manyNews(q: MailQueries, a: NewsWanted): Script<NewsFound | 'many' | null> {
  return yield* news(q, a, all);
}

export interface ChangedAfter extends Box {
  readonly topUid: number;
  readonly modseq: number;
  readonly uid: number;
}

export function* rowsChanged(
  q: MailQueries,
  { account, mailbox, modseq, uid, topUid }: ChangedAfter,
  rows: number = limits.pageRows,
): Script<MessageRow[]> {
  const limit = Math.min(rows, limits.pageRows);
  return yield* run(q.rowsChanged, { account, mailbox, modseq, uid, top: topUid, limit });
}

export function* firstUnseen(q: MailQueries, a: Box & { readonly rowsMax: number }): Script<number | null> {
  const { account, mailbox, rowsMax: limit } = a;
  return (yield* run(q.firstUnseen, { account, mailbox, limit }))[0]?.uid ?? null;
}

/** What the cache of rows asks: how things stand, and what changed after `since` where that is little. */
export function* rowNews(q: MailQueries, a: Box & { readonly since: number }): Script<RowNews> {
  const { account, mailbox, since } = a;
  const row = (yield* run(q.mailboxFind, { account, mailbox }))[0];
  if (!row) return null;
  const { highestModseq: modseq, messages } = row;
  if (modseq <= since) return { modseq, messages, changed: [], vanished: new Uint32Array(0) };
  const limit = limits.pointReadsMax + 1;
  const changed = yield* rowsChanged(q, { account, mailbox, topUid: all, modseq: since, uid: all }, limit);
  const vanished = uidsOf(yield* run(q.uidsGone, { account, mailbox, since, top: all, limit }));
  if (changed.length === limit || vanished.length === limit) return 'many';
  return { modseq, messages, changed, vanished };
}
