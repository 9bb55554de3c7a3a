import { spawn } from 'node:child_process';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import {
  eventually,
  member,
  openImap,
  openSmtp,
  sampleMessage,
  startMyco,
  stopAll,
} from '../harness/index.ts';
import { launcher } from '../harness/launcher.ts';

const folder = makeFolder();
afterAll(async () => {
  await stopAll();
  removeFolder(folder);
});

test('without a configuration: it sets itself up, prints its doors and a link that signs in once', async () => {
  const home = makeFolder();
  // The usual ports may be taken on this machine; whatever is printed then must say so.
  const child = spawn(process.execPath, [...launcher(), 'serve'], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    removeFolder(home);
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    printed += text;
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const outcome = await eventually(
    'the doors',
    () => (/EADDRINUSE|in use/.test(said) ? 'taken' : /Ctrl-C/.test(printed) ? 'open' : undefined),
    60_000,
  );
  if (outcome === 'taken') {
    expect(said).toMatch(/2\d{3}/);
    return;
  }
  for (const door of ['smtp', 'submission', 'submissions', 'imap', 'imaps', 'http', 'https']) {
    expect(printed).toMatch(new RegExp(`^ {2}${door} +127\\.0\\.0\\.1:2\\d{3} +\\S.*$`, 'm'));
  }
  expect(printed).toMatch(/^ {2}https:\/\/localhost:2443\/sign-in\/[a-z2-7]{26}$/m);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('a letter comes in by SMTP, is read by IMAP, answered by submission, and is there after a restart', async () => {
  const first = await startMyco({ folder, members: ['ana', 'bea'] });
  const mx = await openSmtp(first);
  await mx.startTls();
  const letter = sampleMessage(
    'Bonjour',
    'Bienvenue à la coopérative\r\n',
    'Content-Type: text/plain; charset=utf-8\r\n',
  );
  expect((await mx.send('carla@elsewhere.example', member('ana'), letter)).text).toMatch(/^250 2\.0\.0/);
  await mx.close();

  const ana = await openImap(first, 'ana');
  expect((await ana.command('SELECT INBOX')).lines).toContain('* 1 EXISTS');
  const { lines } = await ana.command('FETCH 1 BODY[]');
  const text = Buffer.from(lines[0] ?? '', 'latin1').toString();
  expect(text).toContain(letter);
  expect(text).toMatch(
    /Return-Path: <carla@elsewhere\.example>\r\nAuthentication-Results: mail\.coop\.test; none\r\nReceived: from client\.example[\s\S]*by mail\.coop\.test/,
  );

  const submission = await openSmtp(first, 'submission');
  await submission.startTls();
  expect((await submission.authenticate('ana')).code).toBe(235);
  const answer = sampleMessage('Re: Bonjour').replace(
    'Carla <carla@elsewhere.example>',
    `Ana <${member('ana')}>`,
  );
  expect((await submission.send(member('ana'), member('bea'), answer)).text).toMatch(/^250 2\.0\.0/);
  await submission.close();
  await ana.command('STORE 1 +FLAGS (\\Answered)');
  const epoch = /UIDVALIDITY \d+/.exec((await ana.command('STATUS INBOX (UIDVALIDITY)')).lines.join())?.[0];
  await ana.close();
  expect(await first.stop()).toEqual({ code: 0, signal: null });

  const second = await startMyco({ folder });
  const again = await openImap(second, 'ana');
  expect((await again.command('STATUS INBOX (UIDVALIDITY)')).lines.join()).toContain(epoch);
  await again.command('SELECT INBOX');
  expect((await again.command('FETCH 1 FLAGS')).lines[0]).toMatch(/\\Answered/);
  await again.close();
  const bea = await openImap(second, 'bea');
  await bea.command('SELECT INBOX');
  expect((await bea.command('SEARCH SUBJECT "Re: Bonjour"')).lines).toEqual(['* SEARCH 1']);
  await bea.close();
  expect(await second.stop()).toEqual({ code: 0, signal: null });
});
