import { forgetful, parseProgram } from '../commands/search.ts';
import { Gone, ok, Refusal } from '../errors.ts';
import { type Command, type Extension, loggedIn } from '../features.ts';
import type { MailboxFilter } from '../names/filter.ts';
import { answerSearch, beforeSearch } from '../search/answer.ts';
import { mentionsModseq, someKey } from '../search/program.ts';
import { search } from '../search/run.ts';
import { parseSources, placesOf, within } from '../search/sources.ts';
import type { Session } from '../session/session.ts';
import { type SearchProgram, SequenceSet } from '../wire/index.ts';

interface Args {
  readonly sources: readonly MailboxFilter[];
  readonly program: SearchProgram;
}

/** Only of the selected mailbox the client knows numbers, has kept a result or is told changes. */
function check(session: Session, { sources, program: { key, returns } }: Args): void {
  const refuse = (why: string) => new Refusal(why, null, 'BAD');
  const named = sources.some(({ kind }) => kind === 'selected');
  const alone = named && sources.every(({ kind }) => kind === 'selected');
  const asksSelected = named || returns?.extensions.has('UPDATE');
  if (asksSelected && session.selected === null) throw refuse('no mailbox is selected');
  if (alone) return;
  if (returns?.options.has('SAVE')) throw refuse('SAVE is for the selected mailbox alone'); // RFC 7377 §2.1
  // '$' is read as either kind.
  const isOfOne = someKey(key, (one) => one.kind === 'sequence' || (one.kind === 'uid' && one.set.isSaved));
  if (isOfOne) throw refuse('message numbers and $ are of the selected mailbox alone');
}

/**
 * ESEARCH. State: logged in. Syntax: [SP "IN" SP "(" mailboxes ")"] [SP "RETURN" …] SP search-program. Effect: none; each
 * mailbox is searched as it is now, the selected one as the client knows it. Answer: one ESEARCH of uids for each
 * mailbox in which something was found, as it is found, then OK.
 */
const esearch: Command<Args> = {
  name: 'ESEARCH',
  rfc: 'RFC 7377 §2.1',
  states: loggedIn,
  privilege: 'mail:read',
  parse(decoder, session) {
    decoder.sp();
    if (!decoder.tryKeyword('IN'))
      return { sources: [{ kind: 'selected' }], program: parseProgram(decoder, session) };
    decoder.sp();
    const sources = parseSources(decoder);
    decoder.sp();
    return { sources, program: parseProgram(decoder, session) };
  },
  async run(session, args, { tag, name }) {
    const { sources, program } = args;
    const options: ReadonlySet<string> = program.returns?.options ?? new Set(['ALL']); // §2.2
    const call = { tag, name, uid: true };
    return forgetful(session, options, async () => {
      check(session, args);
      const asksModseq = mentionsModseq(program.key);
      if (asksModseq) session.enableCondstore();
      if (session.selected !== null) beforeSearch(session, program, call);
      let [mailboxes, messages] = [0, 0];
      for (const place of await placesOf(session, sources)) {
        await within(session, place, async (source) => {
          const found = await search(session, program.key, asksModseq, source.selected);
          if (options.has('SAVE')) source.selected.saved = SequenceSet.empty;
          if (found.uids.length === 0) return; // §2.2: nothing found, nothing told
          const results = { found, uids: found.uids };
          const answering = { program, criteria: null, results, asksModseq, source };
          await answerSearch(session, call, answering, options);
          mailboxes++;
          messages += found.uids.length;
        });
        await session.flushIfLarge();
        if (session.gone) throw new Gone();
      }
      return ok(`${messages} found in ${mailboxes} mailboxes`);
    });
  },
};

/** MULTISEARCH: many mailboxes are searched with one command. */
export const multisearchExtension: Extension = {
  rfc: 7377,
  name: 'MULTISEARCH',
  capabilities: ({ member }) => (member === null ? [] : ['MULTISEARCH']),
  commands: [esearch],
};
