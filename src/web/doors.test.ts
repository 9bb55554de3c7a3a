import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectSocket, startSuite, temporaryFolder, testBrowser } from '../testing/index.ts';

const listener = { host: '127.0.0.1', port: 0 };
const autoconfig = '/.well-known/autoconfig/mail/config-v1.1.xml';

async function start(settings: Record<string, unknown>) {
  const suite = await startSuite({ settings });
  onTestFinished(() => suite.stop());
  return suite;
}

test('the http door redirects to https, and answers health and metrics to this machine', async () => {
  const suite = await start({});
  const http = testBrowser(suite.ports.http);
  const { status, headers, text } = await http.get('/sign-in/x?y=1');
  expect([status, text]).toEqual([308, '']);
  expect(headers.location).toBe(`https://localhost:${suite.ports.https}/sign-in/x?y=1`);
  expect((await http.ask('/sign-in', { method: 'POST', body: 'x=1' })).status).toBe(308);
  expect((await http.get('/healthz')).status).toBe(200);
  expect((await http.get('/readyz')).status).toBe(200);
  expect((await http.get('/metrics')).text).toContain('# TYPE');
  expect((await http.ask('/metrics', { method: 'POST' })).status).toBe(405);
  const https = testBrowser(suite.ports.https, suite.authority);
  for (const path of ['/healthz', '/readyz', '/metrics']) expect((await https.get(path)).status).toBe(404);
});

test('strangers, as a proxy names them, hear nothing of health', async () => {
  const suite = await start({ listeners: { http: { ...listener, proxy: ['127.0.0.1'] }, https: listener } });
  for (const [client, first] of [
    ['192.0.2.1', 'HTTP/1.1 308 '],
    ['127.0.0.1', 'HTTP/1.1 200 '],
  ] as const) {
    const socket = await connectSocket({ port: suite.ports.http });
    await socket.send(
      `PROXY TCP4 ${client} 127.0.0.1 4000 80\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    expect((await socket.readLine())?.toString()).toContain(first);
    await socket.close();
  }
});

test('with plaintext allowed the http door serves it all, with cookies that http can hold', async () => {
  const suite = await start({ auth: { plaintext: 'allow' } });
  const http = testBrowser(suite.ports.http);
  const { path } = suite.administrator;
  expect((await http.get(path)).text).toContain('admin@coop.localhost');
  const answer = await http.post(path, { password: 'correct horse', again: 'correct horse' });
  expect(answer.headers['set-cookie']?.join()).toMatch(
    /^myco-session=[a-z2-7]{26}; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  expect((await http.get('/mail')).status).toBe(200);
  expect((await http.get('/healthz')).status).toBe(200);
});

test('only doors that are open are advertised', async () => {
  const { imaps, submission, https } = { imaps: listener, submission: listener, https: listener };
  const some = await start({ listeners: { imaps, submission, https } });
  const { text } = await testBrowser(some.ports.https, some.authority).get(autoconfig);
  expect(text.match(/<socketType>\w+/g)).toEqual(['<socketType>SSL', '<socketType>STARTTLS']);

  const none = await start({ listeners: { imaps, https } });
  const browser = testBrowser(none.ports.https, none.authority);
  expect((await browser.get(autoconfig)).status).toBe(404);
  const { path } = none.administrator;
  await browser.get(path);
  await browser.post(path, { password: 'correct horse', again: 'correct horse' });
  const page = await browser.get('/mail', { 'accept-language': 'en' });
  expect([page.status, page.text.includes('not set up for mail programs')]).toEqual([200, true]);
  expect((await browser.get('/mail/apple.mobileconfig')).status).toBe(404);
});

test('with a certificate that others vouch for: HSTS, and no authority to install', async () => {
  // A self-signed suite makes the certificate that the second one is given as files.
  const first = await start({});
  const folder = temporaryFolder();
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const pem = readFileSync(join(first.data, 'tls', 'server.pem'), 'utf8');
  writeFileSync(cert, `${/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem)?.[0]}\n`);
  writeFileSync(key, `${/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(pem)?.[0]}\n`);
  const suite = await start({ tls: { files: { cert, key } } });
  const browser = testBrowser(suite.ports.https, first.authority);
  const home = await browser.get('/');
  expect(home.headers['strict-transport-security']).toBe('max-age=31536000');
  expect(home.text).not.toContain('/trust');
  for (const path of ['/trust', '/ca.crt', '/ca.pem']) expect((await browser.get(path)).status).toBe(404);
});
