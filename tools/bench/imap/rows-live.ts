import type { Connection } from './connection.ts';
import { type Place, sample } from './place.ts';
import { collector, fillInbox, largeMessages, type Row, reader } from './row.ts';
import { fillLarge } from './rows-changes.ts';

/** One session changes a flag, another that idles is told: from sending to hearing. */
const wakeUp: Row = {
  name: 'IDLE, told of a STORE',
  unit: 'ms',
  needs: 'IDLE',
  prepare: fillInbox,
  round: async (place, ms) => {
    const [idle, other] = [await place.session(reader, 'idle'), await place.session(reader, 'wake')];
    for (const session of [idle, other]) await session.command('SELECT INBOX');
    const going = idle.hear('\n+ ');
    idle.write('idle IDLE\r\n');
    await going;
    const measure = await sample(ms, async () => {
      const turn = place.next('wake');
      const heard = idle.hear('\n* 2500 FETCH');
      const start = performance.now();
      const stored = other.command(`STORE 2500 ${turn % 2 === 0 ? '+' : '-'}FLAGS.SILENT (\\Flagged)`);
      const told = heard.then(() => performance.now() - start);
      return (await Promise.all([told, stored]))[0];
    });
    const ended = idle.hear('\nidle OK');
    idle.write('DONE\r\n');
    await ended;
    return measure;
  },
};

/** Where the large mailbox stood before the hundred changes, on each server. */
const marks = new Map<string, { readonly uidValidity: string; readonly modseq: string }>();

async function changeHundred(place: Place): Promise<void> {
  await fillLarge(place);
  if (marks.has(place.name)) return;
  const session = await place.session(collector, 'change');
  const text = await session.ask('SELECT Large (CONDSTORE)');
  const uidValidity = /UIDVALIDITY (\d+)/.exec(text)?.[1] ?? '';
  const modseq = /HIGHESTMODSEQ (\d+)/.exec(text)?.[1] ?? '';
  marks.set(place.name, { uidValidity, modseq });
  const apart = Math.floor(largeMessages / 100);
  const numbers = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => (from + at) * apart + 7).join();
  await session.command(`STORE ${numbers(0, 80)} +FLAGS.SILENT (\\Flagged)`);
  await session.command(`STORE ${numbers(80, 20)} +FLAGS.SILENT (\\Deleted)`);
  await session.command('EXPUNGE');
}

const fetches = (text: string) => `${text.match(/\* \d+ FETCH /g)?.length ?? 0} told`;

async function resume(ms: number, session: Connection, command: string) {
  let found = '';
  const measure = await sample(ms, async () => {
    const start = performance.now();
    const text = await session.ask(command);
    const took = performance.now() - start;
    found = fetches(text);
    return took;
  });
  return { ...measure, found };
}

const markOf = (place: Place) => marks.get(place.name) ?? { uidValidity: '', modseq: '' };

export const liveRows: readonly Row[] = [wakeUp];

export const resumeRows: readonly Row[] = [
  {
    name: 'QRESYNC, 100 changes in 100,000',
    unit: 'ms',
    needs: 'QRESYNC',
    prepare: changeHundred,
    round: async (place, ms) => {
      const session = await place.session(collector, 'qresync');
      await session.command('ENABLE QRESYNC');
      const { uidValidity, modseq } = markOf(place);
      return resume(ms, session, `SELECT Large (QRESYNC (${uidValidity} ${modseq}))`);
    },
  },
  {
    name: 'CHANGEDSINCE, 100 changes in 100,000',
    unit: 'ms',
    needs: 'CONDSTORE',
    prepare: changeHundred,
    round: async (place, ms) => {
      const session = await place.session(collector, 'condstore');
      await session.command('SELECT Large (CONDSTORE)');
      return resume(ms, session, `UID FETCH 1:* (FLAGS) (CHANGEDSINCE ${markOf(place).modseq})`);
    },
  },
];
