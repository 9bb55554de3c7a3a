import { nextModseq, numbers, run, type Script } from '../../../../storage/index.ts';
import { groupchat, isRoom, ownerOf, type StoredRow } from '../keys.ts';
import { limits } from '../limits.ts';
import type { ArchiveQueries } from '../queries.ts';
import { noFirst } from '../tables.ts';
import { forgetWords } from './search.ts';

const nothing = { rows: 0, groupchat: 0, offline: 0, unindexed: 0 };

/** A tombstone stands where the message was (XEP-0424 §4); of its body nothing is left. */
export function* redact(
  q: ArchiveQueries,
  a: { archive: number; id: number; stanza: string },
): Script<boolean> {
  const { archive, id } = a;
  const row = (yield* run(q.archiveShift, { archive, ...nothing }))[0];
  const message = (yield* run(q.messageBody, { archive, id }))[0];
  if (!row || !message || message.hidden === 1) return false;
  if (message.body !== null) {
    if (id <= row.indexed) yield* forgetWords(q, archive, id, message.body);
    else yield* run(q.archiveShift, { archive, ...nothing, unindexed: -1 });
  }
  yield* run(q.messageRedact, a);
  if (!isRoom(archive)) yield* nextModseq(q, ownerOf(archive));
  return true;
}

export function* waiting(
  q: ArchiveQueries,
  { owner, after, limit }: { owner: number; after: number; limit: number },
): Script<(StoredRow & { readonly hidden: number })[]> {
  const rows = yield* run(q.offlineAfter, { account: owner, after, limit });
  if (rows.length === 0) return [];
  const ids = numbers(rows.map(({ id }) => id));
  return yield* run(q.messagesWaiting, { archive: 2 * owner, ids });
}

/** They wait no more; those that were kept for nothing else go. */
export function* delivered(
  q: ArchiveQueries,
  { owner, upTo }: { owner: number; upTo: number },
): Script<void> {
  const archive = 2 * owner;
  if ((yield* run(q.archiveShift, { archive, ...nothing })).length === 0) return;
  const rows = yield* run(q.offlineDropTo, { account: owner, id: upTo });
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  yield* run(q.hiddenDrop, { archive, ids: numbers(ids) });
  yield* run(q.archiveShift, { archive, ...nothing, offline: -ids.length });
  yield* begin(q, archive);
}

/** The archive begins with what is now its oldest row. */
function* begin(q: ArchiveQueries, archive: number): Script<void> {
  const oldest = (yield* run(q.messagesOldest, { archive, limit: 1 }))[0];
  yield* run(q.archiveBegins, { archive, firstAt: oldest?.at ?? noFirst });
}

/** One step: the oldest rows from before a time go. Answers how many, and whether there are more. */
export function* dropOldest(
  q: ArchiveQueries,
  { archive, before }: { archive: number; before: number },
): Script<{ dropped: number; more: boolean }> {
  const row = (yield* run(q.archiveShift, { archive, ...nothing }))[0];
  if (!row) return { dropped: 0, more: false };
  const oldest = yield* run(q.messagesOldest, { archive, limit: limits.stepRows });
  const going = oldest.filter(({ at }) => at < before);
  const last = going.at(-1);
  const shift = { ...nothing };
  for (const { id, body, hidden, type } of going) {
    if (hidden === 0) shift.rows--;
    if (hidden === 0 && type === groupchat) shift.groupchat--;
    if (body === null) continue;
    if (id > row.indexed) shift.unindexed--;
    else yield* forgetWords(q, archive, id, body);
  }
  if (last) {
    yield* run(q.messagesDropTo, { archive, id: last.id });
    if (!isRoom(archive))
      shift.offline -= (yield* run(q.offlineDropTo, { account: ownerOf(archive), id: last.id })).length;
    yield* run(q.archiveShift, { archive, ...shift });
  }
  yield* begin(q, archive);
  return { dropped: going.length, more: going.length === limits.stepRows };
}

/** One step of what is too old anywhere; answers how many rows went, null where nothing is. */
export function* expire(
  q: ArchiveQueries,
  { kind, before }: { kind: number; before: number },
): Script<number | null> {
  const archive = (yield* run(q.archiveOldest, { kind, before }))[0]?.archive;
  if (archive === undefined) return null;
  return (yield* dropOldest(q, { archive, before })).dropped;
}

/** What is left of an archive whose rows are gone. */
export function* forget(q: ArchiveQueries, { archive }: { archive: number }): Script<void> {
  yield* run(q.wordsDropAll, { archive });
  yield* run(q.archiveDrop, { archive });
}
