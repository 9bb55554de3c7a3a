import { dropBlobs, run, type Script } from '../../../storage/index.ts';
import { isAppended, nameAt } from './names.ts';
import type { UploadQueries } from './queries.ts';

interface Walk {
  readonly after: number;
}

interface Faults {
  next: number | null;
  faults: string[];
}

function* nextAccount(q: UploadQueries, after: number): Script<number | null> {
  const found = [
    ...(yield* run(q.uploadAccounts, { after })),
    ...(yield* run(q.pieceAccounts, { after })),
  ].map(({ account }) => account);
  return found.length === 0 ? null : Math.min(...found);
}

/** Uploads whose sums are not those of their pieces, and names under which pieces lie without an upload. */
function* compare(q: UploadQueries, account: number) {
  const sums = new Map((yield* run(q.pieceSums, { account })).map((row) => [row.upload, row]));
  const wrong: { id: string; bytes: number; pieces: number; expires: number }[] = [];
  for (const { id, bytes, pieces, expires, done } of yield* run(q.uploadsOf, { account })) {
    const sum = sums.get(id);
    sums.delete(id);
    const counted = { bytes: Number(sum?.bytes ?? 0), pieces: Number(sum?.pieces ?? 0) };
    // One that has ended, or is done, loses its pieces in steps.
    if (expires > 0 && !done && (counted.bytes !== bytes || counted.pieces !== pieces))
      wrong.push({ id, expires, ...counted });
  }
  return { wrong, stray: [...sums.keys()] };
}

export function* check(q: UploadQueries, { after }: Walk): Script<Faults> {
  const account = yield* nextAccount(q, after);
  if (account === null) return { next: null, faults: [] };
  const { wrong, stray } = yield* compare(q, account);
  const faults: string[] = [];
  if (wrong.length > 0) faults.push(`${wrong.length} uploads do not hold what their pieces do`);
  if (stray.length > 0) faults.push(`pieces of ${stray.length} uploads that are not there`);
  return { next: account, faults: faults.map((fault) => `files: account ${account}: ${fault}`) };
}

interface Which {
  readonly account: number;
  readonly id: string;
  readonly now: number;
}

function* dropPieces(
  q: UploadQueries,
  { account, id, now }: Which,
  pieces: readonly { readonly name: string; readonly hash: string }[],
): Script<void> {
  for (const { name } of pieces) yield* run(q.pieceDrop, { account, id, name });
  yield* dropBlobs(
    q,
    pieces.map(({ hash }) => hash),
    now,
  );
}

/**
 * Who appends goes on from what is there: pieces behind one that is missing would come to lie at another place, so they
 * go. Answers what is left; null where pieces are not named by where they lie.
 */
function* dropBehindGap(q: UploadQueries, which: Which): Script<{ bytes: number; pieces: number } | null> {
  const { account, id } = which;
  const pieces = (yield* run(q.piecesOf, { account, id })).toSorted((x, y) => (x.name < y.name ? -1 : 1));
  if (!pieces.every(({ name }) => isAppended(name))) return null;
  let [bytes, kept] = [0, 0];
  for (const { name, size } of pieces) {
    if (name !== nameAt(bytes)) break;
    bytes += size;
    kept++;
  }
  yield* dropPieces(q, which, pieces.slice(kept));
  return { bytes, pieces: kept };
}

export function* repair(q: UploadQueries, { after, now }: Walk & { now: number }): Script<Faults> {
  const account = yield* nextAccount(q, after);
  if (account === null) return { next: null, faults: [] };
  const { wrong, stray } = yield* compare(q, account);
  const mended: string[] = [];
  for (const { id, expires, ...counted } of wrong) {
    const sums = (yield* dropBehindGap(q, { account, id, now })) ?? counted;
    yield* run(q.uploadGrow, { account, id, expires, ...sums });
  }
  if (wrong.length > 0) mended.push(`${wrong.length} uploads: counted again`);
  for (const id of stray) yield* dropPieces(q, { account, id, now }, yield* run(q.piecesOf, { account, id }));
  if (stray.length > 0) mended.push(`pieces of ${stray.length} uploads: removed, those were not there`);
  return { next: account, faults: mended.map((line) => `files: account ${account}: ${line}`) };
}

export function* blobUses(
  q: UploadQueries,
  { after }: Walk,
): Script<{ next: number | null; uses: { hash: string; uses: number }[] }> {
  const account = yield* nextAccount(q, after);
  if (account === null) return { next: null, uses: [] };
  const rows = yield* run(q.pieceUses, { account });
  return { next: account, uses: rows.map(({ hash, uses }) => ({ hash, uses: Number(uses) })) };
}
