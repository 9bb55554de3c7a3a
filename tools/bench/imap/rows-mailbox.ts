import { type Place, sample } from './place.ts';
import { collector, fillInbox, type Row, reader } from './row.ts';
import { fillLarge } from './rows-changes.ts';

async function selected(place: Place, key: string): ReturnType<Place['session']> {
  const session = await place.session(reader, key);
  await session.command('SELECT INBOX');
  return session;
}

const statusItems = '(MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ)';

/** Commands that look at a mailbox as a whole. */
export const mailboxRows: readonly Row[] = [
  {
    name: 'SELECT 10,000',
    unit: 'ms',
    prepare: fillInbox,
    round: async (place, ms) => {
      const session = await place.session(reader);
      return sample(ms, async () => void (await session.command('SELECT INBOX')));
    },
  },
  {
    name: 'SELECT 100,000',
    unit: 'ms',
    prepare: fillLarge,
    round: async (place, ms) => {
      const session = await place.session(collector);
      return sample(ms, async () => void (await session.command('SELECT Large')));
    },
  },
  {
    name: 'STATUS of 10,000',
    unit: 'ms',
    prepare: fillInbox,
    round: async (place, ms) => {
      const session = await place.session(reader, 'status');
      return sample(ms, async () => void (await session.command(`STATUS INBOX ${statusItems}`)));
    },
  },
  {
    name: 'LIST with STATUS',
    unit: 'ms',
    needs: 'LIST-STATUS',
    prepare: fillInbox,
    round: async (place, ms) => {
      const session = await place.session(reader, 'status');
      const line = `LIST "" "*" RETURN (STATUS ${statusItems})`;
      return sample(ms, async () => void (await session.command(line)));
    },
  },
];

const fields =
  'From To Cc Bcc Subject Date Message-ID Priority X-Priority References Newsgroups In-Reply-To Content-Type Reply-To';

/** Fetches `count` messages a time, further on in the mailbox at each turn. */
function fetch(name: string, count: number, items: string, of = 10_000): Row {
  return {
    name,
    unit: 'ms',
    prepare: fillInbox,
    round: async (place, ms) => {
      const session = await selected(place, 'fetch');
      return sample(ms, async (turn) => {
        const from = 1 + ((turn * count) % of);
        await session.command(`FETCH ${from}:${from + count - 1} ${items}`);
        return undefined;
      });
    },
  };
}

export const fetchRows: readonly Row[] = [
  fetch('FETCH 1,000 envelopes', 1_000, '(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)'),
  fetch('FETCH 1,000 FLAGS', 1_000, '(UID FLAGS)'),
  fetch('FETCH 10,000 FLAGS', 10_000, '(UID FLAGS)'),
  fetch('FETCH 1,000 header fields', 1_000, `(UID RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS (${fields})])`),
  fetch('FETCH 1,000 structures', 1_000, '(UID BODYSTRUCTURE)'),
  fetch('FETCH 100 bodies', 100, '(UID BODY.PEEK[])'),
  fetch('FETCH 1 body', 1, '(UID BODY.PEEK[])', 997),
  fetch('FETCH 100 first parts', 100, '(UID BODY.PEEK[1])'),
];
