import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Myco,
  member,
  openImap,
  password,
  run,
  sampleMessage,
  startMyco,
  stopAll,
  withTools,
} from '../harness/index.ts';

let myco: Myco;
afterAll(stopAll);

/** curl with the authority of the data folder as its only trust; `user` signs in. */
async function curl(user: string | null, ...args: string[]) {
  const auth = user === null ? [] : ['--user', `${member(user)}:${password}`];
  return run('curl', [
    '--silent',
    '--show-error',
    '--max-time',
    '60',
    '--cacert',
    myco.authorityFile,
    ...auth,
    ...args,
  ]);
}

const imaps = (path = '') => `imaps://localhost:${myco.port('imaps')}/${path}`;

/** What curl prints for an address it fetches. */
async function fetchText(user: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await curl(user, ...args);
  expect(err).toBe('');
  expect(code).toBe(0);
  return out.toString('latin1');
}

function letter(name: string, text: string): string {
  const path = join(myco.folder, name);
  writeFileSync(path, text);
  return path;
}

withTools('curl', ['curl'], () => {
  beforeAll(async () => {
    myco = await startMyco({ members: ['ana', 'bea'] });
  });

  test('imaps: append, list, search, fetch byte for byte', async () => {
    const text = sampleMessage(
      'by curl',
      'Grüße\r\nfrom curl\r\n',
      'Content-Type: text/plain; charset=utf-8\r\n',
    );
    await fetchText('ana', '--upload-file', letter('append.eml', text), imaps('INBOX'));
    expect(await fetchText('ana', imaps())).toMatch(/\* LIST \([^)]*\) "\/" INBOX\r\n/);
    expect(await fetchText('ana', imaps('INBOX?SUBJECT%20curl'))).toBe('* SEARCH 1\r\n');
    expect(await fetchText('ana', imaps('INBOX?SUBJECT%20nothing'))).toBe('* SEARCH\r\n');
    const whole = await fetchText('ana', imaps('INBOX/;MAILINDEX=1'));
    expect(Buffer.from(whole, 'latin1').toString()).toBe(text);
    expect(await fetchText('ana', imaps('INBOX/;UID=1;SECTION=HEADER.FIELDS%20(SUBJECT)'))).toBe(
      'Subject: by curl\r\n\r\n',
    );
  });

  test('imaps: custom requests', async () => {
    expect(await fetchText('ana', '--request', 'CREATE Plans', imaps())).toBe('');
    expect(await fetchText('ana', '--request', 'LIST "" Plans', imaps())).toBe(
      '* LIST (\\HasNoChildren) "/" Plans\r\n',
    );
    expect(await fetchText('ana', '--request', 'STATUS INBOX (MESSAGES UIDNEXT)', imaps())).toBe(
      '* STATUS INBOX (MESSAGES 1 UIDNEXT 2)\r\n',
    );
    expect(await fetchText('ana', '--request', 'STORE 1 +FLAGS (\\Flagged)', imaps('INBOX'))).toMatch(
      /\\Flagged/,
    );
  });

  test('imap with STARTTLS required; without TLS the password is not taken', async () => {
    const plain = `imap://localhost:${myco.port('imap')}/`;
    expect(await fetchText('ana', '--ssl-reqd', plain)).toMatch(/INBOX/);
    const refused = await curl('ana', plain);
    expect(refused.code).toBe(67);
  });

  test.each(['PLAIN', 'LOGIN'])('SASL %s', async (mechanism) => {
    expect(await fetchText('ana', '--login-options', `AUTH=${mechanism}`, imaps())).toMatch(/INBOX/);
  });

  test('a wrong password, and a server that is not trusted', async () => {
    const wrong = await run('curl', [
      '-sS',
      '--cacert',
      myco.authorityFile,
      '--user',
      `${member('ana')}:wrong`,
      imaps(),
    ]);
    expect(wrong.code).toBe(67);
    const untrusted = await run('curl', ['-sS', '--user', `${member('ana')}:${password}`, imaps()]);
    expect(untrusted.code).toBe(60);
    // The one place where nothing is verified: the same request then succeeds.
    const blind = await run('curl', ['-sS', '-k', '--user', `${member('ana')}:${password}`, imaps()]);
    expect(blind.code).toBe(0);
  });

  test.each([
    ['smtps', 'submissions', []],
    ['smtp', 'submission', ['--ssl-reqd']],
  ] as const)('%s sends at the %s door', async (scheme, door, more) => {
    const text = sampleMessage(`${scheme} sent`).replace('Carla <carla@elsewhere.example>', member('ana'));
    const file = letter(`${scheme}.eml`, text);
    const mail = ['--mail-from', member('ana'), '--mail-rcpt', member('bea'), '--upload-file', file];
    const url = `${scheme}://localhost:${myco.port(door)}/client.example`;
    await fetchText('ana', ...more, ...mail, url);
    expect(await fetchText('bea', imaps(`INBOX?SUBJECT%20%22${scheme}%20sent%22`))).toMatch(
      /^\* SEARCH \d+\r\n$/,
    );
  });

  test('smtp without TLS does not take a password', async () => {
    const file = letter('plain.eml', sampleMessage('plain'));
    const mail = ['--mail-from', member('ana'), '--mail-rcpt', member('bea'), '--upload-file', file];
    const { code } = await curl('ana', ...mail, `smtp://localhost:${myco.port('submission')}/client.example`);
    expect(code).not.toBe(0);
    const imap = await openImap(myco, 'bea');
    await imap.command('EXAMINE INBOX');
    expect((await imap.command('SEARCH SUBJECT plain')).lines).toEqual(['* SEARCH']);
    await imap.close();
  });

  test('http: health, readiness, metrics; everything else goes to https', async () => {
    const http = `http://localhost:${myco.port('http')}`;
    for (const page of ['healthz', 'readyz']) {
      const { code, out } = await curl(null, '--fail', `${http}/${page}`);
      expect(code).toBe(0);
      expect(JSON.parse(out.toString())).toMatchObject({ ok: true });
    }
    const metrics = await curl(null, '--fail', `${http}/metrics`);
    expect(metrics.out.toString()).toMatch(/^# HELP /m);
    const other = await curl(null, '--head', `${http}/anything`);
    expect(other.out.toString()).toMatch(/^HTTP\/1\.1 308 [\s\S]*\r\nlocation: https:/i);
    const secure = await curl(null, '--head', `https://localhost:${myco.port('https')}/healthz`);
    expect(secure.code).toBe(0);
    const untrusted = await run('curl', ['-sS', `https://localhost:${myco.port('https')}/`]);
    expect(untrusted.code).toBe(60);
  });

  test('files over https: put, ranges, conditions, a body of unknown length', async () => {
    const dav = (path: string) => `https://localhost:${myco.port('https')}/dav/files/ana/${path}`;
    const file = letter('digits.txt', '0123456789');
    const status = ['--output', '/dev/null', '--write-out', '%{http_code}'];
    expect(await fetchText('ana', ...status, '--upload-file', file, dav('digits.txt'))).toBe('201');
    expect(await fetchText('ana', dav('digits.txt'))).toBe('0123456789');
    expect(await fetchText('ana', '--range', '2-4', dav('digits.txt'))).toBe('234');
    expect(await fetchText('ana', '--range', '-3', dav('digits.txt'))).toBe('789');
    expect(await fetchText('ana', '--continue-at', '8', dav('digits.txt'))).toBe('89');
    expect(await fetchText('ana', ...status, '--range', '20-', dav('digits.txt'))).toBe('416');
    const several = await fetchText('ana', '--range', '0-1,8-9', dav('digits.txt'));
    expect(several).toMatch(/content-range: bytes 0-1\/10\r\n\r\n01\r\n/i);
    expect(several).toMatch(/content-range: bytes 8-9\/10\r\n\r\n89\r\n/i);
    const etags = join(myco.folder, 'etags');
    await fetchText('ana', '--etag-save', etags, dav('digits.txt'));
    expect(await fetchText('ana', ...status, '--etag-compare', etags, dav('digits.txt'))).toBe('304');
    expect(
      await fetchText(
        'ana',
        ...status,
        '--header',
        'If-None-Match: *',
        '--upload-file',
        file,
        dav('digits.txt'),
      ),
    ).toBe('412');
    const chunked = ['--header', 'Transfer-Encoding: chunked', '--upload-file', file];
    expect(await fetchText('ana', ...status, ...chunked, dav('chunked.txt'))).toBe('201');
    expect(await fetchText('ana', dav('chunked.txt'))).toBe('0123456789');
    expect((await curl(null, ...status, dav('digits.txt'))).out.toString()).toBe('401');
    expect((await curl('bea', ...status, dav('digits.txt'))).out.toString()).toBe('404');
  });
});
