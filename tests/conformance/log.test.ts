import { afterAll, expect, test } from 'vitest';
import { member, openImap, openSmtp, password, sampleMessage, startMyco, stopAll } from '../harness/index.ts';

afterAll(stopAll);

// Privacy promise (THREATS.md): no body, no address of a correspondent's book, no secret in a log at any level.
const canaries = {
  body: 'canary-body-7f3a',
  subject: 'canary-subject-7f3b',
  display: 'canary-display-7f3c',
  attachment: 'canary-attachment-7f3d',
  keyword: 'canary-keyword-7f3e',
  mailbox: 'canary-mailbox-7f3f',
  search: 'canary-search-7f40',
  guess: 'canary-guess-7f41',
  unknown: 'canary-unknown-7f42',
  garbage: 'canary-garbage-7f43',
  id: 'canary-id-7f44',
};

test('at debug level the log tells what happened and holds none of it', async () => {
  const myco = await startMyco({ members: ['ana'], settings: { log: '{ level: trace, format: json }' } });
  const message = sampleMessage(
    canaries.subject,
    `--b\r\n\r\n${canaries.body}\r\n--b\r\nContent-Disposition: attachment; filename=${canaries.attachment}\r\n\r\nx\r\n--b--\r\n`,
    `Reply-To: "${canaries.display}" <r@elsewhere.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n`,
  );
  const mx = await openSmtp(myco);
  expect((await mx.send('x@elsewhere.example', member('ana'), message)).text).toMatch(/^250/);
  await mx.ask(canaries.unknown);
  await mx.send(
    'x@elsewhere.example',
    member('ana'),
    `Subject: ${canaries.subject}\r\n\r\n${canaries.body}\n.\r\n`,
  );
  await mx.close();

  const submission = await openSmtp(myco, 'submissions');
  await submission.ask(
    `AUTH PLAIN ${Buffer.from(`\0${member('ana')}\0${canaries.guess}`).toString('base64')}`,
  );
  await submission.authenticate('ana');
  await submission.close();

  const stranger = await openImap(myco);
  await stranger.command(`LOGIN ${member('ana')} "${canaries.guess}"`);
  await stranger.command(`LOGIN ${canaries.guess}`);
  await stranger.command(canaries.garbage);
  await stranger.close();

  const imap = await openImap(myco, 'ana');
  await imap.command(`ID ("name" "${canaries.id}")`);
  await imap.command(`CREATE ${canaries.mailbox}`);
  await imap.command(`APPEND ${canaries.mailbox} (${canaries.keyword})`, message);
  await imap.command(`SELECT ${canaries.mailbox}`);
  await imap.command('FETCH 1:* (ENVELOPE BODY[])');
  await imap.command(`SEARCH TEXT ${canaries.search}`);
  await imap.command(`STORE 1 +FLAGS (${canaries.keyword})`);
  await imap.command(`SELECT ${canaries.mailbox}/${canaries.unknown}`);
  await imap.command(`FETCH ${canaries.garbage}`);
  await imap.close();
  expect(await myco.stop()).toEqual({ code: 0, signal: null });

  const log = myco.logged();
  const lines = log.split('\n').filter((line) => line.startsWith('{'));
  expect(lines.length).toBeGreaterThan(5);
  expect(log).toMatch(/"event":"login/);
  const secrets = [...Object.values(canaries), password];
  const coded = secrets.flatMap((text) => [text, Buffer.from(text).toString('base64').slice(2, -4)]);
  expect(coded.filter((text) => log.toLowerCase().includes(text.toLowerCase()))).toEqual([]);
  for (const line of lines)
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), event: expect.any(String) });
});
