import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childOf } from '../formats/stanza/index.ts';
import { startSuite, type TestSuite, testBrowser, XmppActor } from '../testing/index.ts';

const domain = 'coop.localhost';
const password = 'correct horse';
const uploadNs = 'urn:xmpp:http:upload:0';
let suite: TestSuite;

beforeAll(async () => {
  suite = await startSuite({ settings: { chat: { uploads: { file: '64KiB', keep: '30d' } } } });
  await suite.addMember(`ana@${domain}`, password);
  await suite.addMember(`bo@${domain}`, password);
});
afterAll(() => suite.stop());

type Way = 'xmpp' | 'xmpps' | 'https';

/** A client by one of the doors. */
function client(way: Way): XmppActor {
  const tls = { ca: suite.authority, servername: domain };
  const port = suite.ports[way];
  const transport = ({ xmpp: 'tcp', xmpps: 'tls', https: 'websocket' } as const)[way];
  return new XmppActor({ transport, port, domain, tls });
}

async function signedIn(username: string, way: Way = 'xmpp'): Promise<XmppActor> {
  const actor = client(way);
  await actor.login({ username, password });
  await actor.send('<presence/>');
  await actor.forget();
  return actor;
}

describe('the doors of chat', () => {
  test.each(['xmpp', 'xmpps', 'https'] as const)(
    'a member comes by %s and is heard by another',
    async (way) => {
      const ana = await signedIn('ana', way);
      const bo = await signedIn('bo');
      await ana.send(`<message to='bo@${domain}' type='chat'><body>by ${way}</body></message>`);
      const heard = await bo.find(({ name }) => name === 'message');
      expect(childOf(heard, 'body')?.children).toEqual([`by ${way}`]);
      expect(heard.attributes.from).toBe(ana.jid);
      await ana.disconnect();
      await bo.disconnect();
    },
  );

  test('no password is taken in clear', async () => {
    const actor = new XmppActor({ transport: 'tcp', port: suite.ports.xmpp, domain, startTls: false });
    await actor.open();
    expect(childOf(actor.features, 'mechanisms')).toBeUndefined();
    expect(childOf(actor.features, 'starttls', 'urn:ietf:params:xml:ns:xmpp-tls')).toBeDefined();
    await actor.disconnect();
  });

  test('pages say where chat is', async () => {
    const { get } = testBrowser(suite.ports.https, suite.authority);
    expect((await get('/.well-known/host-meta')).text).toContain(
      `wss://localhost:${suite.ports.https}/xmpp-websocket`,
    );
  });

  test('who has ended their half is not kept', async () => {
    const socket = connect({ host: '127.0.0.1', port: suite.ports.xmpp, allowHalfOpen: true });
    const ended = new Promise((resolve) => socket.once('end', resolve));
    socket.resume();
    socket.end(
      `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${domain}' version='1.0'>`,
    );
    await ended;
  });

  test('a stranger has the time that the settings give by now', async () => {
    const { settings } = suite.rooms;
    const written = JSON.parse(readFileSync(suite.config, 'utf8'));
    writeFileSync(
      suite.config,
      JSON.stringify({ ...written, chat: { ...written.chat, unauthenticatedSeconds: 1 } }),
    );
    expect(settings.reload().ok).toBe(true);
    const socket = connect({ host: '127.0.0.1', port: suite.ports.xmpp });
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
  });
});

/** A file goes by way of a slot; what stands in its body is what the other gets. */
describe('a file that is sent along', () => {
  const slotOf = async (actor: XmppActor, attributes: string) => {
    const request = `<request xmlns='${uploadNs}' ${attributes}/>`;
    const slot = childOf(await actor.ask('get', request, `upload.${domain}`), 'slot', uploadNs);
    const url = (name: string) => new URL(String(slot && childOf(slot, name)?.attributes.url));
    return { put: url('put'), get: url('get') };
  };

  test('is put and got where the slot says, and kept for as long as the settings say', async () => {
    const ana = await signedIn('ana');
    const { put, get } = await slotOf(ana, "filename='le chat.txt' size='5' content-type='text/plain'");
    expect(put.origin).toBe(`https://localhost:${suite.ports.https}`);
    const { ask } = testBrowser(suite.ports.https, suite.authority);
    const headers = { 'content-type': 'text/plain', 'content-length': '5' };
    expect((await ask(put.pathname, { method: 'PUT', headers, body: 'miaou' })).status).toBe(201);
    expect((await ask(get.pathname)).text).toBe('miaou');
    const kept = await suite.rooms.conversations.registrations.uploads.byGet(
      get.pathname.split('/')[2] ?? '',
    );
    expect(kept?.expiresMs).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    // The door in clear sends everybody to the other one.
    expect((await testBrowser(suite.ports.http).ask(get.pathname)).status).toBe(308);
    await ana.disconnect();
  });

  test('is not larger than the settings let it be', async () => {
    const ana = await signedIn('ana');
    await expect(slotOf(ana, `filename='x' size='${64 * 1024 + 1}'`)).rejects.toThrow('file-too-large');
    await ana.disconnect();
  });
});

test('whoever is there when the server ends is told, and what was taken is kept', async () => {
  const other = await startSuite();
  await other.addMember(`ana@${domain}`, password);
  const tls = { ca: other.authority, servername: domain };
  const ana = new XmppActor({ transport: 'tcp', port: other.ports.xmpp, domain, tls });
  await ana.login({ username: 'ana', password });
  const gone = ana.find(({ name }) => name === 'error');
  await other.running.stop();
  expect(childOf(await gone, 'system-shutdown', 'urn:ietf:params:xml:ns:xmpp-streams')).toBeDefined();
  await other.stop();
});
