import type { Connection } from './connection.ts';
import { message } from './messages.ts';
import { type Measure, type Place, percentile, rate } from './place.ts';
import { crowd, crowdMessages, type Row } from './row.ts';
import { fillCrowd } from './rows-changes.ts';

/** What readers do all day, in a fixed order; a session in the middle of it is at another place than its neighbour. */
const work: readonly ((session: Connection, turn: number) => Promise<void>)[] = [
  (session) => session.command('NOOP'),
  (session) => session.command('SELECT INBOX'),
  (session, turn) => session.command(`UID FETCH ${1 + (turn % 200)}:* (FLAGS)`),
  (session, turn) =>
    session.command(
      `FETCH ${1 + (turn % 250)}:${50 + (turn % 250)} (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)`,
    ),
  (session, turn) => session.command(`FETCH ${1 + (turn % crowdMessages)} (UID BODY.PEEK[])`),
  (session, turn) => session.command(`STORE ${1 + (turn % crowdMessages)} +FLAGS (\\Seen)`),
  (session, turn) =>
    session.command(`FETCH ${1 + ((turn * 7) % crowdMessages)} (BODYSTRUCTURE BODY.PEEK[1])`),
  (session) => session.command('SEARCH UNSEEN'),
  (session, turn) => session.command(`STORE ${1 + (turn % crowdMessages)} -FLAGS (\\Seen)`),
  (session) => session.command('STATUS INBOX (MESSAGES UNSEEN UIDNEXT)'),
  (session, turn) => session.command(`FETCH ${1 + ((turn * 3) % crowdMessages)} (UID BODY.PEEK[])`),
  (session) => session.command('SEARCH SUBJECT ordinary'),
  (session) => session.command('LIST "" "*"'),
  (session) => session.command('CHECK'),
  async (session, turn) => {
    const bytes = message(300_000 + (turn % 50));
    const head = Buffer.from(`APPEND Sent (\\Seen) {${bytes.length}+}\r\n`);
    await session.command(Buffer.concat([head, bytes]));
  },
];

function mixed(clients: number, tail: boolean): Row {
  const members = crowd.slice(0, 20);
  const nameOf = (at: number) => members[at % members.length] ?? 'm0';
  return {
    name: `${clients} clients${tail ? ', slowest twentieth' : ', mixed work'}`,
    unit: tail ? 'ms' : '/s',
    prepare: async (place) => {
      await fillCrowd(place, members.length);
      for (const name of members) {
        await (await place.session(name)).command('CREATE Sent').catch(() => undefined);
      }
      for (let at = 0; at < clients; at++) {
        await (await place.session(nameOf(at), `mixed ${at}`)).command('SELECT INBOX');
      }
    },
    round: async (place: Place, ms): Promise<Measure> => {
      const sessions = await Promise.all(
        Array.from({ length: clients }, (_, at) => place.session(nameOf(at), `mixed ${at}`)),
      );
      const took: number[] = [];
      const measure = await rate(ms, clients, async (loop, turn) => {
        const session = sessions[loop];
        const start = performance.now();
        if (session) await work[(loop + turn) % work.length]?.(session, loop * 13 + turn);
        took.push(performance.now() - start);
      });
      return tail ? { value: percentile(took, 95), count: measure.count } : measure;
    },
  };
}

export const mixedRows: readonly Row[] = [
  mixed(20, false),
  mixed(20, true),
  mixed(200, false),
  mixed(200, true),
];
