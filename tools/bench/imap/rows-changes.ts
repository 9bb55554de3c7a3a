import { message } from './messages.ts';
import { type Place, rate, sample, shortMessage } from './place.ts';
import { collector, crowd, crowdMessages, fillInbox, largeMessages, type Row, reader } from './row.ts';

export const fillLarge = (place: Place) => place.fill(collector, 'Large', largeMessages, shortMessage);

async function make(place: Place, ...mailboxes: readonly string[]): Promise<void> {
  const session = await place.session(reader);
  for (const mailbox of mailboxes) await session.command(`CREATE ${mailbox}`).catch(() => undefined);
}

async function selected(place: Place, key: string, mailbox = 'INBOX'): ReturnType<Place['session']> {
  const session = await place.session(reader, key);
  await session.command(`SELECT ${mailbox}`);
  return session;
}

/** Sets and takes away a flag by turns, so that every STORE changes something. */
const sign = (turn: number) => (turn % 2 === 0 ? '+' : '-');

export const storeRows: readonly Row[] = [
  {
    name: 'STORE 1',
    unit: 'ms',
    prepare: fillInbox,
    round: async (place, ms) => {
      const session = await selected(place, 'store');
      return sample(ms, async () => {
        const turn = place.next('one');
        await session.command(`STORE ${1 + ((turn >> 1) % 1_000)} ${sign(turn)}FLAGS (\\Flagged)`);
        return undefined;
      });
    },
  },
  {
    name: 'STORE 1,000',
    unit: 'ms',
    prepare: fillInbox,
    round: async (place, ms) => {
      const session = await selected(place, 'store');
      return sample(ms, async () => {
        await session.command(`STORE 1001:2000 ${sign(place.next('thousand'))}FLAGS.SILENT (\\Flagged)`);
        return undefined;
      });
    },
  },
  {
    name: 'STORE 1, 20 members',
    unit: '/s',
    prepare: (place) => fillCrowd(place, 20),
    round: async (place, ms) => {
      const sessions = await Promise.all(crowd.slice(0, 20).map((name) => place.session(name)));
      await Promise.all(sessions.map((session) => session.command('SELECT INBOX')));
      return rate(ms, sessions.length, async (loop) => {
        const turn = place.next(`one ${loop}`);
        await sessions[loop]?.command(`STORE ${1 + ((turn >> 1) % 100)} ${sign(turn)}FLAGS (\\Flagged)`);
      });
    },
  },
];

export async function fillCrowd(place: Place, count: number): Promise<void> {
  for (const name of crowd.slice(0, count)) await place.fill(name, 'INBOX', crowdMessages);
}

let made = 0;
/** A message like no other, as APPEND takes it. */
function messagePieces(): Buffer {
  const bytes = Buffer.concat([message(200_000 + (made % 200)), Buffer.from(`${made++}\r\n`)]);
  return Buffer.concat([Buffer.from(` (\\Seen) {${bytes.length}+}\r\n`), bytes]);
}

const appendOf = (mailbox: string) => Buffer.concat([Buffer.from(`APPEND ${mailbox}`), messagePieces()]);

export const appendRows: readonly Row[] = [
  {
    name: 'APPEND',
    unit: 'ms',
    prepare: (place) => make(place, 'Appended'),
    round: async (place, ms) => {
      const session = await place.session(reader, 'append');
      return sample(ms, async () => void (await session.command(appendOf('Appended'))));
    },
  },
  {
    name: 'APPEND of 100 at once',
    unit: 'ms',
    needs: 'MULTIAPPEND',
    prepare: (place) => make(place, 'Appended'),
    round: async (place, ms) => {
      const session = await place.session(reader, 'append');
      return sample(ms, async () => {
        const pieces = Array.from({ length: 100 }, () => messagePieces());
        const line = Buffer.concat([Buffer.from('APPEND Appended'), ...pieces]);
        const start = performance.now();
        await session.command(line);
        return performance.now() - start;
      });
    },
  },
  {
    name: 'APPEND, 20 members',
    unit: '/s',
    prepare: async (place) => {
      for (const name of crowd.slice(0, 20)) {
        await (await place.session(name)).command('CREATE Appended').catch(() => undefined);
      }
    },
    round: async (place, ms) => {
      const sessions = await Promise.all(crowd.slice(0, 20).map((name) => place.session(name)));
      return rate(ms, sessions.length, async (loop) => {
        await sessions[loop]?.command(appendOf('Appended'));
      });
    },
  },
];

export const copyRows: readonly Row[] = [
  {
    name: 'COPY 100',
    unit: 'ms',
    prepare: async (place) => {
      await fillInbox(place);
      await make(place, 'Copies');
    },
    round: async (place, ms) => {
      const session = await selected(place, 'copy');
      return sample(ms, async () => void (await session.command('COPY 101:200 Copies')));
    },
  },
  {
    name: 'MOVE 100',
    unit: 'ms',
    needs: 'MOVE',
    prepare: async (place) => {
      await fillInbox(place);
      await make(place, 'Here', 'There');
      await (await selected(place, 'move')).command('COPY 201:300 Here');
    },
    round: async (place, ms) => {
      const session = await place.session(reader, 'move');
      // An even number of turns leaves them where they were.
      const both = async (from: string, to: string) => {
        await session.command(`SELECT ${from}`);
        const start = performance.now();
        await session.command(`MOVE 1:100 ${to}`);
        return performance.now() - start;
      };
      return sample(ms, async () => ((await both('Here', 'There')) + (await both('There', 'Here'))) / 2);
    },
  },
  {
    name: 'EXPUNGE 100',
    unit: 'ms',
    prepare: async (place) => {
      await fillInbox(place);
      await make(place, 'Going');
    },
    round: async (place, ms) => {
      const session = await place.session(reader, 'expunge');
      return sample(ms, async () => {
        await session.command('SELECT INBOX');
        await session.command('COPY 301:400 Going');
        await session.command('SELECT Going');
        await session.command('STORE 1:* +FLAGS.SILENT (\\Deleted)');
        const start = performance.now();
        await session.command('EXPUNGE');
        return performance.now() - start;
      });
    },
  },
];
