import { person, rareWord, subjectWord } from './messages.ts';
import { type Place, sample } from './place.ts';
import { fillInbox, type Row, reader } from './row.ts';

function asking(name: string, command: string, needs?: string): Row {
  return {
    name,
    unit: 'ms',
    ...(needs === undefined ? {} : { needs }),
    prepare: fillInbox,
    round: async (place: Place, ms) => {
      const session = await place.session(reader, 'search');
      await session.command('SELECT INBOX');
      let found = '';
      const measure = await sample(ms, async () => {
        const start = performance.now();
        const text = await session.ask(command);
        const took = performance.now() - start;
        found = `${(text.split('\r\n')[0]?.match(/\d+/g) ?? []).length} numbers`;
        return took;
      });
      return { ...measure, found };
    },
  };
}

export const searchRows: readonly Row[] = [
  asking('SEARCH UNSEEN', 'SEARCH UNSEEN'),
  asking('SEARCH SINCE', 'SEARCH SINCE 1-Feb-2022 BEFORE 1-Mar-2022'),
  asking('SEARCH SUBJECT', `SEARCH SUBJECT ${subjectWord}`),
  asking('SEARCH FROM', `SEARCH FROM ${person}`),
  asking('SEARCH HEADER Message-ID', 'SEARCH HEADER Message-ID 77.3@elsewhere.example'),
  asking('SEARCH BODY, rare', `SEARCH BODY ${rareWord}`),
  asking('SEARCH TEXT, rare', `SEARCH TEXT ${rareWord}`),
  asking('SEARCH BODY, absent', 'SEARCH BODY qwertyuiopas'),
  asking('SORT by date', 'SORT (REVERSE DATE) UTF-8 ALL', 'SORT'),
  asking('SORT by subject', 'SORT (SUBJECT) UTF-8 ALL', 'SORT'),
  asking('SORT by from, 500 of them', 'SORT (FROM) UTF-8 1:500', 'SORT'),
  asking('THREAD by references', 'THREAD REFERENCES UTF-8 ALL', 'THREAD=REFERENCES'),
];
