import { ok, Refusal } from '../errors.ts';
import { type Command, type Extension, loggedIn } from '../features.ts';
import { readAnswer } from '../session/command-reader.ts';

/** IDLE: tells what happens in the mailbox as it happens, until the client says DONE. */
const idle: Command = {
  name: 'IDLE',
  rfc: 'RFC 9051 §6.3.13, RFC 2177',
  states: loggedIn,
  privilege: 'mail:read',
  parse: () => null,
  async run(session) {
    session.out.continuation('idling');
    session.listening.start({ expunge: true, force: true });
    let line: Buffer;
    try {
      line = await readAnswer(session, lineBytesMax);
    } finally {
      // Nothing may be written any more when the next command begins.
      await session.listening.stop();
    }
    if (line.toString('latin1').toUpperCase() !== 'DONE') {
      throw new Refusal('IDLE ends with DONE', null, 'BAD');
    }
    return ok('idle no more');
  },
};

const lineBytesMax = 1_000;

export const idleExtension: Extension = {
  rfc: 2177,
  name: 'IDLE',
  capabilities: ({ member }) => (member === null ? [] : ['IDLE']),
  commands: [idle],
};
