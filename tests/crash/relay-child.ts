/**
 * The process that is killed while it sends: `node relay-child.ts DIR DATABASE PORT JOURNAL FIRST`. It takes messages into
 * the outbox as fast as it can and sends them to a port of this machine. The journal has a line for each that was accepted.
 */
import { openSync, writeSync } from 'node:fs';
import { openRelayRooms, recipientsOf } from './relay-rooms.ts';

const [dir = '', url = '', port = '0', journalFile = '', first = '0'] = process.argv.slice(2);
const producers = 8;

const { outbox, queue } = await openRelayRooms(dir, url, Number(port));
const journal = openSync(journalFile, 'a');
await queue.start();

let next = Number(first);
async function produce(): Promise<void> {
  for (;;) {
    const message = next++;
    const header = `Message-ID: <${message}@coop.example>\r\nSubject: ${message}\r\n\r\n`;
    const blob = await outbox.stage(Buffer.from(`${header}${'lorem ipsum '.repeat(40)}\r\n`), 100_000);
    await outbox.enqueue({
      account: 1,
      kind: 'submission',
      sender: 'ana@coop.example',
      options: { body: null, utf8: false, ret: null, envid: null, tls: null },
      head: 'Received: here\r\n',
      blob,
      headerLength: header.length,
      recipients: recipientsOf(message).map((address) => ({ address, notify: [], orcpt: null })),
    });
    writeSync(journal, `${message}\n`);
    if (message === Number(first)) process.stdout.write('working\n');
  }
}
await Promise.all(Array.from({ length: producers }, produce));
