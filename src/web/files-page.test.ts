import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import type { Member } from '../accounts/index.ts';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../testing/index.ts';

let suite: TestSuite;
const members: Record<string, Member> = {};
const browsers: Record<string, TestBrowser> = {};

beforeAll(async () => {
  suite = await startSuite();
  for (const name of ['ana', 'bo', 'cy']) {
    const member = await suite.addMember(`${name}@coop.localhost`, 'correct horse');
    members[name] = member;
    const browser = testBrowser(suite.ports.https, suite.authority);
    await browser.get('/sign-in');
    await browser.post('/sign-in', { address: name, password: 'correct horse' });
    browsers[name] = browser;
    const { files } = suite.rooms;
    const root = await files.root(member.id);
    const by = { member: member.id, tokens: [] };
    await files.makeFolder({ account: member.id, folder: root.id, name: `${name}’s <b>` }, { by });
  }
  await suite.rooms.accounts.admin.addAlias('team', ['bo@coop.localhost', 'cy@coop.localhost']);
});
afterAll(() => suite.stop());

const browser = (name: string): TestBrowser => {
  const found = browsers[name];
  if (!found) throw new Error(`nobody is ${name}`);
  return found;
};
const idOf = (name: string) => members[name]?.id ?? 0;
const page = async (name: string) => (await browser(name).get('/files', { 'accept-language': 'en' })).text;

const english = { 'accept-language': 'en' };

async function send(name: string, action: string, fields: Record<string, string>) {
  await page(name);
  const answer = await browser(name).post(`/files/${action}`, fields, { 'accept-language': 'en' });
  return { status: answer.status, text: answer.text };
}

