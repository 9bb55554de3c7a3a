import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { childOf, type Element, parseElement, StreamSplitter, textOf } from '../../formats/stanza/index.ts';
import { chatPassword, openTestChat } from '../chat.ts';
import { makeFolder, removeFolder } from '../folder.ts';
import {
  loginXmpp,
  matchElement,
  parseXmppTranscript,
  runXmppTranscript,
  showElement,
  XmppActor,
  XmppTranscriptError,
  type XmppWorld,
  xmppTranscripts,
} from './index.ts';

const scope = {
  ns: 'jabber:client',
  prefixes: new Map([['stream', 'http://etherx.jabber.org/streams']]),
};
const features = (inner: string) =>
  `<stream:features xmlns:stream='http://etherx.jabber.org/streams'>${inner}</stream:features>`;
const mechanisms =
  "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";
const bindFeature = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";

/** A server that knows logins by PLAIN and a few words: enough to hear several sessions, order, silence and the end. */
class Session {
  static readonly all = new Map<string, Session>();
  static readonly kept = new Map<string, { jid: string; had: number; sent: number }>();
  readonly #write: (text: string) => void;
  readonly #end: () => void;
  #user = '';
  #jid = '';
  #had = 0;
  #sent = 0;

  constructor(write: (text: string) => void, end: () => void) {
    this.#write = write;
    this.#end = end;
  }

  head(): void {
    this.#write(features(this.#user === '' ? mechanisms : bindFeature));
  }

  gone(): void {
    if (Session.all.get(this.#jid) === this) Session.all.delete(this.#jid);
    Session.kept.set(this.#jid, { jid: this.#jid, had: this.#had, sent: this.#sent });
  }

  say(text: string): void {
    this.#sent++;
    this.#write(text);
  }

  hear(text: string): void {
    const element = parseElement(text, scope);
    if (element.name === 'auth') this.#auth(element);
    else if (element.ns === 'urn:xmpp:sm:3') this.#acks(element.name, element.attributes);
    else {
      this.#had++;
      if (element.name === 'iq') this.#iq(element);
      else if (element.name === 'message') this.#message(element, text);
    }
  }

  #auth(element: Element): void {
    const [, user = '', password = ''] = Buffer.from(textOf(element), 'base64').toString().split('\0');
    const isRight = password === `pw-${user}`;
    if (isRight) this.#user = user;
    const answer = isRight ? 'success' : 'failure';
    this.#write(
      `<${answer} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${isRight ? '' : '<not-authorized/>'}</${answer}>`,
    );
  }

  #acks(name: string, attributes: Element['attributes']): void {
    if (name === 'enable') {
      [this.#had, this.#sent] = [0, 0];
      this.#write(`<enabled xmlns='urn:xmpp:sm:3' id='${this.#jid}' resume='true'/>`);
    } else if (name === 'r') this.#write(`<a xmlns='urn:xmpp:sm:3' h='${this.#had}'/>`);
    else if (name === 'resume') {
      const kept = Session.kept.get(attributes.previd ?? '');
      if (kept === undefined || Number(attributes.h) > kept.sent) {
        this.#write("<failed xmlns='urn:xmpp:sm:3'/>");
        return;
      }
      [this.#jid, this.#had, this.#sent] = [kept.jid, kept.had, kept.sent];
      Session.all.set(this.#jid, this);
      this.#write(`<resumed xmlns='urn:xmpp:sm:3' previd='${this.#jid}' h='${this.#had}'/>`);
    }
  }

  #iq(element: Element): void {
    const bind = childOf(element, 'bind', 'urn:ietf:params:xml:ns:xmpp-bind');
    const result = (inner: string) =>
      this.say(`<iq xmlns='jabber:client' type='result' id='${element.attributes.id}'>${inner}</iq>`);
    if (bind === undefined) {
      result('');
      return;
    }
    this.#jid = `${this.#user}@a.test/${textOf(childOf(bind, 'resource')) || 'auto'}`;
    Session.all.set(this.#jid, this);
    result(`<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${this.#jid}</jid></bind>`);
  }

  #message({ attributes: { to = '' } }: Element, text: string): void {
    if (to === 'lose.test') return;
    if (to === 'end.test') {
      this.#write(
        "<stream:error xmlns:stream='http://etherx.jabber.org/streams'><conflict xmlns='x'/></stream:error>",
      );
      this.#end();
      return;
    }
    const declared = text.includes("xmlns='jabber:client'")
      ? text
      : text.replace('<message', "<message xmlns='jabber:client'");
    Session.all.get(to)?.say(declared.replace('<message', `<message from='${this.#jid}'`));
  }
}

const streamHead =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='a.test' id='1' version='1.0'>";

function serveTcp(socket: Socket): void {
  const session = new Session(
    (text) => void socket.write(text),
    () => void socket.end('</stream:stream>'),
  );
  const splitter = new StreamSplitter(100_000);
  socket.on('error', () => undefined).on('close', () => session.gone());
  socket.on('data', (octets) => {
    // Every stream begins with its declaration here, and comes in octets of its own.
    if (octets.includes('<?xml')) splitter.restart();
    for (const piece of splitter.write(octets)) {
      if (piece.kind === 'head') {
        socket.write(streamHead);
        session.head();
      } else if (piece.kind === 'element') session.hear(piece.text);
      else socket.end('</stream:stream>');
    }
  });
}

const framing = 'urn:ietf:params:xml:ns:xmpp-framing';
let tcp: Server;
let websocket: WebSocketServer;

beforeAll(async () => {
  tcp = createServer(serveTcp).listen(0, '127.0.0.1');
  websocket = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  websocket.on('connection', (socket) => {
    const end = () => {
      socket.send(`<close xmlns='${framing}'/>`);
      socket.close();
    };
    const session = new Session((text) => socket.send(text), end);
    socket.on('close', () => session.gone());
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.startsWith('<open')) {
        socket.send(`<open xmlns='${framing}' from='a.test' id='1' version='1.0'/>`);
        session.head();
      } else if (text.startsWith('<close')) end();
      else session.hear(text);
    });
  });
  await Promise.all([once(tcp, 'listening'), once(websocket, 'listening')]);
});

