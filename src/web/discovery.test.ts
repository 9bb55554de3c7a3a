import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'uqr';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startSuite, type TestBrowser, type TestSuite, testBrowser } from '../testing/index.ts';
import { bodyBytesMax, securityTxtDays } from './limits.ts';

let suite: TestSuite;
let browser: TestBrowser;
beforeAll(async () => {
  suite = await startSuite({ settings: { coop: { name: 'Café <&"\'> SCIC', aliases: ['two.example'] } } });
  browser = testBrowser(suite.ports.https, suite.authority);
});
afterAll(() => suite.stop());

/** The text of every element of this name, in order. */
const elements = (text: string, tag: string): string[] =>
  [...text.matchAll(new RegExp(`<${tag}[^>]*>([^<]*)</${tag}>`, 'g'))].map((found) => found[1] ?? '');

describe('autoconfig', () => {
  const wellKnown = '/.well-known/autoconfig/mail/config-v1.1.xml';

  test.each([wellKnown, '/mail/config-v1.1.xml'])('%s without an address, over both doors', async (path) => {
    const { status, headers, text } = await browser.get(path);
    expect([status, headers['content-type']]).toEqual([200, 'text/xml; charset=utf-8']);
    expect(text).toContain('<emailProvider id="mail.coop.localhost">');
    expect(elements(text, 'domain')).toEqual(['coop.localhost', 'two.example']);
    const { imaps, imap, submissions, submission } = suite.ports;
    expect(elements(text, 'port')).toEqual([imaps, imap, submissions, submission].map(String));
    expect(elements(text, 'socketType')).toEqual(['SSL', 'STARTTLS', 'SSL', 'STARTTLS']);
    expect(new Set(elements(text, 'hostname'))).toEqual(new Set(['localhost']));
    expect(new Set(elements(text, 'username'))).toEqual(new Set(['%EMAILADDRESS%']));
    expect(new Set(elements(text, 'authentication'))).toEqual(new Set(['password-cleartext']));
    expect(elements(text, 'displayName')).toEqual(['Café &lt;&amp;&quot;&#39;&gt; SCIC']);
    expect((await testBrowser(suite.ports.http).get(path)).text).toBe(text);
  });

  test('is the same with an address, but for a domain of ours that it is in', async () => {
    const plain = (await browser.get(wellKnown)).text;
    for (const address of ['ana@coop.localhost', 'x@foreign.example', '<script>', '@', '%00', 'a@b@c']) {
      expect((await browser.get(`${wellKnown}?emailaddress=${encodeURIComponent(address)}`)).text).toBe(
        plain,
      );
    }
    await suite.rooms.accounts.admin.addDomain('three.example');
    const { text } = await browser.get(`${wellKnown}?emailaddress=ana%40Three.example`);
    expect(elements(text, 'domain')).toEqual(['coop.localhost', 'two.example', 'three.example']);
  });
});

describe('host-meta', () => {
  const rel = 'urn:xmpp:alt-connections:websocket';

  test('says where chat is spoken over WebSocket, to pages of any origin', async () => {
    const href = `wss://localhost:${suite.ports.https}/xmpp-websocket`;
    const json = await browser.get('/.well-known/host-meta.json', { origin: 'https://evil.example' });
    expect([json.status, json.headers['content-type'], json.headers['access-control-allow-origin']]).toEqual([
      200,
      'application/json',
      '*',
    ]);
    expect(JSON.parse(json.text)).toEqual({ links: [{ rel, href }] });
    const xrd = await browser.get('/.well-known/host-meta', { host: 'two.example' });
    expect([xrd.status, xrd.headers['content-type'], xrd.headers['access-control-allow-origin']]).toEqual([
      200,
      'application/xrd+xml; charset=utf-8',
      '*',
    ]);
    expect(xrd.text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n' +
        `  <Link rel="${rel}" href="${href}"/>\n</XRD>\n`,
    );
  });

  test('is not told in clear, where somebody on the way could change it', async () => {
    const { status } = await testBrowser(suite.ports.http).get('/.well-known/host-meta');
    expect(status).toBe(308);
  });

  test('names a way in clear where there is no other and logins in clear are allowed', async () => {
    const listeners = { http: { host: '127.0.0.1', port: 0 }, https: [] };
    const plain = await startSuite({ settings: { auth: { plaintext: 'allow' }, listeners } });
    onTestFinished(() => plain.stop());
    const { text } = await testBrowser(plain.ports.http).get('/.well-known/host-meta.json');
    const href = `ws://localhost:${plain.ports.http}/xmpp-websocket`;
    expect(JSON.parse(text)).toEqual({ links: [{ rel, href }] });
  });
});

