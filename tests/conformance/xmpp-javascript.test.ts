import { client, type FastToken, type XmlElement, type XmppClient, xml } from '@xmpp/client';
import { type Agent, createClient } from 'stanza';
import { Strophe } from 'strophe.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { domain, eventually, type Myco, member, password, startMyco, stopAll } from '../harness/index.ts';

// The clients of web applications, over WebSocket. The doors take passwords in clear: none of these clients can be told of
// our authority.
let myco: Myco;
const endings: (() => unknown)[] = [];
beforeAll(async () => {
  Strophe.setLogLevel(Strophe.LogLevel.FATAL);
  myco = await startMyco({
    members: ['ana', 'bea', 'carl'],
    settings: { auth: '{ plaintext: allow }' },
  });
});
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});
afterAll(stopAll);

const webSocket = () => `ws://localhost:${myco.port('http')}/xmpp-websocket`;

interface Told {
  readonly xmpp: XmppClient;
  readonly stanzas: XmlElement[];
  /** What came that is no stanza, and what was sent. */
  readonly elements: string[];
  readonly sent: string[];
}

function make(
  username: string,
  service: string,
  more: { token?: FastToken; agent?: string; secret?: string } = {},
): Told {
  const agent = more.agent === undefined ? {} : { userAgent: xml('user-agent', { id: more.agent }) };
  const xmpp = client({ service, domain, username, password: more.secret ?? password, ...agent });
  const told: Told = { xmpp, stanzas: [], elements: [], sent: [] };
  xmpp.on('error', () => undefined);
  xmpp.on('stanza', (stanza) => told.stanzas.push(stanza));
  xmpp.on('element', (element) => told.elements.push(element.toString()));
  xmpp.on('send', (element) => told.sent.push(element.toString()));
  // SCRAM alone is not said in clear by this client's rules; its door here is this machine.
  xmpp.isSecure = () => true;
  xmpp.reconnect.stop();
  endings.push(() => xmpp.stop().catch(() => undefined));
  return told;
}

const said = ({ stanzas }: Told, text: string) =>
  stanzas.find((stanza) => stanza.is('message') && stanza.getChildText('body') === text);

describe('@xmpp/client', () => {
  test('signs in with SASL2 and binds with it, has acknowledgements, and comes back with a token', async () => {
    const agent = crypto.randomUUID();
    const first = make('ana', webSocket(), { agent });
    const jid = (await first.xmpp.start()).toString();
    expect(jid).toMatch(/^ana@coop\.test\/./);
    const success = first.elements.find((text) => text.startsWith('<success'));
    expect(success).toContain('urn:xmpp:sasl:2');
    expect(success).toContain('<enabled');
    await eventually('stream management is on', () => first.xmpp.streamManagement.enabled);
    const token = await first.xmpp.fast.fetchToken();
    expect(token?.mechanism).toBe('HT-SHA-256-NONE');
    await first.xmpp.stop();

    // It comes back with its token, and without the password.
    const again = make('ana', webSocket(), { agent, secret: 'not the password' });
    if (token !== undefined) await again.xmpp.fast.saveToken(token);
    expect((await again.xmpp.start()).toString()).toBe(jid);
    expect(again.sent.filter((text) => text.startsWith('<authenticate'))).toHaveLength(1);
    expect(again.sent.join('')).toContain('HT-SHA-256-NONE');
  });

  test('a wrong password is refused', async () => {
    const { xmpp } = make('ana', webSocket(), { secret: 'wrong' });
    await expect(xmpp.start()).rejects.toMatchObject({ condition: 'not-authorized' });
  });

  test('two members write to each other; what they said is in the archive and in their list of contacts', async () => {
    const ana = make('ana', webSocket());
    const bea = make('bea', webSocket());
    await Promise.all([ana.xmpp.start(), bea.xmpp.start()]);
    const roster = await ana.xmpp.iqCaller.request(
      xml('iq', { type: 'get' }, xml('query', { xmlns: 'jabber:iq:roster' })),
    );
    expect(roster.getChild('query', 'jabber:iq:roster')).toBeDefined();
    await bea.xmpp.send(xml('presence'));
    await ana.xmpp.send(xml('presence'));
    const text = `hello ${crypto.randomUUID()}`;
    await ana.xmpp.send(xml('message', { to: member('bea'), type: 'chat' }, xml('body', {}, text)));
    await eventually('the message is there', () => said(bea, text));
    expect(said(bea, text)?.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs.by).toBe(member('bea'));
    const query = xml('query', { xmlns: 'urn:xmpp:mam:2', queryid: 'q' });
    const fin = await bea.xmpp.iqCaller.request(xml('iq', { type: 'set' }, query));
    expect(fin.getChild('fin', 'urn:xmpp:mam:2')).toBeDefined();
    expect(bea.stanzas.filter((stanza) => stanza.toString().includes(text))).toHaveLength(2);
  });
});