afterAll(() => {
  tcp.close();
  websocket.close();
});

function world(patienceMs = 10_000): XmppWorld {
  const ports = {
    tcp: (tcp.address() as AddressInfo).port,
    websocket: (websocket.address() as AddressInfo).port,
  };
  return {
    domain: 'a.test',
    ports,
    addMember: async (local) => `pw-${local}`,
    fixtures: { invite: async ([who]) => ({ token: `for ${who}` }) },
    captures: { moon: "inconstant'" },
    patienceMs,
    close: async () => undefined,
  };
}

async function play(text: string, transport: 'tcp' | 'websocket', patienceMs?: number): Promise<void> {
  await runXmppTranscript(parseXmppTranscript(text, 'a.txt'), 'a.txt', world(patienceMs), transport);
}

/** For what is waited for and never comes; the steps before it must be done within it. */
const shortMs = 500;

const stage = `# two
actor romeo is romeo/orchard
actor juliet is juliet/balcony with acks
everybody connects
`;

describe.each(['tcp', 'websocket'] as const)('a transcript over %s', (transport) => {
  test.each([
    [
      'what is sent and received',
      "romeo sends: <message to='{juliet}' id='m'><body>Hi</body></message>\njuliet receives: <message id='m' to='{juliet}' from='{romeo}'><body>Hi</body></message>\nromeo receives nothing\n",
    ],
    [
      'several in one block, learnt and known names, fixtures, braces',
      `- invite romeo
romeo sends:
  <message to='{juliet}' id='{token}'/>

  <message to='{juliet}'><body>{{a} {b c} {moon}</body></message>
juliet receives:
  <message id='for {capture:whom}' more='{...}'/>
  <message from='{romeo.bare}/{any}' to='{any}' type='{maybe}'>
    <body>{{a} {b c} {capture:rest}</body>
  </message>
juliet sends: <message to='{romeo}' id='{whom}'><body>{rest}</body></message>
romeo receives: <message from='{juliet}' to='{romeo}' id='romeo'><body>inconstant'</body></message>
`,
    ],
    [
      'in any order, and found among others',
      `romeo sends:
  <message to='{juliet}' id='1'/>
  <message to='{juliet}' id='2'/>
  <message to='{juliet}' id='3'/>
juliet finds: <message id='3' more='{...}'/>
juliet receives in any order:
  <message id='{any}' more='{...}'/>
  <message id='1' more='{...}'/>
`,
    ],
    [
      'cut, and resumed with what was not acknowledged',
      `romeo sends: <message to='{juliet}' id='1'/>
juliet receives: <message id='1' more='{...}'/>
juliet is cut
juliet resumes
juliet sends: <message to='{romeo}' id='2'/>
romeo receives: <message id='2' from='{juliet}' to='{romeo}'/>
juliet disconnects
juliet connects
juliet receives nothing
`,
    ],
    [
      'the end with a reason, and what is forgotten',
      `juliet sends: <message to='{romeo}'/>
romeo forgets
romeo sends: <message to='end.test'/>
romeo receives: <stream:error><conflict xmlns='x'/></stream:error>
romeo is disconnected
`,
    ],
    [
      'a stranger, who is offered mechanisms',
      `actor eve is a stranger
eve connects
eve is offered: <mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>{any}</mechanism></mechanisms>
eve sends raw: <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>
eve receives: <failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>
eve receives nothing for 1 ms
`,
    ],
    [
      'acknowledgements by hand: a barrier counts for nothing',
      `actor nurse is nurse/house with acks by hand
nurse connects
nurse sends: <enable xmlns='urn:xmpp:sm:3'/>
nurse receives: <enabled xmlns='urn:xmpp:sm:3' more='{...}'/>
nurse sends: <message to='{romeo}'/>
romeo forgets
nurse receives nothing
nurse sends: <r xmlns='urn:xmpp:sm:3'/>
nurse receives: <a xmlns='urn:xmpp:sm:3' h='1'/>
`,
    ],
  ])('%s', (_name, text) => play(stage + text, transport));

  const hi = "romeo sends: <message to='{juliet}'><body>Hi</body><thread>t</thread></message>\n";
  const heard = (inner: string, attributes = "from='{romeo}' to='{juliet}'") =>
    `${hi}juliet receives: <message ${attributes}>${inner}</message>\n`;
  test.each([
    [
      'another value',
      heard('{...}', "from='{romeo}' to='{romeo}'"),
      /a\.txt:6 .*juliet: <message>: the attribute 'to' should be 'romeo@a\.test\/orchard', came 'juliet@a\.test\/balcony'[\s\S]*expected:[\s\S]*but came:\n<message/,
    ],
    [
      'an attribute that is missing',
      heard('{...}', "id='{any}' more='{...}'"),
      /the attribute 'id' is missing/,
    ],
    ['an attribute too many', heard('{...}', "from='{any}'"), /the attribute 'to' came and is not expected/],
    [
      'another text',
      heard('<body>Ho</body><thread>t</thread>', "more='{...}'"),
      /<message><body>: the text should be 'Ho', came 'Hi'/,
    ],
    [
      'a child that is missing',
      heard('<body>Hi</body><subject/>{...}', "more='{...}'"),
      /<message>: <subject> is missing/,
    ],
    [
      'a child too many',
      heard('<body>Hi</body>', "more='{...}'"),
      /<message>: <thread> came and is not expected/,
    ],
    [
      'another order',
      heard('<thread>t</thread><body>Hi</body>', "more='{...}'"),
      /expected <thread>, came <body>/,
    ],
    [
      'another name space',
      heard("<body xmlns='b'>Hi</body>{...}", "more='{...}'"),
      /their|<body>: expected the name space 'b', came 'jabber:client'|is missing/,
    ],
    ['another stanza', `${hi}juliet receives: <presence/>`, /expected <presence>, came <message>/],
    [
      'nothing was expected',
      `${hi}juliet receives nothing`,
      /a\.txt:6 .*expected nothing, but came:\n<message[\s\S]*<body>Hi</,
    ],
    [
      'nothing for a while was expected',
      `${hi}juliet receives nothing for 5000 ms`,
      /expected silence, but came:\n<message/,
    ],
    [
      'more than the transcript says',
      hi,
      /a\.txt, at the end .*juliet heard more than the transcript says:\n<message/,
    ],
    [
      'more than the transcript says before the end',
      `${hi}romeo forgets\njuliet disconnects`,
      /juliet heard more before the end/,
    ],
    [
      'nothing comes',
      'juliet receives: <message/>',
      /a\.txt:5 .*nothing came within 500 ms\nexpected:\n<message\/>/,
    ],
    ['nothing comes that is looked for', `${hi}juliet finds: <presence/>`, /did not come\n<message/],
    [
      'none of a group',
      `${hi}juliet receives in any order:\n  <presence/>\n  <iq/>`,
      /expected <presence>, came <message>\nand expected <iq>, came <message>/,
    ],
    [
      'the connection ends',
      "romeo sends: <message to='end.test'/>\nromeo receives:\n  <stream:error>{...}</stream:error>\n  <message/>",
      /a\.txt:8 .*has ended: the server ended the stream/,
    ],
    ['no end', 'romeo is disconnected', /the end did not come within 500 ms/],
    [
      'a feature that is missing',
      "romeo is offered: <sm xmlns='urn:xmpp:sm:3'/>",
      /<sm> is missing[\s\S]*but came:\n<features/,
    ],
    [
      'nobody is connected',
      'romeo disconnects\nromeo sends: <presence/>',
      /a\.txt:6 .*romeo is not connected/,
    ],
    ['connected already', 'romeo connects', /romeo is connected already/],
    ['nothing to resume', 'romeo is cut\nromeo resumes', /there is nothing to resume/],
    ['not known yet', "romeo sends: <message id='{never}'/>", /\{never\} is not known yet/],
    ['what cannot be sent', "romeo sends: <message id='{any}'/>", /\{any\} cannot be sent/],
    ['no such fixture', '- feed', /there is no fixture 'feed'/],
    ['no such door', 'actor eve is eve/x with direct tls', /eve needs a door for tls/],
    [
      'a stranger is not pinged',
      'actor eve is a stranger\neve connects\neve receives nothing',
      /has no session for a ping/,
    ],
  ])('fails: %s', async (_name, text, message) => {
    const isLate = /within|did not come/.test(message.source);
    await expect(play(stage + text, transport, isLate ? shortMs : undefined)).rejects.toThrow(message);
  });

  test('says what was heard last', async () => {
    const text = `${stage}${hi}juliet receives: <message id='none' more='{...}'/>`;
    await expect(play(text, transport)).rejects.toThrow(
      /what juliet said \(>\) and heard \(<\) last:\n {2}- connects\n {2}< <message/,
    );
  });
});

