import { afterAll, beforeAll, expect, test } from 'vitest';
import { loginSasl2, startSuite, type TestSuite, testBrowser, XmppActor } from '../testing/index.ts';

const domain = 'coop.localhost';
const canary = `<b>My "phone"</b>`;
const phoneId = 'd4565fa7-4d72-4749-b3d3-740edbf87770';

let suite: TestSuite;
beforeAll(async () => {
  suite = await startSuite();
});
afterAll(() => suite.stop());

function client(): XmppActor {
  const tls = { ca: suite.authority, servername: domain };
  return new XmppActor({ transport: 'tls', port: suite.ports.xmpps, domain, tls });
}

async function signedIn(local: string) {
  const { admin } = suite.rooms.accounts;
  const { id } = await admin.addMember(local);
  const { token } = await admin.createSignInToken(id);
  const browser = testBrowser(suite.ports.https, suite.authority);
  await browser.get(`/sign-in/${token}`);
  await browser.post(`/sign-in/${token}`, { password: 'correct horse', again: 'correct horse' });
  return { browser };
}

test('a member sees the programs that chat for them, and ends one of them, and no one else’s', async () => {
  const [ana, bea] = [await signedIn('ana'), await signedIn('bea')];
  expect((await ana.browser.get('/mail')).text).not.toContain('id="chat"');

  const made = await ana.browser.post('/mail/app-password', { name: canary });
  const password = /class="secret">([a-z2-7-]{19})</.exec(made.text)?.[1] ?? '';
  const phone = client();
  await phone.open();
  const agent = `<user-agent id='${phoneId}'><software>Dino</software><device>${'&lt;i&gt;'}</device></user-agent>`;
  const more = `${agent}<bind xmlns='urn:xmpp:bind:0'/>`;
  await loginSasl2(phone, { username: 'ana', password, more });
  const desk = client();
  await desk.login({ username: 'ana', password: 'correct horse', resource: 'desk' });

  const { text } = await ana.browser.get('/mail');
  expect(text).toContain('&lt;i&gt;</strong>');
  expect(text).toContain(
    'Dino, connecté, avec le mot de passe de « &lt;b&gt;My &quot;phone&quot;&lt;/b&gt; »',
  );
  expect(text).toContain('<strong>desk</strong>');
  expect(text).toContain('connecté, avec votre propre mot de passe');

  await bea.browser.get('/mail');
  expect((await bea.browser.post('/mail/chat/end', { client: phoneId })).status).toBe(303);
  await phone.barrier();
  const ended = await ana.browser.post('/mail/chat/end', { client: phoneId });
  expect([ended.status, ended.headers.location]).toEqual([303, '/mail#chat']);
  await phone.ended();
  await desk.barrier();
  const after = (await ana.browser.get('/mail')).text;
  expect([after.includes('Dino'), after.includes('desk')]).toEqual([false, true]);
  expect((await ana.browser.post('/mail/chat/end', { client: 'none' })).status).toBe(303);
  const stranger = testBrowser(suite.ports.https, suite.authority);
  await stranger.get('/sign-in');
  expect((await stranger.post('/mail/chat/end', { client: 'desk' })).headers.location).toBe('/sign-in');
  await desk.disconnect();
  phone.cut();
});
