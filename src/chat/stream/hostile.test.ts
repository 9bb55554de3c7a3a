import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stanzaDepthMax } from '../../formats/stanza/index.ts';
import {
  chatPassword,
  connectSocket,
  loginXmpp,
  openTestChat,
  type TestChat,
  type TestSocket,
  XmppActor,
} from '../../testing/index.ts';
import { defaultChatLimits } from '../limits.ts';

const plain = Buffer.from(`\0alice\0${chatPassword}`).toString('base64');
const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`;
const names = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'";
const head = `<?xml version='1.0'?><stream:stream to='coop.localhost' version='1.0' ${names}>`;
const bindIq = (resource: string) =>
  `<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`;
const ping = "<iq type='get' id='p' to='coop.localhost'><ping xmlns='urn:xmpp:ping'/></iq>";

let chat: TestChat;
beforeAll(async () => {
  chat = await openTestChat({
    limits: { sessionsPerAccountMax: 4 },
    netLimits: { connectionsPerAddressMax: 2_000, connectionsMax: 4_000, sendBufferBytesMax: 256 * 1024 },
  });
  await Promise.all(['alice', 'bob'].map((local) => chat.addMember(local)));
});
afterAll(() => chat.close());

type Transport = 'tcp' | 'websocket';
const door = (transport: Transport) => ({
  transport,
  port: chat.ports[transport === 'tcp' ? 'plain' : 'ws'],
  domain: chat.domain,
});
const login = (username: string, resource: string, transport: Transport = 'tcp') =>
  loginXmpp({ ...door(transport), username, password: chatPassword, resource });

async function connected(transport: Transport): Promise<XmppActor> {
  const actor = new XmppActor(door(transport));
  await actor.connect();
  return actor;
}

/** What the stream of a client ends with. */
async function endsWith(actor: XmppActor): Promise<string> {
  for (;;) {
    const of = await actor.receive();
    if (of.name !== 'error') continue;
    await actor.ended();
    const [condition] = of.children;
    return typeof condition === 'object' ? condition.name : '';
  }
}

async function raw(door: 'plain' | 'tls' = 'plain'): Promise<TestSocket> {
  return connectSocket({ port: chat.ports[door] });
}

/** All that comes until the other side closes. */
const allOf = async (socket: TestSocket): Promise<string> => (await socket.rest()).toString();

describe('XML that is none, or that XMPP does not take', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['a comment', '<message><!-- x --></message>', 'restricted-xml'],
    ['an instruction', '<message><?php x?></message>', 'restricted-xml'],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]>', 'restricted-xml'],
    ['an entity', '<message><body>&nbsp;</body></message>', 'restricted-xml'],
    ['tags that cross', '<message><a><b></a></b></message>', 'not-well-formed'],
    ['a prefix that nobody declared', '<x:message/>', 'bad-namespace-prefix'],
    ['a control character', '<message><body>\u0001</body></message>', 'not-well-formed'],
    ['an attribute twice', "<message a='1' a='2'/>", 'not-well-formed'],
    ['too deep', '<a>'.repeat(stanzaDepthMax + 1) + '</a>'.repeat(stanzaDepthMax + 1), 'policy-violation'],
    [
      'too many attributes',
      `<a ${Array.from({ length: 100 }, (_, i) => `b${i}=''`).join(' ')}/>`,
      'policy-violation',
    ],
  ];
  for (const transport of ['tcp', 'websocket'] as const) {
    test.each(cases)(`%s, over ${transport}`, async (_, text, condition) => {
      const actor = await login('alice', 'x', transport);
      await actor.sendRaw(text.replace(/^<(message|a)(?=[ />])/, "<$1 xmlns='jabber:client'"));
      expect(await endsWith(actor)).toBe(condition);
    });
  }

  test('a stanza longer than stanzaBytesMax', async () => {
    const long = `<message xmlns='jabber:client'><body>${'x'.repeat(defaultChatLimits.stanzaBytesMax)}</body></message>`;
    const actor = await login('alice', 'x');
    await actor.sendRaw(long);
    expect(await endsWith(actor)).toBe('policy-violation');
    const web = await login('alice', 'x', 'websocket');
    await web.sendRaw(long);
    // RFC 6455 §7.4.1: the door does not take so long a message.
    expect(await web.ended()).toBe('closed with 1009');
  });

  test.each([
    ['no UTF-8', Buffer.from([0x3c, 0x61, 0xff, 0xfe]), 'unsupported-encoding'],
    ['UTF-16', Buffer.from(head, 'utf16le'), 'not-well-formed'],
    ['what is no XML', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'not-well-formed'],
    ['a document type first', Buffer.from('<!DOCTYPE lolz [<!ENTITY a "a">]>'), 'restricted-xml'],
    ['another element', Buffer.from("<foo to='coop.localhost' xmlns='jabber:client'>"), 'invalid-namespace'],
    [
      'another stream',
      Buffer.from(head.replace('jabber:client', 'jabber:component:accept')),
      'invalid-namespace',
    ],
    ['no version', Buffer.from(head.replace(" version='1.0' xm", ' xm')), 'unsupported-version'],
    ['version 0.9', Buffer.from(head.replace("version='1.0' xm", "version='0.9' xm")), 'unsupported-version'],
    [
      'a version that is none',
      Buffer.from(head.replace("version='1.0' xm", "version='x' xm")),
      'unsupported-version',
    ],
    ['somebody else', Buffer.from(head.replace('coop.localhost', 'example.org')), 'host-unknown'],
    ['an address that is none', Buffer.from(head.replace('coop.localhost', '@@')), 'host-unknown'],
    ['nobody', Buffer.from(head.replace(" to='coop.localhost'", '')), 'improper-addressing'],
  ])('a stream that begins with %s: ours is opened, and says what is wrong', async (_, octets, condition) => {
    const socket = await raw();
    await socket.send(octets);
    const all = await allOf(socket);
    expect(all).toMatch(/^<\?xml version='1.0'\?><stream:stream /);
    expect(all).toContain(`<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>`);
    expect(all).toMatch(/<\/stream:error><\/stream:stream>$/);
    expect(all).not.toContain('<stream:features>');
  });
});

describe('strangers', () => {
  test.each(['tcp', 'websocket'] as const)(
    'more than strangerBytesMax at once, over %s',
    async (transport) => {
      const actor = await connected(transport);
      await actor.restart();
      await actor.sendRaw(`<auth xmlns='urn:x'>${'A'.repeat(defaultChatLimits.strangerBytesMax)}</auth>`);
      expect(await endsWith(actor)).toBe('policy-violation');
    },
  );

  test('ten million octets: no more is held than of one element', async () => {
    const socket = await raw();
    await socket.send(`${head}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>`);
    const flood = Buffer.alloc(1_000_000, 'A');
    for (let i = 0; i < 10; i++) await socket.send(flood).catch(() => undefined);
    expect(await allOf(socket).catch(() => 'policy-violation')).toContain('policy-violation');
  });

  test.each(['tcp', 'websocket'] as const)(
    'more than strangerElementsMax elements, over %s',
    async (transport) => {
      const server = await openTestChat({ limits: { loginAttemptsMax: 1_000 } });
      const port = server.ports[transport === 'tcp' ? 'plain' : 'ws'];
      const actor = new XmppActor({ transport, port, domain: server.domain });
      await actor.connect();
      await actor.restart();
      const element = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='NONE'/>";
      for (let i = 0; i <= defaultChatLimits.strangerElementsMax; i++) await actor.sendRaw(element);
      expect(await endsWith(actor)).toBe('policy-violation');
      await server.close();
    },
  );

  test.each([
    ['a message', "<message to='bob@coop.localhost'><body>x</body></message>", 'not-authorized'],
    ['a request', ping, 'not-authorized'],
    ['something that nobody knows', "<hello xmlns='urn:x'/>", 'unsupported-stanza-type'],
    [
      'an answer without a question',
      "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
      'unsupported-stanza-type',
    ],
  ])('%s before signing in', async (_, text, condition) => {
    for (const transport of ['tcp', 'websocket'] as const) {
      const actor = await connected(transport);
      await actor.restart();
      await actor.send(text);
      expect(await endsWith(actor)).toBe(condition);
    }
  });

  test('a message between signing in and binding', async () => {
    const actor = await connected('tcp');
    await actor.restart();
    await actor.authenticate({ username: 'alice', password: chatPassword });
    await actor.send("<message to='bob@coop.localhost'><body>x</body></message>");
    expect(await endsWith(actor)).toBe('not-authorized');
  });

  test('over WebSocket: an element before the stream, a stream twice, the binding of old', async () => {
    const first = await connected('websocket');
    await first.sendRaw(auth);
    expect(await endsWith(first)).toBe('bad-format');
    const twice = await connected('websocket');
    await twice.restart();
    await twice.sendRaw(
      "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='coop.localhost' version='1.0'/>",
    );
    expect(await endsWith(twice)).toBe('bad-format');
    const old = await connected('websocket');
    await old.sendRaw(`${head}</stream:stream>`.replace("<?xml version='1.0'?>", ''));
    expect(await endsWith(old)).toBe('invalid-namespace');
  });

  test('those that only listen end after unauthenticatedSeconds, and members do not', async () => {
    const server = await openTestChat({
      settings: { unauthenticatedSeconds: 1 },
      netLimits: { connectionsPerAddressMax: 2_000, connectionsMax: 4_000 },
    });
    await server.addMember('alice');
    const member = await loginXmpp({
      ...{ transport: 'tcp', port: server.ports.plain, domain: server.domain },
      ...{ username: 'alice', password: chatPassword },
    });
    const strangers = await Promise.all(
      (['tcp', 'websocket'] as const).map(async (transport) => {
        const port = server.ports[transport === 'tcp' ? 'plain' : 'ws'];
        const actor = new XmppActor({ transport, port, domain: server.domain });
        await actor.connect();
        await actor.restart();
        return actor;
      }),
    );
    for (const stranger of strangers) await stranger.ended();
    await member.barrier();
    await member.disconnect();
    await server.close();
  });

  test('a thousand streams that say nothing more: members go on, and what they cost is small', async () => {
    const before = process.memoryUsage().heapUsed;
    const sockets: TestSocket[] = [];
    for (let i = 0; i < 1_000; i++) {
      const socket = await raw();
      await socket.send(head);
      sockets.push(socket);
    }
    const bob = await login('bob', 'calm');
    await bob.barrier();
    const each = (process.memoryUsage().heapUsed - before) / sockets.length;
    // Both ends of each connection are in this process.
    expect(each).toBeLessThan(150_000);
    await bob.disconnect();
    await Promise.all(sockets.map((socket) => socket.close()));
  });
});

describe('streams', () => {
  test('one octet at a time', async () => {
    const socket = await raw();
    for (const octet of Buffer.from(head + auth)) await socket.send(Uint8Array.of(octet));
    await socket.send(head + bindIq('slow') + ping);
    await socket.send('</stream:stream>');
    const all = await allOf(socket);
    expect(all).toContain('<success');
    expect(all).toContain('alice@coop.localhost/slow');
    expect(all).toMatch(/<iq type='result' id='p'[^>]*\/><\/stream:stream>$/);
  });

  test('everything in one packet, and what was asked is answered before the end', async () => {
    const socket = await raw();
    const pings = Array.from({ length: 50 }, (_, i) => ping.replace("'p'", `'p${i}'`)).join('');
    await socket.send(`${head}${auth}${head}${bindIq('quick')}${pings}</stream:stream>`);
    const all = await allOf(socket);
    for (let i = 0; i < 50; i++) expect(all).toContain(`id='p${i}'`);
    expect(all.match(/<stream:features>/g)).toHaveLength(2);
    expect(all).toMatch(/<\/stream:stream>$/);
  });

  test('STARTTLS: what was said in clear behind it is not heard (THREATS 2)', async () => {
    const socket = await connectSocket({
      port: chat.ports.tls,
      tls: { ca: chat.authority, servername: chat.domain },
    });
    await socket.send(`${head}<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>${head}${auth}`);
    for (let text = ''; !text.includes('<proceed'); ) {
      text += (await socket.readExactly(1)).toString();
    }
    await socket.readExactly("xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>".length + 1);
    await socket.startTls();
    await socket.send(`${head}</stream:stream>`);
    const all = await allOf(socket);
    expect(all).not.toContain('<success');
    expect(all).toContain('<mechanisms');
  });

  test('STARTTLS: who cannot shake hands is gone, and is no fault of ours (RFC 6120 §5.4.3.2)', async () => {
    const socket = await raw('tls');
    await socket.send(`${head}<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
    for (let text = ''; !/<proceed [^>]*>$/.test(text); ) {
      text += (await socket.readExactly(1)).toString();
    }
    await socket.send('this is no handshake\r\n\r\n');
    expect(await allOf(socket)).not.toContain('<stream:error');
    // The streams of others are served after it has ended.
    await (await login('bob', 'tls')).disconnect();
    expect(chat.logged.filter((line) => line.includes('xmpp stream failed'))).toEqual([]);
  });

  test('STARTTLS twice, and where TLS is on already', async () => {
    const tls = { ca: chat.authority, servername: chat.domain };
    const actor = new XmppActor({ transport: 'tls', port: chat.ports.direct, domain: chat.domain, tls });
    await actor.open();
    await actor.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    expect(await actor.receive()).toMatchObject({ name: 'failure' });
    await actor.ended();
  });

  test.each([
    ['with a goodbye', '</stream:stream>'],
    ['without one', ''],
  ])('who closes its half is closed, %s', async (_, goodbye) => {
    const socket = await raw();
    await socket.send(`${head}${auth}${head}${bindIq('half')}${goodbye}`);
    socket.finish();
    const all = await allOf(socket);
    expect(all).toContain('alice@coop.localhost/half');
    expect(all).toMatch(/<\/stream:stream>$/);
    const bob = await login('bob', 'after');
    await bob.send("<iq type='get' id='h' to='alice@coop.localhost/half'><ping xmlns='urn:xmpp:ping'/></iq>");
    expect(await bob.receive()).toMatchObject({ attributes: { type: 'error', id: 'h' } });
    await bob.disconnect();
  });

  test('the same resource again and again: the last one has it, the others are told', async () => {
    const actors: XmppActor[] = [];
    for (let i = 0; i < 20; i++) actors.push(await login('alice', 'storm'));
    for (const actor of actors.slice(0, -1)) expect(await endsWith(actor)).toBe('conflict');
    const last = actors.at(-1);
    await last?.barrier();
    await last?.disconnect();
  });

  test('more than sessionsPerAccountMax resources', async () => {
    const actors = await Promise.all(['a', 'b', 'c', 'd'].map((resource) => login('alice', resource)));
    await expect(login('alice', 'e')).rejects.toThrow('resource-constraint');
    for (const actor of actors) await actor.disconnect();
    const again = await login('alice', 'e');
    await again.disconnect();
  });

  test('sessions that wait to be resumed keep nobody out: the oldest goes', async () => {
    const actors = await Promise.all(['a', 'b', 'c', 'd'].map((resource) => login('alice', resource)));
    const lost = actors.slice(1, 3);
    for (const actor of lost) await actor.enableAcks();
    for (const actor of lost) actor.cut();
    const { homes } = chat.server.chat;
    const waiting = () => [...homes.sessions()].filter(({ stream }) => stream === null);
    await expect.poll(() => waiting().length).toBe(2);
    const [first] = waiting();
    const more = [await login('alice', 'e'), await login('alice', 'f')];
    expect([first?.isClosed, waiting().length]).toEqual([true, 0]);
    await expect(login('alice', 'g')).rejects.toThrow('resource-constraint');
    for (const actor of [actors[0], actors[3], ...more]) await actor?.disconnect();
  });
});

