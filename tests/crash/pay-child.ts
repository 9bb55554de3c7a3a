/**
 * The process that is killed: `node pay-child.ts DIR DATABASE JOURNAL WORK FIRST`. It does one piece of work after the other, says
 * `about` before the step that must be whole, and writes what was acknowledged into the journal at once.
 */
import { openSync, writeSync } from 'node:fs';
import { found, openPay, type Work, works } from './pay-rooms.ts';

const [dir = '', url = '', journalFile = '', work = '', first = '1'] = process.argv.slice(2);
const rooms = await openPay(dir, url);
await found(rooms);
const journal = openSync(journalFile, 'a');
for (let n = Number(first); ; n++) {
  const outcome = await works[work as Work](rooms, n, () => process.stdout.write('about\n'));
  writeSync(journal, `${JSON.stringify({ n, outcome })}\n`);
}
