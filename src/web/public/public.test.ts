import { randomBytes } from 'node:crypto';
import type { ClientRequest } from 'node:http';
import { get as httpsGet } from 'node:https';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { disposition } from '../../net/index.ts';
import type { Link, LinkWish } from '../../stores/files/index.ts';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../../testing/index.ts';
import { listedRows, numberedNamesMax, zipListedRows, zipNamesMax, zipsPerNetworkMax } from '../limits.ts';
import { fileName } from './drop.ts';

let suite: TestSuite;
let ana: number;
let by: { member: number; tokens: string[] };
const folders: Record<string, number> = {};

beforeAll(async () => {
  suite = await startSuite();
  ana = (await suite.addMember('ana@coop.localhost', 'correct horse')).id;
  by = { member: ana, tokens: [] };
  const { files } = suite.rooms;
  const root = await files.root(ana);
  for (const name of ['Letters', 'Inbox', 'Team']) {
    const made = await files.makeFolder({ account: ana, folder: root.id, name }, { by });
    folders[name] = made.id;
  }
  const old = await files.makeFolder({ account: ana, folder: id('Letters'), name: 'é <b>' }, { by });
  folders.old = old.id;
  await put('Letters', 'page.html', '<script>alert(1)</script>');
  await put('Letters', 'picture.svg', '<svg onload="alert(1)"/>');
  await put('Letters', 'note.txt', '0123456789');
  await put('old', 'ï & .pdf', 'deep');
  await put('Inbox', 'secret.txt', 'nobody sees this');
});
afterAll(() => suite.stop());

const id = (name: string) => folders[name] ?? 0;

async function put(folder: string, name: string, text: string) {
  const { files } = suite.rooms;
  const content = await files.stage(ana, Buffer.from(text));
  const { node } = await files.put({ account: ana, folder: id(folder), name }, content, { by });
  content.release();
  folders[name] = node.id;
  return node;
}

const browse = (): TestBrowser => testBrowser(suite.ports.https, suite.authority);
const link = (node: string, more: Partial<LinkWish> = {}): Promise<Link> =>
  suite.rooms.sharing.createLink({ account: ana, node: id(node), by: ana, rights: 'read', ...more });
const english = { 'accept-language': 'en' };

/** A form with files as a browser sends it. */
function form(files: readonly (readonly [name: string, text: string])[]) {
  const parts = files.map(
    ([name, text]) =>
      `--X\r\nContent-Disposition: form-data; name="files"; filename="${name}"\r\nContent-Type: text/html\r\n\r\n${text}\r\n`,
  );
  return {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=X' },
    body: `${parts.join('')}--X--\r\n`,
  };
}

async function names(folder: string): Promise<string[]> {
  return (await suite.rooms.files.list(ana, id(folder), '', 1_000)).map(({ name }) => name);
}

/** What an archive holds, by its paths. */
async function unzipped(bytes: Buffer): Promise<Record<string, string>> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true, validateEntrySizes: true });
  const found: Record<string, string> = {};
  for await (const entry of zip.eachEntry()) {
    const pieces: Buffer[] = [];
    if (!entry.fileName.endsWith('/'))
      for await (const piece of await zip.openReadStreamPromise(entry)) pieces.push(piece);
    found[entry.fileName] = Buffer.concat(pieces).toString();
  }
  return found;
}

