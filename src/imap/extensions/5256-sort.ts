import { forgetful } from '../commands/search.ts';
import { ok } from '../errors.ts';
import { type Command, type Extension, inMailbox } from '../features.ts';
import { answerSearch, beforeSearch } from '../search/answer.ts';
import { mentionsModseq, searchTables } from '../search/program.ts';
import { search } from '../search/run.ts';
import { sortUids } from '../sort/sort.ts';
import type { SortProgram } from '../wire/index.ts';

/** SORT and UID SORT; with RETURN they answer as ESEARCH does (RFC 5267 §3.1). */
const sort: Command<SortProgram> = {
  name: 'SORT',
  rfc: 'RFC 5256 §3',
  states: inMailbox,
  privilege: 'mail:read',
  hasUidForm: true,
  parse(decoder, session) {
    decoder.sp();
    return decoder.sortProgram(searchTables(session));
  },
  async run(session, program, call) {
    const { key, criteria, returns } = program;
    const options = returns?.options ?? null;
    return forgetful(session, options, async () => {
      const asksModseq = mentionsModseq(key);
      if (asksModseq) session.enableCondstore();
      beforeSearch(session, program, call);
      const found = await search(session, key, asksModseq);
      const uids = await sortUids(session, found.uids, criteria);
      await answerSearch(session, call, { program, criteria, results: { found, uids }, asksModseq }, options);
      return ok(`${uids.length} sorted`);
    });
  },
};

export const sortExtension: Extension = {
  rfc: 5256,
  name: 'SORT',
  capabilities: ({ member }) => (member === null ? [] : ['SORT']),
  commands: [sort],
};
