import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../testing/index.ts';
import { assetCacheDays, bodyBytesMax } from './limits.ts';

const canary = `<script>alert('x')</script>"&`;
const escaped = '&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;';

let suite: TestSuite;
beforeAll(async () => {
  suite = await startSuite({ settings: { coop: { name: canary } } });
});
afterAll(() => suite.stop());

const browse = (): TestBrowser => testBrowser(suite.ports.https, suite.authority);

let made = 0;
/** A new member with a link that signs in once. */
async function invited(name = 'Ana') {
  const { admin } = suite.rooms.accounts;
  const member = await admin.addMember(`member${++made}`, { name });
  const { token } = await admin.createSignInToken(member.id);
  return { member, token, path: `/sign-in/${token}` };
}

async function signedIn(name?: string) {
  const { member, path } = await invited(name);
  const browser = browse();
  await browser.get(path);
  await browser.post(path, { password: 'correct horse', again: 'correct horse' });
  return { member, browser };
}

describe('a sign-in link', () => {
  test('is only looked at by GET and HEAD, sets the password once, and signs in', async () => {
    const { member, path } = await invited();
    for (let preview = 0; preview < 3; preview++) {
      expect((await browse().get(path)).text).toContain(member.address);
      expect((await browse().ask(path, { method: 'HEAD' })).status).toBe(200);
    }
    const browser = browse();
    await browser.get(path);
    const answer = await browser.post(path, { password: 'correct horse', again: 'correct horse' });
    expect([answer.status, answer.headers.location]).toEqual([303, '/mail']);
    expect(answer.headers['set-cookie']?.join()).toMatch(
      /^__Host-myco-session=[a-z2-7]{26}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect((await browser.get('/mail')).text).toContain(member.address);
    const login = { username: member.address, password: 'correct horse', remote: '192.0.2.1' };
    expect(await suite.rooms.accounts.accounts.login({ ...login, scope: 'mail' })).toMatchObject({
      ok: true,
    });

    const again = browse();
    expect((await again.get(path)).status).toBe(404);
    await again.get('/sign-in');
    const reused = await again.post(path, { password: 'another one', again: 'another one' });
    expect([reused.status, again.cookies.has('__Host-myco-session')]).toEqual([404, false]);
    expect(await suite.rooms.accounts.accounts.login({ ...login, scope: 'mail' })).toMatchObject({
      ok: true,
    });
  });

  test.each([
    ['two different ones', 'correct horse', 'correct house', 'The two passwords are not the same'],
    ['a short one', 'short', 'short', 'at least 8 characters'],
    ['a long one', 'x'.repeat(1025), 'x'.repeat(1025), 'not more than 1024 bytes'],
    ['a control character', 'correct\u0007horse', 'correct\u0007horse', 'typed everywhere'],
    ['none', '', '', 'at least 8 characters'],
  ])('%s: refused with the reason, and the link stays good', async (_, password, again, reason) => {
    const { path } = await invited();
    const browser = browse();
    await browser.get(path, { 'accept-language': 'en' });
    const answer = await browser.post(path, { password, again }, { 'accept-language': 'en' });
    expect([answer.status, answer.text.includes(reason)]).toEqual([422, true]);
    // Nothing typed comes back in the page.
    if (password !== '') expect(answer.text).not.toContain(`value="${password}"`);
    const good = await browser.post(path, { password: 'correct horse', again: 'correct horse' });
    expect(good.status).toBe(303);
  });

  test('works for one of two who use it at once', async () => {
    const { path } = await invited();
    const browsers = [browse(), browse()];
    const answers = await Promise.all(
      browsers.map(async (browser) => {
        await browser.get(path);
        return browser.post(path, { password: 'correct horse', again: 'correct horse' });
      }),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 404]);
  });

  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['another port of this host', { origin: 'https://localhost:1' }],
    ['plain http of this host', { origin: 'http://localhost' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another name of this site', { 'sec-fetch-site': 'same-site' }],
    ['no form', { 'content-type': 'text/plain' }, 415],
  ])('a POST from %s is refused, and the link stays good', async (_, headers, status = 403) => {
    const { path } = await invited();
    const browser = browse();
    await browser.get(path);
    const fields = { password: 'correct horse', again: 'correct horse' };
    expect((await browser.post(path, fields, headers)).status).toBe(status);
    expect((await browser.post(path, fields)).status).toBe(303);
  });

  test('a form of another browser, of none, or too large is refused', async () => {
    const { path } = await invited();
    const [mine, other] = [browse(), browse()];
    await mine.get(path);
    await other.get(path);
    const form = /name="form" value="([^"]+)"/.exec((await other.get(path)).text)?.[1] ?? '';
    const fields = { password: 'correct horse', again: 'correct horse' };
    expect((await mine.post(path, { ...fields, form })).status).toBe(403);
    expect((await mine.post(path, { ...fields, form: '' })).status).toBe(403);
    expect((await browse().post(path, { ...fields, form })).status).toBe(403);
    expect((await mine.post(path, { ...fields, more: 'x'.repeat(bodyBytesMax) })).status).toBe(413);
    // A page with no-referrer sends `null` where the browser says no more; the form's own token decides.
    const { post } = mine;
    expect((await post(path, fields, { origin: 'null', 'sec-fetch-site': 'none' })).status).toBe(303);
  });
});