describe('a folder as .zip', () => {
  test('holds all that is below it, by its names', async () => {
    const { token } = await link('Letters');
    const browser = browse();
    expect((await browser.get(`/s/${token}`, english)).text).toContain(`href="/s/${token}?zip"`);
    const head = await browser.ask(`/s/${token}?zip`, { method: 'HEAD' });
    const all = await browser.get(`/s/${token}?zip`);
    for (const { status, headers } of [head, all])
      expect([status, headers]).toMatchObject([
        200,
        {
          'content-type': 'application/zip',
          'content-disposition': disposition('attachment', 'Letters.zip'),
          'x-content-type-options': 'nosniff',
        },
      ]);
    expect(await unzipped(all.bytes)).toMatchObject({
      'Letters/': '',
      'Letters/note.txt': '0123456789',
      'Letters/é <b>/': '',
      'Letters/é <b>/ï & .pdf': 'deep',
    });
    const below = await browser.get(`/s/${token}/${encodeURIComponent('é <b>')}?zip`);
    expect(await unzipped(below.bytes)).toEqual({ 'é <b>/': '', 'é <b>/ï & .pdf': 'deep' });
    expect((await suite.rooms.sharing.link(token))?.downloads).toBe(2);
  });

  test('is one download, and the last of them', async () => {
    const { token } = await link('Letters', { downloadsMax: 1 });
    const browser = browse();
    expect((await browser.ask(`/s/${token}?zip`, { method: 'HEAD' })).status).toBe(200);
    expect(Object.keys(await unzipped((await browser.get(`/s/${token}?zip`)).bytes)).length).toBeGreaterThan(
      3,
    );
    expect((await browser.get(`/s/${token}?zip`)).status).toBe(404);
  });

  test('is not for a folder that files go into, nor without the password, nor of a file', async () => {
    const browser = browse();
    const drop = await link('Inbox', { rights: 'drop' });
    const locked = await link('Letters', { password: 'sesame' });
    const one = await link('note.txt');
    for (const { token } of [drop, locked, one]) {
      const { headers, text } = await browser.get(`/s/${token}?zip`);
      expect(headers['content-type']).toMatch(/^text\/html/);
      expect(text).not.toContain('nobody sees this');
    }
  });

  test('leads nowhere out of where it is put', async () => {
    const { files } = suite.rooms;
    const parent = id('Team');
    const odd = await files.makeFolder({ account: ana, folder: parent, name: 'C:odd' }, { by });
    folders.odd = odd.id;
    await put('odd', '..\\..\\evil.exe', 'x');
    const { token } = await link('odd');
    const zip = await browse().get(`/s/${token}?zip`);
    expect(Object.keys(await unzipped(zip.bytes))).toEqual(['C_odd/', 'C_odd/..∖..∖evil.exe']);
    await files.remove(ana, odd.id, { by });
  });

  test('so many are sent at one time, and another after those that were left', async () => {
    await put('Team', 'large.bin', '');
    const content = await suite.rooms.files.stage(ana, randomBytes(8 * 1_048_576));
    await suite.rooms.files.put({ account: ana, folder: id('Team'), name: 'large.bin' }, content, { by });
    content.release();
    const { token } = await link('Team');
    const browser = browse();
    const half = () =>
      new Promise<ClientRequest>((resolve, reject) => {
        const sent = httpsGet(
          `${browser.origin}/s/${token}?zip`,
          { ca: suite.authority, agent: false },
          (answer) => {
            answer.on('error', () => undefined);
            answer.once('readable', () => resolve(sent));
          },
        );
        sent.on('error', reject);
      });
    const waiting = await Promise.all(Array.from({ length: zipsPerNetworkMax }, half));
    const busy = await browser.get(`/s/${token}?zip`, english);
    expect([busy.status, busy.text.includes('Try again in a while')]).toEqual([503, true]);
    for (const each of waiting) each.destroy();
    await expect.poll(async () => (await browser.get(`/s/${token}?zip`)).status).toBe(200);
  });

  test('of more names than are held for one is refused before it begins', async () => {
    const list = vi.spyOn(suite.rooms.files, 'list');
    const [node] = await suite.rooms.files.list(ana, id('Letters'), '', 1);
    if (!node) throw new Error('nothing is there');
    list.mockImplementation(async () =>
      Array.from({ length: zipListedRows }, (_, at) => ({ ...node, kind: 'file', name: `${at}` })),
    );
    try {
      const { token } = await link('Letters');
      const answer = await browse().get(`/s/${token}?zip`, english);
      expect([answer.status, answer.text.includes('too much in it')]).toEqual([409, true]);
      expect((await suite.rooms.sharing.link(token))?.downloads).toBe(0);
      expect(list.mock.calls.length).toBeLessThanOrEqual(2 + zipNamesMax / zipListedRows);
    } finally {
      list.mockRestore();
    }
  });
});