describe('a file that is no transcript', () => {
  test.each([
    ['romeo connects', /a\.txt:1: there is no actor 'romeo'/],
    ['actor romeo is romeo/x', /says what it shows/],
    ['# title\nactor romeo is romeo/x', /nothing happens/],
    ['# title\nactor romeo is romeo/x with wings', /a\.txt:2: 'wings' is none of the options: plain/],
    ['# title\nactor a is server a.test with carbons', /a\.txt:2: 'carbons' is none of the options: cert/],
    ['# title\nactor romeo is romeo/x with certificate', /a\.txt:2: 'certificate' is none of the options/],
    ['# title\nactor a is a/x\nactor a is b/x', /a\.txt:3: there are two actors 'a'/],
    ['# title\nactor a is a/x\na flies', /a\.txt:3: 'flies' is nothing that an actor does/],
    ['# title\nactor a is a/x\na sends:\nb', /stands behind the colon/],
    ['# title\nactor a is a/x\na sends: <message>', /an element that does not end/],
    ['# title\nactor a is a/x\na sends: hello', /text between elements.*'sends raw:'/],
    ['# title\nactor a is a/x\na sends: <a:b/>', /the prefix 'a'/],
  ])('%j', (text, message) => {
    expect(() => parseXmppTranscript(text, 'a.txt')).toThrow(message);
    expect(() => parseXmppTranscript(text, 'a.txt')).toThrow(XmppTranscriptError);
  });

  test('settings, transports and lines of pieces are read', () => {
    const text =
      "# title\nonly tcp\nset chat.limits: 5\nactor a is a/x\na sends:\n  <message\n    id='1'/>\n\n  <presence/>\n";
    const { only, settings, steps } = parseXmppTranscript(text, 'a.txt');
    expect([only, settings]).toEqual([['tcp'], { 'chat.limits': '5' }]);
    const pieces = [
      { text: "<message\n  id='1'/>", line: 6 },
      { text: '<presence/>', line: 9 },
    ];
    expect(steps.at(-1)).toEqual({ line: 5, kind: 'send', actor: 'a', pieces });
  });
});

