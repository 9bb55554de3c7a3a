import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../testing/index.ts';

let suite: TestSuite;
let browser: TestBrowser;
let token: string;

beforeAll(async () => {
  suite = await startSuite({ settings: { coop: { languages: ['en'] } } });
  const ana = await suite.addMember('ana', 'correct horse');
  token = (await suite.rooms.accounts.admin.addApiToken(ana.id, { name: 't', scopes: ['write'], days: 1 }))
    .token;
  browser = testBrowser(suite.ports.https, suite.authority);
  await browser.get('/sign-in');
  await browser.post('/sign-in', { address: 'ana', password: 'correct horse' });
});
afterAll(() => suite.stop());

const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

test('a program comes with its token, a page with its session, and a stranger with neither', async () => {
  const program = testBrowser(suite.ports.https, suite.authority);
  const known = await program.get('/api/v1/me', bearer(token));
  expect([known.status, JSON.parse(known.text)]).toMatchObject([200, { member: 0, roles: [] }]);
  expect((await browser.get('/api/v1/me')).text).toBe(known.text);
  const stranger = await program.get('/api/v1/me');
  expect([stranger.status, stranger.headers['content-type']]).toEqual([401, 'application/problem+json']);
  for (const wrong of [bearer('x'), bearer(`myco_${'a'.repeat(32)}`), { authorization: 'Basic YTpi' }])
    expect((await browser.get('/api/v1/me', wrong)).status).toBe(401);
  const document = await program.get('/api/v1/openapi.json');
  expect(JSON.parse(document.text).servers).toEqual([
    { url: `https://localhost:${suite.ports.https}/api/v1` },
  ]);
  expect((await program.get('/api/v1/nothing')).headers['content-type']).toBe('application/problem+json');
});

test('a write of a session is taken from a page of this site alone', async () => {
  const ask = (headers: Record<string, string>) =>
    browser.ask('/api/v1/me/applications', {
      method: 'POST',
      body: '{"shares":1}',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k', ...headers },
    });
  const foreign = [
    {},
    { origin: 'https://elsewhere.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: browser.origin },
  ];
  for (const headers of foreign) {
    const refused = await ask(headers as Record<string, string>);
    expect([refused.status, JSON.parse(refused.text).code], JSON.stringify(headers)).toEqual([
      403,
      'E_ELSEWHERE',
    ]);
  }
  // Nobody in the register yet: it went through the guard, to the room.
  const own = await ask({ origin: browser.origin, 'sec-fetch-site': 'same-origin' });
  expect([own.status, JSON.parse(own.text).code]).toEqual([404, 'E_NOT_MEMBER']);
  // A token does not travel by itself.
  const program = testBrowser(suite.ports.https, suite.authority);
  const sent = await program.ask('/api/v1/me/applications', {
    method: 'POST',
    body: '{"shares":1}',
    headers: { ...bearer(token), 'content-type': 'application/json', 'idempotency-key': 'k' },
  });
  expect(sent.status).toBe(404);
});

test('over http without TLS there is no API, and no line of the log has a token', async () => {
  const plain = testBrowser(suite.ports.http);
  const answer = await plain.get('/api/v1/me', bearer(token));
  expect(answer.status).toBe(308);
  expect(suite.logged.join('\n')).not.toContain(token.slice(5));
});
