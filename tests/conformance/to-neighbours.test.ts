import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDns, type TestDns } from '../../src/testing/index.ts';
import { eximPrograms, startExim } from '../harness/exim.ts';
import {
  eventually,
  type Myco,
  member,
  openImap,
  openSmtp,
  sampleMessage,
  startMyco,
  stopAll,
  withTools,
} from '../harness/index.ts';
import type { Neighbour, NeighbourOptions } from '../harness/neighbour.ts';
import { postfixPrograms, startPostfix } from '../harness/postfix.ts';
import { freePort } from '../harness/programs.ts';

/** Other people's servers as hosts that we send to: as the exchanger that the DNS names, and as a relay. */
const kinds: readonly [string, readonly string[], (options: NeighbourOptions) => Promise<Neighbour>][] = [
  ['postfix', postfixPrograms, startPostfix],
  ['exim', eximPrograms, startExim],
];

const doors = ['smtp', 'submissions', 'imap', 'imaps'];

const letter = (subject: string, body?: string, more?: string) =>
  sampleMessage(subject, body, more).replace('carla@elsewhere.example', member('ana'));

/** Submits as ana and hears the answer to the dot. */
async function submit(myco: Myco, to: readonly string[], message: string, rcpt = ''): Promise<string> {
  const client = await openSmtp(myco, 'submissions');
  try {
    await client.authenticate('ana');
    await client.ask(`MAIL FROM:<${member('ana')}>`);
    for (const address of to) {
      const answer = await client.ask(`RCPT TO:<${address}>${rcpt}`);
      if (answer.code !== 250) return answer.text;
    }
    await client.ask('DATA');
    await client.socket.send(`${message.replace(/^\./gm, '..')}.\r\n`);
    return (await client.reply()).text;
  } finally {
    await client.close();
  }
}

async function inboxHas(myco: Myco, what: RegExp): Promise<string> {
  return eventually(`${what} in the mailbox`, async () => {
    const imap = await openImap(myco, 'ana');
    await imap.command('EXAMINE INBOX');
    const { lines } = await imap.command('FETCH 1:* BODY.PEEK[]');
    await imap.close();
    return lines.find((text) => what.test(text));
  });
}

const arrives = (neighbour: Neighbour, subject: string) =>
  eventually(`'${subject}' at ${neighbour.name}`, () =>
    neighbour.arrived().find((text) => text.includes(`Subject: ${subject}`)),
  );

for (const [name, programs, start] of kinds) {
  withTools(`we send to ${name}`, programs, () => {
    let dns: TestDns;
    let neighbour: Neighbour;
    let myco: Myco;
    afterAll(async () => {
      await stopAll();
      await neighbour?.stop();
      await dns?.close();
    });

    describe.each(['as the exchanger of its domain', 'as our relay'])('%s', (way) => {
      const relayed = way === 'as our relay';
      beforeAll(async () => {
        await stopAll();
        await neighbour?.stop();
        await dns?.close();
        const port = await freePort();
        neighbour = await start({
          users: ['carla', 'dora'],
          sizeMax: 200_000,
          routes: { 'coop.test': port },
        });
        dns = await openTestDns({
          'elsewhere.test': { mx: [[10, 'mx.elsewhere.test']] },
          'mx.elsewhere.test': { a: ['127.0.0.1'] },
        });
        const relay = relayed ? `relay: "smtp://127.0.0.1:${neighbour.port}", ` : '';
        myco = await startMyco({
          members: ['ana'],
          settings: {
            listeners: `\n${doors.map((door) => `  ${door}: { host: 127.0.0.1, port: ${door === 'smtp' ? port : 0} }`).join('\n')}`,
            mail: `{ ${relay}port: ${neighbour.port}, resolver: ["${dns.address}"] }`,
          },
        });
      });

      test('over TLS, signed, with what the message is', async () => {
        const body = `.\r\n..two\r\n${'x'.repeat(990)}\r\nGrüße\r\n\r\n\r\nend\r\n`;
        const mime =
          'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n';
        const answer = await submit(myco, ['carla@elsewhere.test'], letter('whole', body, mime));
        expect(answer).toMatch(/^250 /);
        const text = (await arrives(neighbour, 'whole')).replaceAll('\r\n', '\n');
        expect(text).toContain(Buffer.from(body).toString('latin1').replaceAll('\r\n', '\n'));
        expect(text).toMatch(/^DKIM-Signature: .*d=coop\.test/ms);
        expect(text).toMatch(/^Return-[Pp]ath: <ana@coop\.test>/m);
        expect(text).toMatch(/(from |helo=)mail\.coop\.test/);
        expect(text).toMatch(/TLSv1\.[23]|TLS1\.[23]|esmtps/);
      });

      test('to several in one transaction', async () => {
        await submit(myco, ['carla@elsewhere.test', 'dora@elsewhere.test'], letter('several'));
        await eventually('both', () =>
          neighbour.arrived().filter((text) => text.includes('Subject: several')).length === 2
            ? true
            : undefined,
        );
      });

      test('whom it does not have bounces with its own words', async () => {
        expect(await submit(myco, ['nobody@elsewhere.test'], letter('to nobody'))).toMatch(/^250 /);
        const bounce = await inboxHas(myco, /nobody@elsewhere\.test/);
        expect(bounce).toMatch(/Content-Type: multipart\/report/i);
        expect(bounce).toMatch(/Action: failed/);
        expect(bounce).toMatch(/Status: 5\.\d+\.\d+/);
        expect(bounce).toMatch(/Diagnostic-Code: smtp; 550/i);
      });

      test('what is too large for it bounces', async () => {
        await submit(
          myco,
          ['carla@elsewhere.test'],
          letter('too large', `${'x'.repeat(70)}\r\n`.repeat(4_000)),
        );
        expect(await inboxHas(myco, /Subject: too large/)).toMatch(/Status: 5\.(3\.4|2\.3)/);
      });

      test('a receipt comes back for who asked', async () => {
        const message = letter('with receipt');
        await submit(myco, ['carla@elsewhere.test'], message, ' NOTIFY=SUCCESS');
        await arrives(neighbour, 'with receipt');
        // RFC 3461 §5.2.1: they offer DSN, so the receipt is theirs to send; that of a relay says what it did itself.
        const receipt = await inboxHas(myco, /Action: (delivered|relayed)/i);
        expect(receipt).toMatch(/carla@elsewhere\.test/);
      });

      test('myco mail test follows a message to it', async () => {
        const { code, said } = await myco.cli(['mail', 'test', 'carla@elsewhere.test']);
        expect(said).toMatch(/ok +outbox +\d+ ms {2}(sent|relayed|delivered)/);
        expect(code).toBe(0);
        const failed = await myco.cli(['mail', 'test', 'nobody@elsewhere.test']);
        expect(failed.said).toMatch(/failed +outbox .*550/);
        expect(failed.code).toBe(1);
      });
    });
  });
}