describe('what matches', () => {
  const difference = (template: string, came: string) =>
    matchElement(parseElement(template, scope), parseElement(came, scope), new Map());
  test.each([
    ["<a b='1' c='2'/>", "<a c='2' b='1'></a>"],
    ["<a xmlns:p='x'><p:b/></a>", "<a><b xmlns='x'/></a>"],
    ['<a>\n  <b/>\n</a>', '<a><b/></a>'],
    ['<a>{any order}<b/><c/></a>', '<a><c/><b/></a>'],
    ["<a>{...}<b i='{any}'/><b i='2'/></a>", "<a><b i='1'/><x/><b i='2'/></a>"],
    ["<a>{any order}<b i='{any}'/><b i='1'/></a>", "<a><b i='1'/><b i='2'/></a>"],
    ['<a>{any}</a>', '<a/>'],
    ['<a>{...}</a>', '<a>text<b/></a>'],
    ["<a b='{maybe}'/>", '<a/>'],
  ])('%s and %s', (template, came) => expect(difference(template, came)).toBeNull());

  test.each([
    ['<a>{any order}<b/><c/></a>', '<a><c/><b/><b/></a>'],
    ['<a><b/></a>', '<a/>'],
    ['<a/>', '<a><b/></a>'],
    ['<a>x</a>', '<a>x </a>'],
    ['<a><b/><c/></a>', '<a><c/><b/></a>'],
    ["<a b='{any}'/>", '<a/>'],
    ["<a b='1{any}'/>", "<a b='21'/>"],
  ])('%s and not %s', (template, came) => expect(difference(template, came)).not.toBeNull());

  test('nothing is learnt from what does not match', () => {
    const learnt = new Map();
    matchElement(parseElement("<a b='{capture:x}'>no</a>", scope), parseElement("<a b='1'/>", scope), learnt);
    expect([...learnt]).toEqual([]);
  });

  test('what is shown can be read again', () => {
    const element = parseElement("<a b='&lt;'><c xmlns='d'>x &amp; y</c><e/></a>", scope);
    const text = showElement(element);
    expect(text).toBe("<a b='&lt;'>\n  <c xmlns='d'>x &amp; y</c>\n  <e/>\n</a>");
    expect(difference(text, text)).toBeNull();
  });
});