describe('signing in', () => {
  test('with the password, and out again', async () => {
    const { member } = await signedIn();
    const browser = browse();
    expect((await browser.get('/mail')).headers.location).toBe('/sign-in');
    await browser.get('/sign-in');
    const wrong = await browser.post('/sign-in', { address: canary, password: 'wrong' });
    expect([wrong.status, wrong.text.includes(escaped), wrong.text.includes('<script')]).toEqual([
      401,
      true,
      false,
    ]);
    const right = await browser.post('/sign-in', {
      address: ` ${member.address}`,
      password: 'correct horse',
    });
    expect(right.headers.location).toBe('/mail');
    const session = browser.cookies.get('__Host-myco-session') ?? '';
    expect((await browser.get('/mail')).status).toBe(200);
    expect((await browser.post('/sign-out', {}, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await browser.get('/mail')).status).toBe(200);
    expect((await browser.post('/sign-out', {})).headers.location).toBe('/');
    expect(browser.cookies.has('__Host-myco-session')).toBe(false);
    browser.cookies.set('__Host-myco-session', session);
    expect((await browser.get('/mail')).headers.location).toBe('/sign-in');
  });

  test('ends with a password set elsewhere, and with a member who is disabled', async () => {
    const one = await signedIn();
    await suite.rooms.accounts.admin.setPassword(one.member.id, 'something else');
    expect((await one.browser.get('/mail')).headers.location).toBe('/sign-in');
    const two = await signedIn();
    await suite.rooms.accounts.admin.disableMember(two.member.id);
    expect((await two.browser.get('/mail')).headers.location).toBe('/sign-in');
  });
});

describe('the mail page', () => {
  test('shows the doors that are open, and escapes what members are called', async () => {
    const { member, browser } = await signedIn(canary);
    const { text } = await browser.get('/mail', { 'accept-language': 'en' });
    const { imaps, imap, submissions, submission } = suite.ports;
    for (const port of [imaps, imap, submissions, submission]) expect(text).toContain(`<dd>${port}</dd>`);
    expect(text.indexOf(`<dd>${imaps}</dd>`)).toBeLessThan(text.indexOf(`<dd>${imap}</dd>`));
    for (const shown of [member.address, 'localhost', 'SSL/TLS', 'STARTTLS', escaped])
      expect(text).toContain(shown);
    expect(text).not.toContain('<script');
  });

  test('makes a password for a device, shows it once, and revokes it', async () => {
    const { member, browser } = await signedIn();
    await browser.get('/mail');
    const { text, status } = await browser.post('/mail/app-password', { name: canary });
    expect([status, text.includes('<script')]).toEqual([200, false]);
    const password = /class="secret">([a-z2-7-]{19})</.exec(text)?.[1] ?? '';
    const login = { username: member.address, password, remote: '192.0.2.2' };
    const { accounts } = suite.rooms.accounts;
    expect(await accounts.login({ ...login, scope: 'mail' })).toMatchObject({ ok: true });
    expect(await accounts.login({ ...login, scope: 'api' })).toMatchObject({ ok: false, reason: 'scope' });
    const page = await browser.get('/mail');
    expect([page.status, page.text.includes(password), page.text.includes(escaped)]).toEqual([
      200,
      false,
      true,
    ]);
    const id = /name="id" value="(\d+)"/.exec(page.text)?.[1] ?? '';
    const revoked = await browser.post('/mail/app-password/revoke', { id });
    expect(revoked.headers.location).toBe('/mail#devices');
    expect(await accounts.login({ ...login, scope: 'mail' })).toMatchObject({
      ok: false,
      reason: 'credentials',
    });
    expect((await browser.get('/mail')).text).not.toContain('name="id"');
    for (const wrong of [id, '0', '-1', '1e3', 'x', '']) {
      expect((await browser.post('/mail/app-password/revoke', { id: wrong })).status).toBe(303);
    }
    for (const name of ['', '  ', 'x'.repeat(101), 'a\u0007b']) {
      expect((await browser.post('/mail/app-password', { name })).status).toBe(422);
    }
    expect(suite.logged.join('')).not.toContain(password);
  });

  test('does not revoke what is another member’s', async () => {
    const [ana, bea] = [await signedIn(), await signedIn()];
    const { admin } = suite.rooms.accounts;
    const { id } = await admin.addAppPassword(bea.member.id, 'phone', ['mail']);
    await ana.browser.get('/mail');
    expect((await ana.browser.post('/mail/app-password/revoke', { id: String(id) })).status).toBe(303);
    expect((await admin.credentials(bea.member.id)).find((one) => one.id === id)?.revoked).toBeNull();
  });

  test.each(['/mail/app-password', '/mail/app-password/revoke'])('POST %s needs a session', async (path) => {
    const browser = browse();
    await browser.get('/sign-in');
    const { status, headers } = await browser.post(path, { name: 'x', id: '1' });
    expect([status, headers.location]).toEqual([303, '/sign-in']);
  });
});

describe('every page', () => {
  test.each([
    ['/', 200],
    ['/sign-in', 200],
    ['/trust', 200],
    ['/sign-in/aaaaaaaaaaaaaaaaaaaaaaaaaa', 404],
    ['/nowhere', 404],
    ['/mail/../../etc/passwd', 404],
    ['/sign-in/%00', 404],
    ['/%ff', 404],
  ])('%s answers %i, with strict headers and no way in', async (path, status) => {
    const { headers, text, status: got } = await browse().get(path);
    expect(got).toBe(status);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
    });
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/);
    expect(headers['content-security-policy']).not.toContain('unsafe');
    // Our own authority is trusted by hand; the browser must be let past it until then.
    expect(headers['strict-transport-security']).toBeUndefined();
    expect([text.includes('<script'), text.includes(escaped)]).toEqual([false, true]);
  });

  test.each([
    ['/', 'POST', 'GET, HEAD'],
    ['/sign-out', 'GET', 'POST'],
    ['/sign-in', 'DELETE', 'GET, HEAD, POST'],
    ['/ca.crt', 'PUT', 'GET, HEAD'],
    ['/autodiscover/autodiscover.xml', 'GET', 'POST'],
  ])('%s does not take %s', async (path, method, allow) => {
    const { status, headers } = await browse().ask(path, { method });
    expect([status, headers.allow]).toEqual([405, allow]);
  });

  test('HEAD answers as GET does, without the page', async () => {
    const [get, head] = [await browse().get('/'), await browse().ask('/', { method: 'HEAD' })];
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers['content-security-policy']).toBe(get.headers['content-security-policy']);
    expect((await browse().ask('/nowhere', { method: 'HEAD' })).status).toBe(404);
  });

  test('is in the visitor’s language', async () => {
    const french = await browse().get('/', { 'accept-language': 'fr-FR, en;q=0.5' });
    expect([french.headers['content-language'], french.text.includes('Bienvenue')]).toEqual(['fr', true]);
    const english = await browse().get('/', { 'accept-language': 'de, en;q=0.5' });
    expect([english.headers['content-language'], english.text.includes('Welcome')]).toEqual(['en', true]);
  });

  test.each([
    ['stylesheet', 'text/css; charset=utf-8'],
    ['icon', 'image/svg+xml'],
  ])('has a %s that may be kept for good', async (rel, type) => {
    const home = await browse().get('/');
    const path = new RegExp(`rel="${rel}" href="(/assets/[^"]+)"`).exec(home.text)?.[1] ?? '';
    const { status, headers } = await browse().get(path);
    expect([status, headers['content-type']]).toEqual([200, type]);
    expect(headers['cache-control']).toBe(`public, max-age=${assetCacheDays * 86_400}, immutable`);
    expect((await browse().get(path.replace('/assets/', '/assets/x'))).status).toBe(404);
  });
});

test('the certificate authority is there in both forms', async () => {
  const der = await browse().get('/ca.crt');
  expect(der.headers['content-type']).toBe('application/x-x509-ca-cert');
  const { fingerprint256, ca } = new X509Certificate(der.bytes);
  expect(ca).toBe(true);
  expect((await browse().get('/ca.pem')).text).toBe(suite.authority);
  expect((await browse().get('/trust')).text).toContain(fingerprint256);
});
