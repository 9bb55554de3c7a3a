import { afterAll, beforeAll } from 'vitest';
import { connectSocket, transcripts } from '../../src/testing/index.ts';
import {
  type Myco,
  member,
  openSmtp,
  password,
  sampleMessage,
  startMyco,
  stopAll,
} from '../harness/index.ts';

// What well-known clients say, command by command, as their sources and traces show it. One process serves all of
// the transcripts; each has a member of its own.
let myco: Myco;
beforeAll(async () => {
  myco = await startMyco();
});
afterAll(stopAll);

let members = 0;
const base64 = (text: string) => Buffer.from(text).toString('base64');

transcripts(new URL('./transcripts/', import.meta.url), async () => {
  const name = `member${++members}`;
  await myco.addMember(name);
  const user = member(name);
  return {
    connect(kind) {
      if (kind !== 'imap' && kind !== 'imaps') throw new Error(`there is no door '${kind}'`);
      const tls = { ca: myco.authority };
      return connectSocket({ port: myco.port(kind), tls, implicitTls: kind === 'imaps' });
    },
    captures: {
      user,
      password,
      plain: base64(`\0${user}\0${password}`),
      plain40: base64(`\0${user.replace('@', '%40')}\0${password}`),
      user64: base64(user),
      password64: base64(password),
    },
    fixtures: {
      async deliver([to = '', ...subjects]) {
        const mx = await openSmtp(myco);
        for (const subject of subjects) {
          const { text } = await mx.send('x@elsewhere.example', to, sampleMessage(subject));
          if (!text.startsWith('250')) throw new Error(`delivery of ${subject}: ${text}`);
        }
        await mx.close();
        return undefined;
      },
    },
    close: async () => undefined,
  };
});
