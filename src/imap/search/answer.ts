import { Gone } from '../errors.ts';
import type { Call } from '../features.ts';
import type { Selected } from '../session/selected.ts';
import type { Session } from '../session/session.ts';
import { type SearchProgram, SequenceSet, type SortCriterion } from '../wire/index.ts';
import type { Results, SearchReturnFeature } from './returns.ts';

/** A program, what it found, and for SORT by what it was sorted. */
export interface Answering {
  readonly program: SearchProgram;
  /** Null for SEARCH, which tells in the order of the mailbox. */
  readonly criteria: readonly SortCriterion[] | null;
  readonly results: Results;
  /** The client asked for a modseq, so the answer has one (RFC 7162 §3.1.5). */
  readonly asksModseq: boolean;
  /** The mailbox, where the answer says which (RFC 7377 §2.2); else the selected one. */
  readonly source?: Source;
}

export interface Source {
  readonly selected: Selected;
  /** As this member calls it. */
  readonly name: string;
  readonly uidValidity: number;
}

/** What was asked for in RETURN, with the features behind it. */
interface Asked {
  readonly options: ReadonlySet<string>;
  readonly extensions: readonly Picked[];
}

interface Picked {
  readonly feature: SearchReturnFeature;
  readonly value: unknown;
  readonly uids: readonly number[];
}

/** Throws where an option of RETURN may not be asked for now. */
export function beforeSearch(session: Session, { returns }: SearchProgram, call: Call): void {
  const { searchReturns } = session.services.features;
  for (const name of returns?.extensions.keys() ?? []) searchReturns.get(name)?.before?.(session, call);
}

/** SEARCH, SORT or ESEARCH, and what else the options do. `options`: those of RETURN, null for the plain answer. */
export async function answerSearch(
  session: Session,
  call: Call,
  answering: Answering,
  options: ReadonlySet<string> | null,
): Promise<void> {
  if (options === null) {
    await writePlain(session, call, answering);
    return;
  }
  const asked = { options, extensions: pick(session, answering) };
  const modseq = answering.asksModseq ? await modseqOf(session, answering, asked) : 0;
  const { selected = session.mailbox } = answering.source ?? {};
  if (options.has('SAVE')) selected.saved = SequenceSet.of(savedOf(answering.results, asked));
  await writeExtended(session, call, answering, asked, modseq);
  // Only of the selected mailbox the client hears more.
  if (selected !== session.selected) return;
  for (const { feature, value } of asked.extensions) {
    await feature.answered?.(session, call, answering, value);
  }
}

function pick(session: Session, { program, results }: Answering): Picked[] {
  const { searchReturns } = session.services.features;
  return [...(program.returns?.extensions ?? [])].flatMap(([name, value]) => {
    const feature = searchReturns.get(name);
    return feature ? [{ feature, value, uids: feature.picks?.(results, value) ?? [] }] : [];
  });
}

/** `* SEARCH 2 5 (MODSEQ 9)`, `* SORT 5 2`. RFC 3501 §7.2.5, RFC 5256 §4, RFC 7162 §3.1.5 and §3.1.6. */
async function writePlain(session: Session, call: Call, { criteria, results, asksModseq }: Answering) {
  const { out } = session;
  out.data(criteria === null ? 'SEARCH' : 'SORT');
  await writeNumbers(session, call, results.uids);
  const { modseq } = results.found;
  if (asksModseq && modseq > 0) out.raw(` (MODSEQ ${modseq})`);
  out.crlf();
}

const turnNumbers = 10_000;

/** Once the response has begun there is no way back: only the end of the session may interrupt it. */
async function writeNumbers(session: Session, { uid }: Call, uids: readonly number[]): Promise<void> {
  const { out, mailbox } = session;
  const slices = session.slices();
  for (let at = 0; at < uids.length; at += turnNumbers) {
    const some = uids.slice(at, at + turnNumbers);
    out.numbers(uid ? some : mailbox.view.seqsOf(some));
    if (slices.due) await slices.next();
    if (session.gone) throw new Gone();
  }
}