describe('an actor', () => {
  const login = { username: 'romeo', password: 'pw-romeo', resource: 'r' };
  const door = () =>
    ({ transport: 'tcp', port: world().ports.tcp ?? 0, domain: 'a.test', patienceMs: shortMs }) as const;

  test('asks, receives by a question or a template, and finds', async () => {
    const actor = await loginXmpp({ ...door(), ...login });
    expect(await actor.ask('get', "<query xmlns='q'/>")).toMatchObject({ name: 'iq' });
    await actor.send("<message to='romeo@a.test/r' id='1'/>");
    await actor.send("<message to='romeo@a.test/r' id='2'/>");
    expect((await actor.find(({ attributes }) => attributes.id === '2')).name).toBe('message');
    await actor.receive("<message id='{capture:id}' more='{...}'/>");
    expect(actor.captures.get('id')).toBe('1');
    await actor.receivesNothing();
    await actor.disconnect();
  });

  test.each([
    ['who is refused', { ...login, password: 'x' }, /expected <success\/> of SASL, came\n<failure/],
    [
      'a mechanism that is not offered',
      { ...login, mechanism: 'SCRAM-SHA-1' as const },
      /no SCRAM-SHA-1 among the mechanisms: PLAIN/,
    ],
  ])('is told: %s', async (_name, wrong, message) => {
    await expect(loginXmpp({ ...door(), ...wrong })).rejects.toThrow(message);
  });

  test('who needs STARTTLS does not go on without', async () => {
    const actor = new XmppActor({ ...door(), startTls: true });
    await expect(actor.open()).rejects.toThrow(/offers no STARTTLS/);
    actor.cut();
  });

  test('a server that says nothing does not hold a test', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const actor = new XmppActor({ ...door(), port: (silent.address() as AddressInfo).port });
    await expect(actor.open()).rejects.toThrow(/nothing came within 500 ms/);
    actor.cut();
    silent.close();
  });
});