describe('stanza', () => {
  async function signedIn(name: string): Promise<Agent> {
    const agent = createClient({
      jid: member(name),
      password,
      resource: `stanza-${name}`,
      transports: { websocket: webSocket(), bosh: false },
      autoReconnect: false,
    });
    endings.push(() => agent.disconnect());
    const started = new Promise<void>((resolve, reject) => {
      agent.on('session:started', () => resolve());
      agent.on('auth:failed', () => reject(new Error('the password was refused')));
    });
    agent.connect();
    await started;
    return agent;
  }

  test('signs in, reads its contacts, writes and searches the archive', async () => {
    const [ana, bea] = await Promise.all([signedIn('ana'), signedIn('bea')]);
    expect((await ana.getRoster()).items).toBeInstanceOf(Array);
    bea.sendPresence();
    await ana.ping(domain);
    const text = `hello ${crypto.randomUUID()}`;
    const came = new Promise<string>((resolve) => {
      bea.on('chat', ({ body }) => body?.startsWith('hello') && resolve(body));
    });
    await bea.ping(domain);
    ana.sendMessage({ to: member('bea'), type: 'chat', body: text });
    expect(await came).toBe(text);
    await bea.enableCarbons();
    const found = await bea.searchHistory({ with: member('ana'), paging: { before: '' } });
    expect(JSON.stringify(found.results)).toContain(text);
    const { features } = await ana.getDiscoInfo(domain);
    expect(features).toContain('urn:xmpp:ping');
  });
});

describe('strophe.js', () => {
  async function signedIn(name: string, secret = password) {
    const connection = new Strophe.Connection(webSocket());
    endings.push(() => connection.disconnect('done'));
    const status = await new Promise<number>((resolve) => {
      connection.connect(member(name), secret, (reached: number) => {
        const { CONNECTED, AUTHFAIL, CONNFAIL, ERROR } = Strophe.Status;
        if (([CONNECTED, AUTHFAIL, CONNFAIL, ERROR] as number[]).includes(reached)) resolve(reached);
      });
    });
    return { connection, status };
  }

  test('signs in with SCRAM, is refused with a wrong password, and writes', async () => {
    expect((await signedIn('carl', 'wrong')).status).toBe(Strophe.Status.AUTHFAIL);
    const { connection, status } = await signedIn('carl');
    expect(status).toBe(Strophe.Status.CONNECTED);
    const ana = make('ana', webSocket());
    await ana.xmpp.start();
    await ana.xmpp.send(xml('presence'));
    const text = `hello ${crypto.randomUUID()}`;
    await ana.xmpp.iqCaller.request(
      xml('iq', { type: 'get', to: domain }, xml('ping', { xmlns: 'urn:xmpp:ping' })),
    );
    const { $msg } = await import('strophe.js');
    connection.send(
      $msg({ to: member('ana'), type: 'chat' })
        .c('body')
        .t(text),
    );
    await eventually('the message is there', () => said(ana, text));
  });
});