describe('the page of files', () => {
  test('is for who is signed in, and says where they are', async () => {
    const stranger = testBrowser(suite.ports.https, suite.authority);
    expect((await stranger.get('/files')).headers.location).toBe('/sign-in');
    expect(await page('ana')).toContain(`https://localhost:${suite.ports.https}/dav/files/ana/`);
  });

  test('gives a folder as .zip: of one’s own, or shared; of nobody else', async () => {
    const { files } = suite.rooms;
    const by = { member: idOf('ana'), tokens: [] };
    const content = await files.stage(idOf('ana'), Buffer.from('in the zip'));
    const { chain } = await files.find(idOf('ana'), ['ana’s <b>']);
    const folder = chain.at(-1)?.id ?? 0;
    await files.put({ account: idOf('ana'), folder, name: 'a.txt' }, content, { by });
    content.release();
    const zip = (name: string, path: string) =>
      browser(name).get(`/files/zip?path=${encodeURIComponent(path)}`, { 'accept-language': 'en' });
    expect(await page('ana')).toContain('action="/files/zip"');
    for (const [path, inside] of [
      ['ana’s <b>', 'ana’s <b>/a.txt'],
      ['', 'ana/ana’s <b>/a.txt'],
    ] as const) {
      const { status, headers, bytes } = await zip('ana', path);
      expect([status, headers['content-type']]).toEqual([200, 'application/zip']);
      const found = await fromBufferPromise(bytes, { lazyEntries: true });
      const names: string[] = [];
      for await (const { fileName } of found.eachEntry()) names.push(fileName);
      expect(names).toContain(inside);
    }
    for (const [name, path] of [
      ['bo', 'ana’s <b>'],
      ['bo', 'Shared/ana’s <b>'],
      ['ana', 'ana’s <b>/a.txt'],
      ['ana', '../bo'],
    ] as const) {
      const { status, text } = await zip(name, path);
      expect([name, path, status, text.includes('no such file or folder')]).toEqual([name, path, 422, true]);
    }
    const to = { kind: 'member', member: idOf('bo') } as const;
    const share = {
      account: idOf('ana'),
      node: folder,
      to,
      by: idOf('ana'),
      rights: 'read',
      expiresMs: 0,
    } as const;
    const { id } = await suite.rooms.sharing.grant(share);
    expect((await zip('bo', 'Shared/ana’s <b>')).status).toBe(200);
    await suite.rooms.sharing.revoke(id);
    const stranger = testBrowser(suite.ports.https, suite.authority);
    expect((await stranger.get('/files/zip?path=')).headers.location).toBe('/sign-in');
  });

  test('shows what files held before; each is read, restored, deleted; by nobody else', async () => {
    const { files } = suite.rooms;
    const account = idOf('cy');
    const root = await files.root(account);
    const by = { member: account, tokens: [] };
    const put = async (text: string) => {
      const content = await files.stage(account, Buffer.from(text));
      const { node } = await files.put({ account, folder: root.id, name: 'é <b>.txt' }, content, { by });
      content.release();
      return node.id;
    };
    expect((await browser('cy').get('/files/versions', english)).text).toContain('None is kept');
    for (const text of ['one', 'two', 'three']) await put(text);
    const id = await put('four');
    expect(await page('cy')).toContain('href="/files/versions"');
    const all = await browser('cy').get('/files/versions', english);
    expect(all.text).toMatch(
      new RegExp(`/files/versions/${id}">é &lt;b&gt;.txt</a><span class="hint">3 of them`),
    );
    const path = `/files/versions/${id}`;
    const shown = async () =>
      [...(await browser('cy').get(path, english)).text.matchAll(/name="number" value="(\d+)"/g)].map(
        ([, n]) => n,
      );
    expect(new Set(await shown())).toEqual(new Set(['3', '2', '1']));
    const got = await browser('cy').get(`${path}/2`);
    expect([got.text, got.headers]).toMatchObject(['two', { 'content-type': 'application/octet-stream' }]);
    expect(got.headers['content-disposition']).toMatch(/^attachment;/);
    for (const each of [path, `${path}/2`, `${path}/9`])
      expect((await browser('bo').get(each)).status).toBe(404);
    const act = (name: string, what: string, number: string) =>
      browser(name).post(`${path}/${what}`, { number }, english);
    await page('bo');
    expect((await act('bo', 'remove', '2')).status).toBe(404);
    await shown();
    expect((await act('cy', 'remove', '2')).status).toBe(303);
    const again = await act('cy', 'remove', '2');
    expect([again.status, again.text.includes('no longer kept')]).toEqual([422, true]);
    expect((await act('cy', 'restore', '1')).headers.location).toBe(path);
    expect(new Set(await shown())).toEqual(new Set(['4', '3', '1']));
    const { chain } = await files.find(account, ['é <b>.txt']);
    expect(chain.at(-1)).toMatchObject({ size: 3 });
    expect((await browser('cy').get(`${path}/2`)).status).toBe(404);
    expect((await browser('cy').post(`${path}/remove`, { number: 'x' }, english)).status).toBe(422);
    expect((await browser('cy').get('/files/versions/none')).status).toBe(404);
  });

  test('shares, shares on, ends and hides', async () => {
    const share = { path: 'ana’s <b>', with: 'bo', rights: 'reshare', until: '2999-12-31' };
    expect((await send('ana', 'share', share)).status).toBe(303);
    expect(await page('ana')).toMatch(/ana’s &lt;b&gt;<\/strong> <span class="hint">bo@coop\.localhost/);
    expect(await page('bo')).toMatch(/ana’s &lt;b&gt;<\/strong> <span class="hint">ana@coop\.localhost/);
    const on = { path: 'Shared/ana’s <b>', with: 'team@coop.localhost', rights: 'read', until: '' };
    expect((await send('bo', 'share', on)).status).toBe(303);
    expect(await page('cy')).toContain('ana’s &lt;b&gt;');
    const [first] = await suite.rooms.sharing.sharesBy(idOf('ana'));
    // Another member's share is not theirs to end.
    await send('cy', 'share/revoke', { id: String(first?.id) });
    expect(await page('bo')).toContain('ana’s &lt;b&gt;');
    const received = await suite.rooms.sharing.receivedBy(idOf('cy'), ['team@coop.localhost']);
    expect((await send('cy', 'share/leave', { id: String(received[0]?.share.id) })).status).toBe(303);
    expect(await page('cy')).not.toContain('ana’s &lt;b&gt;');
    expect((await send('ana', 'share/revoke', { id: String(first?.id) })).status).toBe(303);
    expect(await page('bo')).not.toContain('ana’s &lt;b&gt;');
    expect(await suite.rooms.sharing.sharesBy(idOf('bo'))).toEqual([]);
  });

  test('makes links and takes them back', async () => {
    const wish = {
      path: 'bo’s <b>',
      rights: 'drop',
      label: 'for all',
      password: 'open sesame',
      until: '',
      downloads: '',
    };
    expect((await send('bo', 'link', wish)).status).toBe(303);
    const [made] = await suite.rooms.sharing.linksBy(idOf('bo'));
    expect(made).toMatchObject({ rights: 'drop', label: 'for all', hasPassword: true, downloadsLeft: null });
    expect(await page('bo')).toContain(`/s/${made?.token}`);
    await send('cy', 'link/revoke', { id: made?.token ?? '' });
    expect(await suite.rooms.sharing.link(made?.token ?? '')).not.toBeNull();
    expect((await send('bo', 'link/revoke', { id: made?.token ?? '' })).status).toBe(303);
    expect(await suite.rooms.sharing.link(made?.token ?? '')).toBeNull();
  });

  test('puts back what was removed', async () => {
    const { files } = suite.rooms;
    const by = { member: idOf('cy'), tokens: [] };
    const { chain } = await files.find(idOf('cy'), ['cy’s <b>']);
    const node = chain.at(-1)?.id ?? 0;
    await files.remove(idOf('cy'), node, { by });
    expect(await page('cy')).toContain('What you removed');
    expect((await send('bo', 'trash/restore', { id: String(node) })).status).toBe(422);
    expect((await send('cy', 'trash/restore', { id: String(node) })).status).toBe(303);
    expect((await files.find(idOf('cy'), ['cy’s <b>'])).missing).toEqual([]);
  });

  test.each<[string, string, Record<string, string>, string]>([
    ['what is not there', 'share', { path: 'none', with: 'bo', rights: 'read' }, 'no such file'],
    ['what is another’s', 'share', { path: 'Shared/bo’s <b>', with: 'cy', rights: 'read' }, 'no such file'],
    ['with nobody', 'share', { path: 'ana’s <b>', with: 'none', rights: 'read' }, 'Neither a member'],
    ['everything', 'share', { path: '', with: 'bo', rights: 'read' }, 'cannot be shared so'],
    ['for no right', 'share', { path: 'ana’s <b>', with: 'bo', rights: 'all' }, 'cannot be shared so'],
    [
      'until no day',
      'share',
      { path: 'ana’s <b>', with: 'bo', rights: 'read', until: 'x' },
      'cannot be shared so',
    ],
    [
      'a day that is over',
      'link',
      { path: 'ana’s <b>', rights: 'read', until: '2001-01-01' },
      'cannot be shared so',
    ],
    ['no downloads', 'link', { path: 'ana’s <b>', rights: 'read', downloads: '0' }, 'cannot be shared so'],
    ['nothing of one’s own', 'share/leave', { id: '999' }, 'no such file'],
  ])('%s is refused with a sentence', async (_, action, fields, sentence) => {
    const { status, text } = await send('ana', action, fields);
    expect([status, text.includes(sentence)]).toEqual([422, true]);
  });

  test('takes forms of its own alone', async () => {
    const wish = { path: 'ana’s <b>', with: 'bo', rights: 'read' };
    const foreign = await browser('ana').post('/files/share', { ...wish, form: '' });
    expect([foreign.status, await suite.rooms.sharing.sharesBy(idOf('ana'))]).toEqual([403, []]);
  });
});