describe('the policy of MTA-STS', () => {
  const path = '/.well-known/mta-sts.txt';
  const under = (host: string) => browser.get(path, { host });

  test('is served under mta-sts. of each domain of ours, in testing until the settings say more', async () => {
    for (const domain of ['coop.localhost', 'two.example', 'TWO.example:443']) {
      const { status, headers, text } = await under(`mta-sts.${domain}`);
      expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
      expect(text).toBe('version: STSv1\r\nmode: testing\r\nmx: mail.coop.localhost\r\nmax_age: 604800\r\n');
    }
  });

  test('is under no other name', async () => {
    const plain = await startSuite({ settings: { auth: { plaintext: 'allow' } } });
    onTestFinished(() => plain.stop());
    const status = async (host: string) => (await testBrowser(plain.ports.http).get(path, { host })).status;
    expect(await status('mta-sts.coop.localhost')).toBe(200);
    for (const host of ['coop.localhost', 'mta-sts.foreign.example', 'mta-sts.', 'x.mta-sts.coop.localhost'])
      expect(await status(host)).toBe(404);
  });

  test('is not served over plain http, where anybody on the way could change it', async () => {
    const { status } = await testBrowser(suite.ports.http).get(path, { host: 'mta-sts.coop.localhost' });
    expect(status).toBe(308);
  });

  test('is as the settings say; with mode none it tells others to forget it', async () => {
    const written = { mode: 'enforce', maxAge: '30d' };
    const other = await startSuite({ settings: { mail: { mtaSts: written } } });
    const off = await startSuite({ settings: { mail: { mtaSts: { mode: 'none' } } } });
    onTestFinished(async () => {
      await other.stop();
      await off.stop();
    });
    const ask = ({ ports, authority }: TestSuite) =>
      testBrowser(ports.https, authority).get(path, { host: 'mta-sts.coop.localhost' });
    expect((await ask(other)).text).toMatch(/\r\nmode: enforce\r\n.*\r\nmax_age: 2592000\r\n$/);
    expect((await ask(off)).text).toMatch(/\r\nmode: none\r\n/);
  });

  test('has a certificate with that name, as the settings of programs have', () => {
    const certificate = new X509Certificate(readFileSync(join(suite.data, 'tls/server.pem'), 'utf8'));
    for (const name of ['mta-sts.coop.localhost', 'autoconfig.two.example', 'autodiscover.two.example'])
      expect(certificate.checkHost(name)).toBe(name);
  });
});

describe('autodiscover', () => {
  const mail = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';
  const ask = (inside: string, path = '/autodiscover/autodiscover.xml') =>
    browser.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body: `<?xml version="1.0"?><Autodiscover xmlns="x"><Request>${inside}</Request></Autodiscover>`,
    });
  const address = (of: string) => `<EMailAddress>${of}</EMailAddress>`;

  test.each([
    '/autodiscover/autodiscover.xml',
    '/Autodiscover/Autodiscover.xml',
    '/AutoDiscover/AutoDiscover.xml',
  ])('%s names the doors with TLS from the first byte', async (path) => {
    const schema = `<AcceptableResponseSchema>${mail}</AcceptableResponseSchema>`;
    const { status, text } = await ask(address('ana@two.example') + schema, path);
    expect(status).toBe(200);
    expect(elements(text, 'Type')).toEqual(['IMAP', 'SMTP']);
    expect(elements(text, 'Port')).toEqual([suite.ports.imaps, suite.ports.submissions].map(String));
    expect(elements(text, 'LoginName')).toEqual(['ana@two.example', 'ana@two.example']);
    expect([elements(text, 'SSL'), elements(text, 'Encryption')]).toEqual([
      ['on', 'on'],
      ['SSL', 'SSL'],
    ]);
  });

  test('answers alike for members and strangers', async () => {
    const of = async (who: string) => (await ask(address(who))).text.replaceAll(who, 'X');
    expect(await of('admin@coop.localhost')).toBe(await of('nobody@coop.localhost'));
  });

  test.each([
    ['nothing', '', 600],
    ['no address', address('ana'), 600],
    ['an entity', address('&x;@coop.localhost'), 600],
    ['an address with a space', address('a b@coop.localhost'), 600],
    [
      'another schema',
      `${address('a@coop.localhost')}<AcceptableResponseSchema>x</AcceptableResponseSchema>`,
      601,
    ],
    ['a domain of others', address('a@foreign.example'), 500],
  ])('%s is refused', async (_, inside, code) => {
    const { status, text } = await ask(inside);
    expect([status, elements(text, 'ErrorCode')]).toEqual([200, [String(code)]]);
  });

  test('what is put in comes out escaped; what is too large is not read', async () => {
    const { text } = await ask(address(`"'>@coop.localhost`));
    expect(elements(text, 'DisplayName')).toEqual(['&quot;&#39;&gt;@coop.localhost']);
    expect((await ask('x'.repeat(bodyBytesMax))).status).toBe(413);
  });

  test('version 2 says where the XML is, and refuses other protocols', async () => {
    const url = `${browser.origin}/autodiscover/autodiscover.xml`;
    for (const path of ['/autodiscover/autodiscover.json', '/autodiscover/autodiscover.json/v1.0/ana@x']) {
      const { text } = await browser.get(`${path}?Email=ana%40x&Protocol=AutodiscoverV1`);
      expect(JSON.parse(text)).toEqual({ Protocol: 'AutodiscoverV1', Url: url });
    }
    const refused = await browser.get('/autodiscover/autodiscover.json?Protocol=ActiveSync');
    expect([refused.status, JSON.parse(refused.text).ErrorCode]).toEqual([400, 'ProtocolNotSupported']);
  });
});

