import { StoreError } from '../../../base/index.ts';
import {
  dropBlob,
  dropBlobs,
  first,
  keepBlob,
  one,
  run,
  type Script,
  type StoredBlob,
} from '../../../storage/index.ts';
import { limits } from './limits.ts';
import type { UploadQueries } from './queries.ts';

export interface UploadRow {
  readonly account: number;
  readonly id: string;
  readonly about: string;
  readonly length: number | null;
  readonly bytes: number;
  readonly done: boolean;
  readonly pieces: number;
  readonly created: number;
  readonly expires: number;
}

interface Which {
  readonly account: number;
  readonly id: string;
}

/** Until when an upload lives that something was done with just now. */
const expiry = (now: number) => now + limits.unfinishedHours * 3_600_000;

function* demand(q: UploadQueries, { account, id }: Which, now: number): Script<UploadRow> {
  const row = first(yield* run(q.uploadFind, { account, id }));
  if (!row || row.expires <= now) throw new StoreError('not-found', 'there is no such upload');
  return row;
}

/** `room`: bytes that may lie there in all; null: no limit. */
function* demandRoom(q: UploadQueries, account: number, more: number, room: number | null): Script<void> {
  if (room === null || more <= 0) return;
  const { bytes } = one(yield* run(q.uploadSums, { account }));
  if (Number(bytes) + more > room) throw new StoreError('over-quota', 'there is no room for this upload');
}

export function* begin(
  q: UploadQueries,
  a: Which & { length: number | null; about: string; room: number | null; now: number },
): Script<UploadRow> {
  const { account, id, length, about, now } = a;
  if (first(yield* run(q.uploadFind, { account, id })))
    throw new StoreError('exists', 'there is such an upload');
  const { uploads } = one(yield* run(q.uploadSums, { account }));
  if (Number(uploads) >= limits.uploadsPerMemberMax)
    throw new StoreError('limit', `One member has at most ${limits.uploadsPerMemberMax} uploads under way`);
  yield* demandRoom(q, account, length ?? 0, a.room);
  yield* run(q.uploadAdd, { account, id, about, length, now, expires: expiry(now) });
  return yield* demand(q, a, now);
}

export function* setLength(
  q: UploadQueries,
  a: Which & { length: number; room: number | null; now: number },
): Script<UploadRow> {
  const row = yield* demand(q, a, a.now);
  if (row.length === a.length) return row;
  if (row.length !== null) throw new StoreError('conflict', 'the length of an upload does not change');
  if (row.bytes > a.length) throw new StoreError('too-large', 'more has arrived than that');
  yield* demandRoom(q, a.account, a.length - row.bytes, a.room);
  yield* run(q.uploadLength, { account: a.account, id: a.id, length: a.length });
  return { ...row, length: a.length };
}

export interface NewPiece {
  readonly name: string;
  readonly blob: StoredBlob;
}

/** Takes pieces in, all or none. `offset`: what the upload must hold before; null: whatever it does. */
export function* addPieces(
  q: UploadQueries,
  a: Which & {
    offset: number | null;
    pieces: readonly NewPiece[];
    room: number | null;
    now: number;
  },
): Script<UploadRow> {
  const { account, id, now } = a;
  const row = yield* demand(q, a, now);
  if (row.done) throw new StoreError('conflict', 'the upload is done');
  if (a.offset !== null && a.offset !== row.bytes)
    throw new StoreError('conflict', 'the upload is at another place', { offset: row.bytes });
  let [bytes, pieces] = [row.bytes, row.pieces];
  for (const { name, blob } of a.pieces) {
    const before = first(yield* run(q.pieceFind, { account, id, name }));
    bytes += blob.size - (before?.size ?? 0);
    if (!before) pieces++;
    yield* keepBlob(q, blob);
    if (before) yield* dropBlob(q, before.hash, now);
    yield* run(q.piecePut, { account, id, name, hash: blob.hash, size: blob.size, now });
  }
  if (pieces > limits.piecesPerUploadMax)
    throw new StoreError('limit', `An upload has at most ${limits.piecesPerUploadMax} pieces`);
  if (row.length !== null && bytes > row.length)
    throw new StoreError('too-large', 'more arrived than the upload was to have');
  // What was promised room at the beginning has it.
  const reserved = Math.max(row.length ?? 0, row.bytes);
  yield* demandRoom(q, account, bytes - reserved, a.room);
  const expires = expiry(now);
  yield* run(q.uploadGrow, { account, id, bytes, pieces, expires });
  return { ...row, bytes, pieces, expires };
}

export function* piece(q: UploadQueries, a: Which & { name: string; now: number }) {
  const { account, id, name } = a;
  yield* demand(q, a, a.now);
  return first(yield* run(q.pieceFind, { account, id, name })) ?? null;
}

/** One step of the same where something was made of it; the row alone stays. */
export function* finish(
  q: UploadQueries,
  { account, id, bytes, now }: Which & { bytes: number; now: number },
): Script<boolean> {
  const row = yield* demand(q, { account, id }, now);
  if (!row.done) {
    yield* run(q.uploadDone, { account, id, bytes, expires: expiry(now) });
    const known = yield* run(q.uploadsDone, { account });
    for (const old of known.slice(limits.donePerMemberMax)) yield* run(q.uploadEnd, { account, id: old.id });
  }
  return yield* dropStep(q, { account, id }, now);
}

function* dropStep(q: UploadQueries, { account, id }: Which, now: number): Script<boolean> {
  const step = yield* run(q.piecesStep, { account, id });
  for (const { name } of step) yield* run(q.pieceDrop, { account, id, name });
  yield* dropBlobs(
    q,
    step.map(({ hash }) => hash),
    now,
  );
  return step.length === limits.stepRows;
}

/** One step of taking an upload away; answers whether there is more. It is gone for everybody with the first. */
export function* end(q: UploadQueries, { account, id, now }: Which & { now: number }): Script<boolean> {
  yield* run(q.uploadEnd, { account, id });
  if (yield* dropStep(q, { account, id }, now)) return true;
  yield* run(q.uploadDrop, { account, id });
  return false;
}
