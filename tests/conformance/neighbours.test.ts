import { afterAll, beforeAll, expect, test } from 'vitest';
import { eximPrograms, startExim } from '../harness/exim.ts';
import {
  eventually,
  type Myco,
  member,
  openImap,
  sampleMessage,
  startMyco,
  stopAll,
  withTools,
} from '../harness/index.ts';
import type { Neighbour, NeighbourOptions } from '../harness/neighbour.ts';
import { postfixPrograms, startPostfix } from '../harness/postfix.ts';

/** Other people's servers as hosts that send to us, and to which we send. */
const kinds: readonly [string, readonly string[], (options: NeighbourOptions) => Promise<Neighbour>][] = [
  ['postfix', postfixPrograms, startPostfix],
  ['exim', eximPrograms, startExim],
];

/** Whole messages in a member's INBOX. */
async function inbox(myco: Myco, name: string): Promise<string[]> {
  const imap = await openImap(myco, name);
  await imap.command('EXAMINE INBOX');
  const { lines } = await imap.command('FETCH 1:* BODY.PEEK[]');
  await imap.close();
  return lines.filter((line) => line.length > 200);
}

async function arrives(myco: Myco, name: string, subject: string): Promise<string> {
  return eventually(`'${subject}' for ${name}`, async () =>
    (await inbox(myco, name)).find((text) => text.includes(`Subject: ${subject}\r\n`)),
  );
}

for (const [name, programs, start] of kinds) {
  withTools(`${name} sends to us`, programs, () => {
    let myco: Myco;
    let neighbour: Neighbour;
    beforeAll(async () => {
      myco = await startMyco({ members: ['ana', 'bea'], settings: { limits: '{ message: 64KiB }' } });
      neighbour = await start({
        routes: { 'coop.test': myco.port('smtp') },
        verify: { authority: myco.authority, name: 'mail.coop.test' },
      });
    });
    afterAll(async () => {
      await neighbour.stop();
      await stopAll();
    });
    const from = 'carla@elsewhere.test';

    test('over STARTTLS with our certificate verified', async () => {
      await neighbour.give(from, [member('ana')], sampleMessage('verified'));
      const text = await arrives(myco, 'ana', 'verified');
      expect(text).toContain('Return-Path: <carla@elsewhere.test>\r\n');
      expect(text).toMatch(/Received: from mx\.elsewhere\.test .*\r\n.*by mail\.coop\.test/s);
      expect(text).toMatch(/with (UTF8SMTPS|ESMTPS)/);
    });

    test('to several at once, byte for byte', async () => {
      const body = `.\r\n..\r\n${'x'.repeat(990)}\r\n\tGrüße\r\n\r\n\r\nend\r\n`;
      const message = sampleMessage(
        'several',
        body,
        'MIME-Version: 1.0\r\nContent-Transfer-Encoding: 8bit\r\n',
      );
      await neighbour.give(from, [member('ana'), member('bea')], Buffer.from(message).toString());
      const expected = Buffer.from(body).toString('latin1');
      for (const who of ['ana', 'bea']) expect(await arrives(myco, who, 'several')).toContain(expected);
    });

    test('and hears at once who is not here and what is too large: its sender gets the bounce', async () => {
      await neighbour.give(from, [member('nobody')], sampleMessage('to nobody'));
      await neighbour.give(
        from,
        [member('ana')],
        sampleMessage('too large', `${'x'.repeat(70)}\r\n`.repeat(1_000)),
      );
      const bounced = (what: RegExp) =>
        eventually(`the bounce ${what}`, () => neighbour.arrived().find((text) => what.test(text)));
      expect(await bounced(/nobody@coop\.test/)).toMatch(/5\.1\.1/);
      expect(await bounced(/Subject: too large/)).toMatch(/5\.3\.4|5\.2\.3|552|size/i);
    });

    test('a null sender is taken', async () => {
      await neighbour.give('', [member('ana')], sampleMessage('from nobody'));
      expect(await arrives(myco, 'ana', 'from nobody')).toContain('Return-Path: <>\r\n');
    });
  });
}