describe('members', () => {
  test.each([
    ['bob@coop.localhost', 'a message from somebody else'],
    ['alice@coop.localhost/other', 'from another resource'],
    ['coop.localhost', 'from the server'],
    ['@', 'from an address that is none'],
  ])("'%s': %s ends the stream", async (from) => {
    const bob = await login('bob', 'target');
    await bob.send('<presence/>');
    await bob.forget();
    const actor = await login('alice', 'liar');
    await actor.send(`<message from='${from}' to='bob@coop.localhost'><body>x</body></message>`);
    expect(await endsWith(actor)).toBe('invalid-from');
    await bob.receivesNothing();
    await bob.disconnect();
  });

  test.each([
    ['"@coop.localhost'],
    ['a@'],
    ['@coop.localhost'],
    ['a@b@c'],
    ['coop.localhost/'],
    ['a\u0020b@coop.localhost'],
    ['\u2163@coop.localhost'],
    ['a@-x-.example'],
    [`${'x'.repeat(1_024)}@coop.localhost`],
    [`bob@coop.localhost/${'x'.repeat(1_024)}`],
    ['bob@coop.localhost/\u0007'.replace('\u0007', '\u200e')],
  ])('an address that is none comes back as it was: %s', async (to) => {
    const actor = await login('alice', 'typo');
    const escaped = to.replaceAll('"', '&quot;');
    for (const text of [
      `<iq type='get' id='i' to="${escaped}"><ping xmlns='urn:xmpp:ping'/></iq>`,
      `<message id='i' to="${escaped}"><body>x</body></message>`,
    ]) {
      await actor.send(text);
      const answer = await actor.receive();
      expect(answer.attributes).toMatchObject({ type: 'error', id: 'i', from: to });
      expect(JSON.stringify(answer)).toContain('jid-malformed');
    }
    await actor.send(`<message type='error' id='i' to="${escaped}"/>`);
    await actor.receivesNothing();
    await actor.disconnect();
  });

  test('an element of another name space, and a stanza that is none', async () => {
    for (const [text, condition] of [
      ["<message xmlns='jabber:server' to='bob@coop.localhost'/>", 'invalid-namespace'],
      ["<letter xmlns='jabber:client'/>", 'unsupported-stanza-type'],
    ] as const) {
      const actor = await login('alice', 'odd');
      await actor.send(text);
      expect(await endsWith(actor)).toBe(condition);
    }
  });

  test('over WebSocket, stanzas that declare no name space are those of clients (as tsung writes them)', async () => {
    const web = await login('alice', 'bare', 'websocket');
    await web.sendRaw(`<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>`);
    expect((await web.receive()).attributes).toMatchObject({ type: 'result', id: '1' });
    for (const nothing of ['', ' \n']) await web.sendRaw(nothing);
    await web.sendRaw(`\n<message to='alice@coop.localhost/bare' id='2'><body>bread</body></message>`);
    expect(JSON.stringify(await web.receive())).toContain('bread');
    await web.sendRaw(`<presence xmlns=''/>`);
    expect(await endsWith(web)).toBe('not-well-formed');
    const odd = await login('alice', 'odd', 'websocket');
    await odd.sendRaw('<letter/>');
    expect(await endsWith(odd)).toBe('unsupported-stanza-type');
  });

  test('who never reads is cut off, and who writes to it is not', async () => {
    const socket = await raw();
    await socket.send(`${head}${auth}${head}${bindIq('deaf')}<presence/>`);
    while (!socket.unread().includes('/deaf')) await socket.hears(50);
    const deaf = chat.server.chat.homes.sessionAt('alice@coop.localhost/deaf');
    const stream = deaf?.stream;
    expect(stream).toBeDefined();
    socket.pause();
    const bob = await login('bob', 'talker');
    const body = 'x'.repeat(60_000);
    let isCut = false;
    void stream?.transport.connection.closed.then((reason) => {
      isCut = reason === 'slow-reader';
    });
    // The kernel takes some megabytes before the bound of ours counts.
    for (let i = 0; i < 400 && !isCut; i++) {
      await bob.send(`<message to='alice@coop.localhost/deaf' type='chat'><body>${body}</body></message>`);
      if (i % 10 === 0) await bob.barrier();
    }
    expect(isCut).toBe(true);
    await bob.barrier();
    bob.cut();
    await socket.close();
  });

  test('who is faster than the pace is slowed, and loses nothing', async () => {
    const server = await openTestChat({ limits: { stanzasPerSecondMax: 50, burstSecondsMax: 1 } });
    await server.addMember('alice');
    const actor = await loginXmpp({
      ...{ transport: 'tcp', port: server.ports.plain, domain: server.domain },
      ...{ username: 'alice', password: chatPassword },
    });
    const startedMs = performance.now();
    for (let i = 0; i < 100; i++) await actor.send(ping.replace("'p'", `'p${i}'`));
    for (let i = 0; i < 100; i++) expect((await actor.receive()).attributes.id).toBe(`p${i}`);
    expect(performance.now() - startedMs).toBeGreaterThan(900);
    await actor.disconnect();
    await server.close();
  });
});
