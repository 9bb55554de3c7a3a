import { numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { MailQueries } from '../queries.ts';
import { meeting, ownersOf, placeInRow, rowOfBit, sliceBytes } from './blocks.ts';
import { bitsOf, columnHas, type Kind, kinds, storedColumnBytes } from './columns.ts';
import { type FoldedField, headerLines, isEnvelopeField, type Needle, packedHolds } from './needle.ts';
import { verdicts } from './verdicts.ts';

/** Of the emails up to `upTo` only `emails` (ascending) may hold the needle; of later ones nothing is known. */
export interface Narrowed {
  readonly upTo: number;
  readonly emails: Float64Array;
}

interface Wanted {
  readonly bits: readonly number[];
  readonly kinds: ReadonlySet<Kind>;
}

/** Null where the index cannot tell. */
function wantedOf({ where, field, text }: Needle): Wanted | null {
  // An empty text asks for the field itself, whose name stands in the header's lines.
  const bits = bitsOf(where === 'field' && text === '' ? `${field}: ` : text);
  if (bits === null) return null;
  if (where === 'text') return { bits, kinds: new Set([kinds.header, kinds.body]) };
  if (where === 'body') return { bits, kinds: new Set([kinds.body]) };
  return { bits, kinds: new Set([isEnvelopeField(field) && text !== '' ? kinds.envelope : kinds.header]) };
}

/**
 * For each needle the emails that may hold it, worked out without looking at any of them; null where that is not
 * possible, or dearer than looking at the `messages` that are to be searched.
 */
export function* narrow(
  q: MailQueries,
  a: { account: number; needles: readonly Needle[]; messages: number },
): Script<(Narrowed | null)[]> {
  const { account } = a;
  const row = (yield* run(q.accountFind, { account }))[0];
  const worth = row && row.searched > 0 && a.messages * limits.narrowedFractionMax >= row.messages;
  if (!worth) return a.needles.map(() => null);
  const wanted = a.needles.map(wantedOf);
  const found = wanted.map(() => new Set<number>());
  for (const { id, columns } of yield* run(q.waitingAll, { account })) {
    for (const [at, one] of wanted.entries()) if (one && waitingHas(columns, one)) found[at]?.add(id);
  }
  const blocks = (yield* run(q.blockNumbers, { account })).map(({ block }) => block);
  for (let from = 0; from < blocks.length; from += limits.blocksSearchedCount) {
    const some = blocks.slice(from, from + limits.blocksSearchedCount);
    for (const [at, one] of wanted.entries()) {
      if (one) yield* inBlocks(q, account, some, one, found[at] ?? new Set());
    }
  }
  return wanted.map((one, at) =>
    one ? { upTo: row.searched, emails: Float64Array.from(found[at] ?? []).sort() } : null,
  );
}

function waitingHas(columns: Uint8Array, wanted: Wanted): boolean {
  for (let from = 0; from < columns.length; from += storedColumnBytes) {
    if (wanted.kinds.has(columns[from] as Kind) && columnHas(columns, from, wanted.bits)) return true;
  }
  return false;
}

/** A few bits first: they rule out most blocks, whose other slices need not be read then. */
function* inBlocks(
  q: MailQueries,
  account: number,
  blocks: readonly number[],
  { bits, kinds: wantedKinds }: Wanted,
  found: Set<number>,
): Script<void> {
  let left = new Map<number, Uint8Array>(blocks.map((block) => [block, everyColumn]));
  for (let at = 0; at < bits.length && left.size > 0; at += limits.bitsLookedUpCount) {
    left = yield* meet(q, account, left, bits.slice(at, at + limits.bitsLookedUpCount));
  }
  if (left.size === 0) return;
  for (const { block, owners } of yield* run(q.blockOwners, { account, blocks: numbers(left.keys()) })) {
    const met = left.get(block);
    for (const [column, { email, kind }] of ownersOf(owners).entries()) {
      const has = ((met?.[column >> 3] ?? 0) & (1 << (column & 7))) !== 0;
      if (has && wantedKinds.has(kind)) found.add(email);
    }
  }
}

const everyColumn = new Uint8Array(sliceBytes).fill(0xff);

/** Of the columns that are left in each block those that have the bits too. */
function* meet(
  q: MailQueries,
  account: number,
  left: ReadonlyMap<number, Uint8Array>,
  bits: readonly number[],
): Script<Map<number, Uint8Array>> {
  const parts = numbers(new Set(bits.map(rowOfBit)));
  const rows = new Map<number, Map<number, Uint8Array>>();
  for (const row of yield* run(q.sliceParts, { account, blocks: numbers(left.keys()), parts })) {
    const ofBlock = rows.get(row.block);
    if (ofBlock) ofBlock.set(row.part, row.bits);
    else rows.set(row.block, new Map([[row.part, row.bits]]));
  }
  const next = new Map<number, Uint8Array>();
  for (const [block, columns] of left) {
    const slices = bits.map((bit) => {
      const row = rows.get(block)?.get(rowOfBit(bit));
      // A part that is missing is for `verify` to find; until then it rules nothing out.
      return row === undefined ? everyColumn : row.subarray(placeInRow(bit), placeInRow(bit) + sliceBytes);
    });
    const met = meeting([columns, ...slices]);
    if (met) next.set(block, met);
  }
  return next;
}

/** Of those emails whose envelope fields are kept, these as lines. */
export function* envelopeLines(
  q: MailQueries,
  { account, emails }: { account: number; emails: readonly number[] },
): Script<{ id: number; lines: string }[]> {
  const found: { id: number; lines: string }[] = [];
  for (let at = 0; at < emails.length; at += limits.pageRows) {
    const some = numbers(emails.slice(at, at + limits.pageRows));
    for (const { id, fields } of yield* run(q.searchFields, { account, emails: some }))
      if (fields !== null) found.push({ id, lines: headerLines(JSON.parse(fields) as FoldedField[]) });
  }
  return found;
}

/**
 * For each of the emails whether its text holds the needle, as far as those that are kept can say: `verdicts`. Fields of
 * the envelope are kept apart: `envelopeLines`.
 */
export function* decide(
  q: MailQueries,
  a: { account: number; emails: readonly number[]; needle: Needle },
): Script<Uint8Array> {
  const { account, emails, needle } = a;
  const known = new Map<number, boolean>();
  for (let at = 0; at < emails.length; at += limits.textsComparedCount) {
    const some = numbers(emails.slice(at, at + limits.textsComparedCount));
    for (const { id, text } of yield* run(q.searchTexts, { account, emails: some }))
      if (text !== null) known.set(id, packedHolds(text, needle));
  }
  return Uint8Array.from(emails, (id) => {
    const holds = known.get(id);
    return holds === undefined ? verdicts.unknown : holds ? verdicts.yes : verdicts.no;
  });
}