/** `* ESEARCH (TAG "a1") UID MIN 2 ALL 2,5`. RFC 9051 §7.3.4, RFC 4731 §3.1, RFC 5267 §3.1. */
async function writeExtended(
  session: Session,
  call: Call,
  { results: { uids }, source }: Answering,
  { options, extensions }: Asked,
  modseq: number,
): Promise<void> {
  const { out } = session;
  const told = ['MIN', 'MAX', 'ALL', 'COUNT'].filter((option) => options.has(option));
  // RFC 5182 §2.1: SAVE alone is answered by the tagged OK only.
  if (told.length === 0 && options.has('SAVE') && !extensions.some(({ feature }) => feature.write)) return;
  const numberOf = (uid: number) => (call.uid ? uid : (session.mailbox.view.seqOf(uid) ?? 0));
  const [first, last] = [uids[0], uids.at(-1)];
  out.data('ESEARCH').raw(` (TAG "${call.tag}"`);
  if (source) out.raw(' MAILBOX ').mailbox(source.name).raw(` UIDVALIDITY ${source.uidValidity}`);
  out.raw(')');
  if (call.uid) out.raw(' UID');
  if (options.has('MIN') && first !== undefined) out.raw(` MIN ${numberOf(first)}`);
  if (options.has('MAX') && last !== undefined) out.raw(` MAX ${numberOf(last)}`);
  if (options.has('ALL') && uids.length > 0) out.raw(` ALL ${setOf(session, call, uids)}`);
  if (options.has('COUNT')) out.raw(` COUNT ${uids.length}`);
  for (const { feature, value, uids: picked } of extensions) feature.write?.(session, call, picked, value);
  if (modseq > 0 && uids.length > 0) out.raw(` MODSEQ ${modseq}`);
  out.crlf();
}

/** A set in the order of the uids (RFC 5267 §3.2): runs that climb by one are ranges, nothing else is. */
export function setOf(session: Session, call: Pick<Call, 'uid'>, uids: readonly number[]): SequenceSet {
  return call.uid ? SequenceSet.of(uids) : session.mailbox.view.numbersOf(uids);
}

/** Null where all that was found is told. */
function partsTold({ uids }: Results, { options, extensions }: Asked): number[] | null {
  if (options.has('ALL') || options.has('COUNT')) return null;
  const picking = extensions.filter(({ feature }) => feature.picks !== undefined);
  if (!options.has('MIN') && !options.has('MAX') && picking.length === 0) return null;
  const ends = [options.has('MIN') ? uids[0] : undefined, options.has('MAX') ? uids.at(-1) : undefined];
  const parts = [...ends.filter((uid) => uid !== undefined), ...picking.flatMap((each) => each.uids)];
  return [...new Set(parts)].sort((a, b) => a - b);
}

/** RFC 5182 §2.4, RFC 9394 §3.2: only what is told in parts is kept, unless ALL or COUNT speaks of everything. */
function savedOf(results: Results, asked: Asked): readonly number[] {
  return partsTold(results, asked) ?? results.found.uids;
}

/** RFC 7162 §3.1.10, RFC 9394 §3.3: the modseq is of what is told. */
async function modseqOf(session: Session, { results, source }: Answering, asked: Asked): Promise<number> {
  const parts = partsTold(results, asked);
  if (parts === null) return results.found.modseq;
  const { mail, limits } = session;
  const mailbox = source?.selected ?? session.mailbox;
  let modseq = 0;
  for (let at = 0; at < parts.length; at += limits.searchRowsMax) {
    const some = parts.slice(at, at + limits.searchRowsMax);
    for (const row of await mail.messages(mailbox.account, mailbox.id, some)) {
      if (row.modseq > modseq) modseq = row.modseq;
    }
  }
  return modseq;
}