describe('a folder of transcripts', () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'one.txt'), `${stage}set chat.x: y\nonly tcp\nromeo receives nothing\n`);
  writeFileSync(join(folder, 'two.txt'), `${stage}romeo receives nothing\n`);
  writeFileSync(join(folder, 'notes.md'), 'no transcript');
  afterAll(() => removeFolder(folder));
  const opened: string[] = [];
  xmppTranscripts(folder, {
    open: async ({ settings, transport }) => {
      opened.push(`${JSON.stringify(settings)} ${transport}`);
      return world();
    },
  });
  test('each is a test on each transport, in a world of its own', () =>
    expect(opened).toEqual(['{"chat.x":"y"} tcp', '{} tcp', '{} websocket']));
});

test('clients of a world with an authority use TLS, from the beginning or with STARTTLS', async () => {
  const chat = await openTestChat();
  const secured: XmppWorld = {
    domain: chat.domain,
    ports: { tcp: chat.ports.tls, tls: chat.ports.direct },
    authority: chat.authority,
    async addMember(local) {
      await chat.addMember(local);
      return chatPassword;
    },
    close: () => chat.close(),
  };
  const text = `# TLS
actor romeo is romeo/orchard with scram-sha-1
actor juliet is juliet/balcony with direct tls, scram-sha-256
actor nobody is a stranger
romeo connects
juliet connects
nobody connects
nobody is offered: <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>{...}</starttls>
nobody starts TLS
nobody is offered: <mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{...}</mechanisms>
romeo sends: <message to='{juliet}' type='chat'><body>Hi</body></message>
juliet receives: <message from='{romeo}' more='{...}'><body>Hi</body>{...}</message>
`;
  try {
    await runXmppTranscript(parseXmppTranscript(text, 'a.txt'), 'a.txt', secured, 'tcp');
  } finally {
    await secured.close();
  }
});