test('the profile for Apple’s devices holds the doors and the authority, and no password', async () => {
  const { admin } = suite.rooms.accounts;
  const member = await admin.addMember('apple', { name: '<Ana & Co>' });
  const { token } = await admin.createSignInToken(member.id);
  const own = testBrowser(suite.ports.https, suite.authority);
  await own.get(`/sign-in/${token}`);
  await own.post(`/sign-in/${token}`, { password: 'correct horse', again: 'correct horse' });
  const { headers, text } = await own.get('/mail/apple.mobileconfig');
  expect(headers['content-type']).toContain('application/x-apple-aspen-config');
  const { imaps, submissions } = suite.ports;
  expect(elements(text, 'integer').map(Number)).toEqual(expect.arrayContaining([imaps, submissions]));
  expect(text).toContain('<key>EmailAccountName</key><string>&lt;Ana &amp; Co&gt;</string>');
  expect(text).toContain('<string>com.apple.security.root</string>');
  expect(elements(text, 'data')[0]).toBe(suite.authority.replace(/-----.*-----|\n/g, ''));
  for (const kind of ['CalDAV', 'CardDAV']) {
    expect(text).toContain(`<string>com.apple.${kind.toLowerCase()}.account</string>`);
    expect(text).toContain(`<key>${kind}PrincipalURL</key><string>/dav/principals/apple/</string>`);
    expect(text).toContain(`<key>${kind}Port</key><integer>${suite.ports.https}</integer>`);
    expect(text).toContain(`<key>${kind}Username</key><string>${member.address}</string>`);
  }
  expect(text).not.toContain('correct horse');
  expect((await own.get('/mail/apple.mobileconfig')).text).toBe(text);
  expect((await browser.get('/mail/apple.mobileconfig')).headers.location).toBe('/sign-in');
});

test('the link for DAVx5, and the same as a picture: server and user name, beside a new password that too', async () => {
  const { admin } = suite.rooms.accounts;
  const member = await admin.addMember('android');
  const { token } = await admin.createSignInToken(member.id);
  const own = testBrowser(suite.ports.https, suite.authority);
  await own.get(`/sign-in/${token}`);
  await own.post(`/sign-in/${token}`, { password: 'correct horse', again: 'correct horse' });
  // What DAVx5 makes of its link: https in the place of its own scheme; who one is does not stay in it.
  const read = (text: string) => {
    const link = /href="(davx5:[^"]+)"/.exec(text)?.[1] ?? '';
    const url = new URL(link.replace(/^davx5:/, 'https:'));
    const [user, password] = [url.username, url.password].map(decodeURIComponent);
    url.username = url.password = '';
    // A dark module is a square of the picture.
    const dark = encode(link, { ecc: 'M', border: 4 }).data.flat().filter(Boolean).length;
    expect(text.match(/h1v1h-1z/g)).toHaveLength(dark);
    return { user, password, server: url.href };
  };
  const server = `${own.origin}/`;
  expect(read((await own.get('/mail')).text)).toEqual({ user: member.address, password: '', server });
  const made = (await own.post('/mail/app-password', { name: 'Phone' })).text;
  const password = /class="secret">([^<]+)</.exec(made)?.[1];
  expect(read(made)).toEqual({ user: member.address, password, server });
  const authorization = `Basic ${Buffer.from(`${member.address}:${password}`).toString('base64')}`;
  const asked = await own.ask('/dav/', { method: 'PROPFIND', headers: { authorization, depth: '0' } });
  expect(asked.status).toBe(207);
});

test('security.txt: RFC 9116', async () => {
  const { headers, text } = await browser.get('/.well-known/security.txt');
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  const fields = new Map(
    text
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(/: (.*)/) as [string, string]),
  );
  expect(fields.get('Contact')).toBe('mailto:postmaster@coop.localhost');
  expect(fields.get('Canonical')).toBe(`${browser.origin}/.well-known/security.txt`);
  const days = (Date.parse(fields.get('Expires') ?? '') - suite.rooms.clock.nowMs()) / 86_400_000;
  expect([days > securityTxtDays - 2, days <= securityTxtDays]).toEqual([true, true]);
  // The address must lead to somebody.
  expect(await suite.rooms.accounts.accounts.resolve('postmaster@coop.localhost')).toMatchObject({
    kind: 'local',
  });
});
