import { ok, Refusal } from '../errors.ts';
import { type Command, inMailbox } from '../features.ts';
import { answerSearch, beforeSearch } from '../search/answer.ts';
import { mentionsModseq, searchTables } from '../search/program.ts';
import { search as find } from '../search/run.ts';
import type { Session } from '../session/session.ts';
import { type Decoder, type SearchProgram, SequenceSet } from '../wire/index.ts';

/** SEARCH and UID SEARCH, with ESEARCH (RFC 4731) and SEARCHRES (RFC 5182). */
export const search: Command<SearchProgram> = {
  name: 'SEARCH',
  rfc: 'RFC 9051 §6.4.4',
  states: inMailbox,
  privilege: 'mail:read',
  hasUidForm: true,
  parse(decoder, session) {
    decoder.sp();
    return parseProgram(decoder, session);
  },
  async run(session, program, call) {
    const options = optionsOf(session, program);
    return forgetful(session, options, async () => {
      const asksModseq = mentionsModseq(program.key);
      if (asksModseq) session.enableCondstore();
      beforeSearch(session, program, call);
      const found = await find(session, program.key, asksModseq);
      const results = { found, uids: found.uids };
      await answerSearch(session, call, { program, criteria: null, results, asksModseq }, options);
      return ok(`${found.uids.length} found`);
    });
  },
};

export function parseProgram(decoder: Decoder, session: Session): SearchProgram {
  const program = decoder.searchProgram(searchTables(session));
  if (program.charset === null || !session.isEnabled('UTF8=ACCEPT')) return program;
  throw new Refusal('SEARCH is in UTF-8 and names no charset', null, 'BAD'); // RFC 9755 §3
}

/** RFC 9051 §6.4.4: in IMAP4rev2 every answer is an ESEARCH, of ALL where nothing else was asked for. */
function optionsOf(session: Session, { returns }: SearchProgram): ReadonlySet<string> | null {
  if (returns !== null) return returns.options;
  return session.rev2 ? new Set(['ALL']) : null;
}

/** RFC 5182 §2.1: a search that fails leaves the empty result behind. */
export async function forgetful<T>(
  session: Session,
  options: ReadonlySet<string> | null,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (options?.has('SAVE') && session.selected !== null) session.selected.saved = SequenceSet.empty;
    throw error;
  }
}
