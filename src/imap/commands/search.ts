import { ok, Refusal } from '../errors.ts';
import { type Call, type Command, inMailbox } from '../features.ts';
import { type Found, search as find } from '../search/run.ts';
import type { Session } from '../session/session.ts';
import { type SearchKey, type SearchProgram, SequenceSet } from '../wire/index.ts';

/** SEARCH and UID SEARCH, with ESEARCH (RFC 4731) and SEARCHRES (RFC 5182). */
export const search: Command<SearchProgram> = {
  name: 'SEARCH',
  rfc: 'RFC 9051 §6.4.4',
  states: inMailbox,
  privilege: 'mail:read',
  hasUidForm: true,
  parse(decoder, session) {
    decoder.sp();
    const keys = new Map(
      [...session.services.features.searchKeys].map(([name, feature]) => [name, feature.parse]),
    );
    const program = decoder.searchProgram({ keys, decode: decodeText });
    if (program.charset !== null && session.isEnabled('UTF8=ACCEPT')) {
      throw new Refusal('SEARCH is in UTF-8 and names no charset', null, 'BAD'); // RFC 9755 §3
    }
    return program;
  },
  async run(session, { returns, key }, call) {
    const asksModseq = mentionsModseq(key);
    if (asksModseq) session.enableCondstore();
    const options = returns?.options ?? (session.rev2 ? new Set(['ALL'] as const) : null);
    const selected = session.mailbox;
    let found: Found;
    try {
      found = await find(session, key, asksModseq);
    } catch (error) {
      // RFC 5182 §2.1: a search that fails leaves the empty result behind.
      if (options?.has('SAVE')) selected.saved = SequenceSet.empty;
      throw error;
    }
    const { uids } = found;
    if (options === null) writeSearch(session, call, uids, asksModseq ? found.modseq : 0);
    else writeEsearch(session, call, uids, options, asksModseq ? modseqOf(found, options) : 0);
    return ok(`${uids.length} found`);
  },
};

/** `* SEARCH 2 5 (MODSEQ 9)`. RFC 3501 §7.2.5, RFC 7162 §3.1.5. */
function writeSearch(session: Session, call: Call, uids: readonly number[], modseq: number): void {
  const { out, mailbox } = session;
  out.data('SEARCH');
  for (const uid of uids) out.raw(` ${call.uid ? uid : mailbox.view.seqOf(uid)}`);
  if (modseq > 0) out.raw(` (MODSEQ ${modseq})`);
  out.crlf();
}

/** `* ESEARCH (TAG "a1") UID MIN 2 ALL 2,5`. RFC 9051 §7.3.4, RFC 4731 §3.1. */
function writeEsearch(
  session: Session,
  call: Call,
  uids: readonly number[],
  options: ReadonlySet<string>,
  modseq: number,
): void {
  const { out, mailbox } = session;
  const numberOf = (uid: number) => (call.uid ? uid : (mailbox.view.seqOf(uid) ?? 0));
  const [first, last] = [uids[0], uids.at(-1)];
  const { MIN, MAX, ALL, COUNT } = flagsOf(options);
  if (options.has('SAVE')) mailbox.saved = SequenceSet.of(savedOf(uids, options));
  // RFC 5182 §2.1: SAVE alone is answered by the tagged OK only.
  if (!MIN && !MAX && !ALL && !COUNT) return;
  out.data('ESEARCH').raw(` (TAG "${call.tag}")`);
  if (call.uid) out.raw(' UID');
  if (MIN && first !== undefined) out.raw(` MIN ${numberOf(first)}`);
  if (MAX && last !== undefined) out.raw(` MAX ${numberOf(last)}`);
  if (ALL && uids.length > 0) {
    out.raw(' ALL ').sequenceSet(call.uid ? SequenceSet.of(uids) : mailbox.view.numbersOf(uids));
  }
  if (COUNT) out.raw(` COUNT ${uids.length}`);
  if (modseq > 0 && uids.length > 0) out.raw(` MODSEQ ${modseq}`);
  out.crlf();
}

function flagsOf(options: ReadonlySet<string>) {
  const [MIN, MAX, ALL, COUNT] = ['MIN', 'MAX', 'ALL', 'COUNT'].map((name) => options.has(name));
  return { MIN, MAX, ALL, COUNT };
}

/** RFC 5182 §2.4: with MIN or MAX and without ALL or COUNT only these are kept. */
function savedOf(uids: readonly number[], options: ReadonlySet<string>): number[] {
  const some = !options.has('ALL') && !options.has('COUNT') && (options.has('MIN') || options.has('MAX'));
  if (!some || uids.length === 0) return [...uids];
  const kept = [options.has('MIN') ? uids[0] : undefined, options.has('MAX') ? uids.at(-1) : undefined];
  return [...new Set(kept.filter((uid) => uid !== undefined))];
}

function mentionsModseq(key: SearchKey): boolean {
  return some(key, ({ kind }) => kind === 'modseq');
}

/** RFC 7162 §3.1.10: where only MIN or MAX is told, the modseq is of what is told. */
function modseqOf({ modseq, firstModseq, lastModseq }: Found, options: ReadonlySet<string>): number {
  if (options.has('ALL') || options.has('COUNT')) return modseq;
  if (options.has('MIN')) return options.has('MAX') ? Math.max(firstModseq, lastModseq) : firstModseq;
  return options.has('MAX') ? lastModseq : modseq;
}

function some(key: SearchKey, test: (key: SearchKey) => boolean): boolean {
  if (test(key)) return true;
  if (key.kind === 'not') return some(key.key, test);
  return (key.kind === 'and' || key.kind === 'or') && key.keys.some((child) => some(child, test));
}

/** Any charset that the platform knows beside UTF-8; undefined answers BADCHARSET. */
function decodeText(charset: string, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