describe('a link to a folder', () => {
  test('shows what is in it and below, and nothing beside', async () => {
    const { token } = await link('Letters');
    const browser = browse();
    const page = await browser.get(`/s/${token}`, english);
    expect(page.status).toBe(200);
    for (const name of ['page.html', 'note.txt', 'é &lt;b&gt;/']) expect(page.text).toContain(name);
    expect(page.text).not.toContain('<b>');
    expect(page.headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    const below = await browser.get(`/s/${token}/${encodeURIComponent('é <b>')}/`, english);
    expect([below.status, below.text.includes('ï &amp; .pdf')]).toEqual([200, true]);
    const path = `/s/${token}/${encodeURIComponent('é <b>')}/${encodeURIComponent('ï & .pdf')}`;
    expect((await browser.get(path)).text).toBe('deep');
    for (const other of [
      '/Inbox',
      '/..',
      '/%2e%2e/Inbox',
      '/..%2fInbox',
      '/note.txt/x',
      '/%00',
      '/%ff',
      '/none',
    ])
      expect([other, (await browser.get(`/s/${token}${other}`)).status]).toEqual([other, 404]);
  });

  test('sends files so that they run nothing', async () => {
    const { token } = await link('Letters');
    const html = await browse().get(`/s/${token}/page.html`);
    expect(html.headers).toMatchObject({
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(html.headers['content-disposition']).toMatch(/^attachment; /);
    expect((await browse().get(`/s/${token}/picture.svg`)).headers['content-disposition']).toMatch(
      /^attachment/,
    );
    const text = await browse().get(`/s/${token}/note.txt`);
    expect([text.headers['content-disposition'], text.headers['content-type']]).toEqual([
      `inline; filename="note.txt"; filename*=UTF-8''note.txt`,
      'text/plain; charset=utf-8',
    ]);
    const asked = await browse().get(`/s/${token}/note.txt?download`);
    expect(asked.headers['content-disposition']).toMatch(/^attachment/);
  });

  test('answers ranges and conditions', async () => {
    const { token } = await link('Letters');
    const path = `/s/${token}/note.txt`;
    const whole = await browse().get(path);
    const etag = String(whole.headers.etag);
    const part = await browse().get(path, { range: 'bytes=2-4' });
    expect([part.status, part.text, part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10']);
    expect((await browse().get(path, { range: 'bytes=20-' })).status).toBe(416);
    expect((await browse().get(path, { range: 'bytes=0-1,4-5' })).text).toBe('0123456789');
    expect((await browse().get(path, { range: 'bytes=2-4', 'if-range': '"x"' })).status).toBe(200);
    expect((await browse().get(path, { 'if-none-match': etag })).status).toBe(304);
    expect((await browse().get(path, { 'if-match': '"x"' })).status).toBe(412);
    const head = await browse().ask(path, { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.text]).toEqual([200, '10', '']);
  });

  test('is read a page at a time', async () => {
    const { files } = suite.rooms;
    const many = await files.makeFolder({ account: ana, folder: id('Team'), name: 'many' }, { by });
    for (let n = 0; n <= listedRows; n++)
      await files.makeFolder(
        { account: ana, folder: many.id, name: `f${String(n).padStart(4, '0')}` },
        { by },
      );
    folders.many = many.id;
    const { token } = await link('many');
    const first = await browse().get(`/s/${token}`, english);
    const next = /href="([^"]+\?after=[^"]+)"/.exec(first.text)?.[1] ?? '';
    const last = `f${String(listedRows).padStart(4, '0')}`;
    expect([first.text.includes(last), (await browse().get(next)).text.includes(last)]).toEqual([
      false,
      true,
    ]);
  });

  test('to read takes nothing in', async () => {
    const { token } = await link('Letters');
    expect((await browse().ask(`/s/${token}`, form([['a.txt', 'x']]))).status).toBe(404);
    expect((await browse().ask(`/s/${token}`, { method: 'PUT', body: 'x' })).status).toBe(405);
  });

  test('to write takes files in beside what is there', async () => {
    const { token } = await link('Team', { rights: 'write' });
    const sent = await browse().ask(`/s/${token}`, form([['up.txt', 'one']]));
    expect([sent.status, sent.headers.location]).toEqual([303, `/s/${token}?taken=1`]);
    expect((await browse().get(`/s/${token}/up.txt`)).text).toBe('one');
  });
});

describe('a link to a file', () => {
  test('shows a page, and counts what is downloaded', async () => {
    const { token } = await link('note.txt', { downloadsMax: 2 });
    const browser = browse();
    for (let look = 0; look < 3; look++) expect((await browser.get(`/s/${token}`, english)).status).toBe(200);
    expect((await browser.ask(`/s/${token}?download`, { method: 'HEAD' })).status).toBe(200);
    // A part would be as good as the whole.
    const part = await browser.get(`/s/${token}?download`, { range: 'bytes=1-' });
    expect([part.status, part.text]).toEqual([200, '0123456789']);
    expect((await browser.get(`/s/${token}`, english)).text).toContain('once more');
    expect((await browser.get(`/s/${token}?download`)).status).toBe(200);
    expect((await browser.get(`/s/${token}?download`)).status).toBe(404);
    expect((await browser.get(`/s/${token}`)).status).toBe(404);
  });

  test('that is taken back is gone at once, as one that never was', async () => {
    const { token } = await link('note.txt');
    await suite.rooms.sharing.revokeLink(token);
    const answers = await Promise.all(
      [token, 'a'.repeat(26), 'A', '%00', 'x'.repeat(500)].map((each) => browse().get(`/s/${each}`, english)),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text.includes('leads nowhere')}`))).toEqual(
      new Set(['404 true']),
    );
  });
});

describe('a link with a password', () => {
  test('opens to it, for this link and browser alone, until the password changes', async () => {
    const { token } = await link('Letters', { password: 'open sesame' });
    const other = await link('Letters', { password: 'open sesame' });
    const browser = browse();
    const asked = await browser.get(`/s/${token}`, english);
    expect([asked.text.includes('has a password'), asked.text.includes('note.txt')]).toEqual([true, false]);
    expect((await browser.get(`/s/${token}/note.txt`)).text).not.toContain('0123456789');
    expect((await browser.post(`/s/${token}`, { password: 'wrong' })).status).toBe(403);
    const right = await browser.post(`/s/${token}`, { password: 'open sesame' });
    expect(right.status).toBe(303);
    expect(right.headers['set-cookie']?.join()).toMatch(
      new RegExp(`^__Secure-myco-link=[\\w-]{43}; Path=/s/${token}; HttpOnly; SameSite=Strict; Secure$`),
    );
    expect((await browser.get(`/s/${token}/note.txt`)).text).toBe('0123456789');
    expect((await browser.get(`/s/${other.token}/note.txt`)).text).not.toBe('0123456789');
    await suite.rooms.sharing.changeLink(token, { password: 'another one' });
    expect((await browser.get(`/s/${token}/note.txt`)).text).not.toBe('0123456789');
  });

  test('takes a form of this site alone, and slows guesses down', async () => {
    const { token } = await link('Letters', { password: 'open sesame' });
    const browser = browse();
    await browser.get(`/s/${token}`);
    const foreign = { origin: 'https://evil.example' };
    expect((await browser.post(`/s/${token}`, { password: 'open sesame' }, foreign)).status).toBe(403);
    const statuses: number[] = [];
    for (let guess = 0; guess < 8; guess++)
      statuses.push((await browser.post(`/s/${token}`, { password: `wrong ${guess}` })).status);
    expect([statuses[0], statuses.at(-1)]).toEqual([403, 429]);
  });
});

describe('a drop folder', () => {
  test('takes files in under free names, and shows nothing', async () => {
    const { token } = await link('Inbox', { rights: 'drop', label: 'For the office' });
    const browser = browse();
    const page = await browser.get(`/s/${token}`, english);
    expect([page.text.includes('For the office'), page.text.includes('secret')]).toEqual([true, false]);
    const sent = await browser.ask(
      `/s/${token}`,
      form([
        ['secret.txt', 'another'],
        ['..\\..\\up\\x.txt', 'second'],
        ['', ''],
      ]),
    );
    expect([sent.status, sent.headers.location]).toEqual([303, `/s/${token}?taken=2`]);
    expect((await browser.get(String(sent.headers.location), english)).text).toContain(
      '2 files have arrived',
    );
    expect(await names('Inbox')).toEqual(['secret (2).txt', 'secret.txt', 'x.txt']);
    for (const hidden of ['/secret.txt', '/x.txt', '/?after=a'])
      expect((await browser.get(`/s/${token}${hidden}`)).text).not.toMatch(/secret\.txt|another|second/);
    expect(numberedNamesMax).toBe(1_000);
  });

  test('takes nothing in that was under way when its link was taken back', async () => {
    const { files, sharing } = suite.rooms;
    folders.late = (await files.makeFolder({ account: ana, folder: id('Team'), name: 'late' }, { by })).id;
    const { token } = await link('late', { rights: 'drop' });
    const stage = files.stage.bind(files);
    const spy = vi.spyOn(files, 'stage').mockImplementationOnce(async (...given) => {
      const staged = await stage(...given);
      await sharing.revokeLink(token);
      return staged;
    });
    try {
      expect((await browse().ask(`/s/${token}`, form([['late.txt', 'late']]))).status).toBe(403);
    } finally {
      spy.mockRestore();
    }
    expect(await names('late')).toEqual([]);
  });

  test('refuses what cannot be taken, and keeps what came before it', async () => {
    const drop = await suite.rooms.files.makeFolder(
      { account: ana, folder: id('Team'), name: 'drop' },
      { by },
    );
    folders.drop = drop.id;
    const { token } = await link('drop', { rights: 'drop' });
    const browser = browse();
    const cut = form([
      ['whole.txt', 'whole'],
      ['half.txt', 'half'],
    ]);
    expect((await browser.ask(`/s/${token}`, { ...cut, body: cut.body.slice(0, -10) })).status).toBe(400);
    expect(await names('drop')).toEqual(['whole.txt']);
    expect(
      (await browser.ask(`/s/${token}`, { ...cut, headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(415);
    const foreign = { ...cut, headers: { ...cut.headers, 'sec-fetch-site': 'cross-site' } };
    expect((await browser.ask(`/s/${token}`, foreign)).status).toBe(403);
    await suite.rooms.files.setQuota(ana, (await suite.rooms.files.usage(ana)).used + 10);
    const full = await browser.ask(
      `/s/${token}`,
      form([
        ['fits.txt', 'x'],
        ['large.txt', 'x'.repeat(100)],
      ]),
    );
    expect([full.status, await names('drop')]).toEqual([507, ['fits.txt', 'whole.txt']]);
    await suite.rooms.files.setQuota(ana, null);
  });
});

test.each([
  ['a.txt', 'a.txt'],
  ['C:\\x\\a.txt', 'a.txt'],
  ['../../a', 'a'],
  ['..', 'file'],
  ['', 'file'],
  ['a\u0000\u0007b', 'ab'],
])('the name %j that was sent is kept as %j', (sent, kept) => {
  expect(fileName(sent)).toBe(kept);
});

test('a name is written into the header so that it stays in it', () => {
  expect(disposition('attachment', 'é"\r\n\\%.txt')).toBe(
    `attachment; filename="______.txt"; filename*=UTF-8''%C3%A9%22%0D%0A%5C%25.txt`,
  );
});
