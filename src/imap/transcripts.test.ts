import { flagBits } from '../stores/mail/index.ts';
import {
  describeEngines,
  type ImapDoor,
  imapPassword,
  openTestImap,
  scramClient,
  transcripts,
} from '../testing/index.ts';

const doors: readonly ImapDoor[] = ['imap', 'plain', 'imaps'];
/** Fri, 21 Nov 1997 15:55:06 UTC, shown at -0600. */
const received = { received: Date.UTC(1997, 10, 21, 15, 55, 6), receivedZone: -360 };

const plainMessage = (subject: string) =>
  `From: Ana <ana@coop.localhost>\r\nTo: Bea <bea@coop.localhost>\r\nSubject: ${subject}\r\n` +
  `Date: Fri, 21 Nov 1997 09:55:06 -0600\r\nMessage-ID: <${subject}@coop.localhost>\r\n\r\nHello ${subject}\r\n`;

describeEngines('imap', (engine) => {
  transcripts(new URL('./transcripts/', import.meta.url), async () => {
    const imap = await openTestImap({
      engine,
      limits: { appendBytesMax: 5_000, discardBytesMax: 20_000, badCommandsUnauthenticatedMax: 4 },
      quota: 50_000,
    });
    return {
      connect(kind, [name = '']) {
        if (kind === 'session') return imap.session(name);
        const door = doors.find((known) => known === kind);
        if (!door) throw new Error(`there is no door '${kind}'`);
        return imap.connect(door);
      },
      captures: { plain: Buffer.from('\0alice\0correct horse battery staple').toString('base64') },
      fixtures: {
        /** `- deliver alice INBOX one two`: a small message for each subject, or the body below it. */
        async deliver([member = '', mailbox = 'INBOX', ...subjects], body) {
          if (body) await imap.deliver(member, mailbox, body, received);
          for (const subject of subjects)
            await imap.deliver(member, mailbox, plainMessage(subject), received);
          return undefined;
        },
        async seen([member = '', mailbox = 'INBOX', ...subjects]) {
          for (const subject of subjects) {
            await imap.deliver(member, mailbox, plainMessage(subject), { ...received, flags: flagBits.seen });
          }
          return undefined;
        },
        async disable([member = '']) {
          const id = imap.members[member === 'bob' ? 'bob' : 'alice'];
          await imap.admin.disableMember(id);
          return undefined;
        },
        /** `- prove alice sha256 <challenge>`: what a SCRAM client answers, and what it wants to hear then. */
        async prove([username = '', digest = '', challenge = '', password = imapPassword]) {
          const serverFirst = Buffer.from(challenge, 'base64').toString();
          const nonce = /^r=(client)/.exec(serverFirst)?.[1] ?? '';
          const scheme = digest === 'sha1' ? 'sha1' : 'sha256';
          const client = scramClient({ digest: scheme, username, password, nonce });
          const encoded = (text: string) => Buffer.from(text).toString('base64');
          return { answer: encoded(client.final(serverFirst)), verifier: encoded(client.verifier) };
        },
        async drain() {
          imap.servers.plain.drain();
          return undefined;
        },
      },
      close: () => imap.close(),
    };
  });
});
