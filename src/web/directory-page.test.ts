import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Member } from '../accounts/index.ts';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../testing/index.ts';

let suite: TestSuite;
let browser: TestBrowser;
let ana: Member;
const english = { 'accept-language': 'en' };

beforeAll(async () => {
  suite = await startSuite();
  browser = testBrowser(suite.ports.https, suite.authority);
  const { admin } = suite.rooms.accounts;
  ana = await admin.addMember('ana@coop.localhost', { name: 'Ana & co' });
  const { token } = await admin.createSignInToken(ana.id);
  await browser.get(`/sign-in/${token}`);
  await browser.post(`/sign-in/${token}`, { password: 'correct horse', again: 'correct horse' });
});
afterAll(() => suite.stop());

const page = async () => (await browser.get('/directory', english)).text;

test('a member says whether the others find them, and takes it back', async () => {
  expect((await browser.get('/mail', english)).text).toContain('href="/directory"');
  expect(await page()).toContain('The other members do not see you.');
  expect(await page()).toContain('every member of the co-op finds among their contacts');
  const shown = await browser.post('/directory', { shown: 'yes', phone: '+33 1' });
  expect([shown.status, shown.headers.location]).toEqual([303, '/directory']);
  const text = await page();
  expect(text).toContain('The other members see you.');
  expect(text).toContain('<dd>Ana &amp; co</dd>');
  expect(text).toContain('value="+33 1"');
  const book = await suite.rooms.collections.collection(2_147_483_647, 'contacts', 'directory');
  expect(book?.items).toBe(1);
  await browser.post('/directory', { shown: 'no' });
  expect(await page()).toContain('The other members do not see you.');
});

test('what cannot be shown is named, and nothing is shown', async () => {
  for (const [fields, reason] of [
    [{ phone: '"><script>' }, 'A telephone number has'],
    [{ phone: '', photo: 'yes' }, 'None of your contacts is marked'],
  ] as const) {
    await browser.get('/directory', english);
    const answer = await browser.post('/directory', { shown: 'yes', ...fields }, english);
    expect([answer.status, answer.text.includes(reason)]).toEqual([422, true]);
    expect(answer.text).not.toContain('<script>');
  }
  expect(await page()).toContain('The other members do not see you.');
});

test('is for who is signed in', async () => {
  const stranger = testBrowser(suite.ports.https, suite.authority);
  expect((await stranger.get('/directory')).headers.location).toBe('/sign-in');
  await stranger.get('/sign-in');
  const posted = await stranger.post('/directory', { shown: 'yes' });
  expect(posted.headers.location).toBe('/sign-in');
});
