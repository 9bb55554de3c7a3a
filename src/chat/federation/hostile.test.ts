import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../base/index.ts';
import {
  chatPassword,
  memoryResolver,
  openFakeServer,
  openTestChat,
  type TestAuthority,
  type TestChat,
  testAuthority,
  XmppActor,
} from '../../testing/index.ts';
import { defaultFederationLimits, type FederationLimits } from '../index.ts';
import type { ChatLimits } from '../limits.ts';
import { Settling } from '../routing/settling.ts';

const cleanings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean();
});

const most = { unknownElementsMax: 6, domainsPerStreamMax: 1 };
const more = "xmlns:db='jabber:server:dialback'";
const streams = 'urn:ietf:params:xml:ns:xmpp-streams';

describe('a server that cannot be believed', () => {
  let authority: TestAuthority;
  let b: TestChat;
  let resolver: ReturnType<typeof memoryResolver>;
  const open = async (options: Partial<FederationLimits> = {}, limits: Partial<ChatLimits> = {}) => {
    b = await openTestChat({
      domain: 'b.test',
      limits,
      federation: { resolver, authority, most: { ...most, ...options } },
    });
    cleanings.push(() => b.close());
    await b.addMember('bea');
  };
  beforeEach(() => {
    authority = testAuthority({ nowMs: systemClock.nowMs() });
    resolver = memoryResolver({});
  });

  interface Coming {
    readonly from?: string;
    readonly to?: string;
    readonly certificate?: readonly string[];
    readonly tls?: boolean;
  }

  /** A stream with its features read; encrypted unless said otherwise. */
  async function comes({ from = 'evil.test', to = 'b.test', certificate, tls = true }: Coming = {}) {
    const issued = certificate && authority.issue(certificate);
    const own = issued ? { cert: issued.chain, key: issued.key } : {};
    const actor = new XmppActor({
      ...{ transport: 'tcp', port: b.serverPort, domain: to, tls: { rejectUnauthorized: false, ...own } },
      head: { ns: 'jabber:server', more, ...(from === '' ? {} : { from }) },
    });
    cleanings.push(() => actor.cut());
    await actor.connect();
    await actor.restart();
    if (!tls) return actor;
    await actor.receive(
      "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>",
    );
    await actor.startTls();
    await actor.receive(({ name }) => name === 'features');
    return actor;
  }
  const trusted = async (certificate = ['evil.test'], before = '') => {
    const actor = await comes({ certificate });
    if (before !== '') await actor.sendRaw(before);
    await actor.sendRaw("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
    await actor.receive("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    await actor.restart();
    await actor.receive(({ name }) => name === 'features');
    return actor;
  };
  /** Hears by the same stream what is said to it (XEP-0288). */
  const bidirectional = () => trusted(['evil.test'], "<bidi xmlns='urn:xmpp:bidi'/>");
  const error = (condition: string) => `<stream:error><${condition} xmlns='${streams}'/>{...}</stream:error>`;
  const hi = (from: string, to = 'bea@b.test') =>
    `<message from='${from}' to='${to}' type='chat'><body>hi</body></message>`;

  test.each([
    ['says nothing of who it is', { from: '' }, hi('ana@evil.test'), 'not-authorized'],
    ['speaks before it has shown who it is', {}, hi('ana@evil.test'), 'not-authorized'],
    ['speaks in clear', { tls: false }, hi('ana@evil.test'), 'policy-violation'],
    ['says something else', {}, '<hello xmlns="urn:x"/>', 'not-authorized'],
    ['sends a document type', {}, '<!DOCTYPE x>', 'restricted-xml'],
    ['says that it is us', {}, "<db:result from='b.test' to='b.test'>x</db:result>", 'invalid-from'],
    [
      'asks for a key that is not ours',
      {},
      "<db:verify from='b.test' to='c.test' id='1'>x</db:verify>",
      'improper-addressing',
    ],
  ])('it %s', async (_, how: Coming, says, condition) => {
    await open();
    const actor = await comes(how);
    if (how.tls === false) await actor.receive(({ name }) => name === 'features');
    await actor.sendRaw(says);
    await actor.receive(error(condition));
    expect(await actor.ended()).toBe('ended');
  });

  test.each([
    ['us', { from: 'b.test' }, 'invalid-from'],
    ['a person', { from: 'ana@evil.test' }, 'improper-addressing'],
  ])('it is from %s', async (_, how, condition) => {
    await open();
    const actor = await comes({ ...how, tls: false });
    await actor.receive(error(condition));
  });

  test('it looks for somebody else', async () => {
    await open();
    const actor = await comes({ to: 'c.test', tls: false });
    await actor.receive(error('host-unknown'));
  });

  test.each([
    ['another domain', hi('ana@good.test'), 'invalid-from'],
    ['a domain below its own', hi('ana@below.evil.test'), 'invalid-from'],
    ['us', hi('bea@b.test'), 'invalid-from'],
    ['nobody', "<message to='bea@b.test'><body>hi</body></message>", 'improper-addressing'],
    ['an address that is none', hi('@evil.test'), 'improper-addressing'],
    ['itself, for nobody', "<message from='ana@evil.test'><body>hi</body></message>", 'improper-addressing'],
    ['itself, for others', hi('ana@evil.test', 'ana@c.test'), 'host-unknown'],
  ])('known as evil.test, it speaks for %s', async (_, says, condition) => {
    await open();
    const actor = await trusted();
    await actor.sendRaw(says);
    await actor.receive(error(condition));
  });

  test('its certificate is of another domain: it may not use it', async () => {
    await open();
    const actor = await comes({ certificate: ['good.test'] });
    await actor.sendRaw("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
    await actor.receive("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>");
  });

  test('it wants to be another one than its certificate says', async () => {
    await open();
    const actor = await comes({ certificate: ['evil.test', 'good.test'] });
    const good = Buffer.from('good.test').toString('base64');
    await actor.sendRaw(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>${good}</auth>`);
    await actor.receive("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><invalid-authzid/></failure>");
  });

  test('XEP-0220: the server whose name it uses knows nothing of its key', async () => {
    await open();
    const good = await openTestChat({ domain: 'good.test', federation: { resolver } });
    cleanings.push(() => good.close());
    resolver.set('_xmpp-server._tcp.good.test', {
      srv: [{ priority: 1, weight: 1, port: good.serverPort, target: 'good.test' }],
    });
    resolver.set('good.test', { a: ['127.0.0.1'] });
    const actor = await comes({ from: 'good.test' });
    await actor.sendRaw("<db:result from='good.test' to='b.test'>a-key-that-it-made-up</db:result>");
    await actor.receive(
      "<db:result xmlns:db='jabber:server:dialback' from='b.test' to='good.test' type='invalid'/>",
    );
    expect(await actor.ended()).toBe('ended');
  });

  test('XEP-0220: the server whose name it uses is nowhere, or not to be gone to', async () => {
    await open();
    resolver.set('inner.test', { a: ['192.168.1.1'] });
    for (const [from, condition] of [
      ['nowhere.test', 'remote-server-not-found'],
      ['inner.test', 'remote-server-not-found'],
    ]) {
      const actor = await comes({ from: from ?? '' });
      await actor.sendRaw(`<db:result from='${from}' to='b.test'>key</db:result>`);
      await actor.receive(
        `<db:result xmlns:db='jabber:server:dialback' from='b.test' to='${from}' type='error'>
          <error xmlns='jabber:server' type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>
        </db:result>`,
      );
      actor.cut();
    }
  });

  test('unknownElementsMax: it talks and talks', async () => {
    await open();
    const actor = await comes();
    const ask = "<db:verify from='evil.test' to='b.test' id='1'>key</db:verify>";
    await actor.sendRaw(ask.repeat(most.unknownElementsMax));
    for (let n = 1; n < most.unknownElementsMax; n++)
      await actor.receive(({ attributes }) => attributes.type === 'invalid');
    await actor.receive(error('policy-violation'));
  });

  test('unknownBytesMax, serverStanzaBytesMax: an element that is too long', async () => {
    const serverStanzaBytesMax = 30_000;
    await open({ serverStanzaBytesMax });
    const long = (bytes: number) => hi(`ana@evil.test/${'x'.repeat(1_000)}`).replace('hi', 'x'.repeat(bytes));
    const unknown = await comes();
    await unknown.sendRaw(long(defaultFederationLimits.unknownBytesMax));
    await unknown.receive(error('policy-violation'));
    const known = await trusted();
    await known.sendRaw(long(serverStanzaBytesMax));
    await known.receive(error('policy-violation'));
  });

  test('domainsPerStreamMax: it brings others along', async () => {
    await open();
    const actor = await trusted(['evil.test', 'more.evil.test']);
    await actor.sendRaw("<db:result from='more.evil.test' to='b.test'>key</db:result>");
    await actor.receive(
      `<db:result xmlns:db='jabber:server:dialback' from='b.test' to='more.evil.test' type='error'>
        <error xmlns='jabber:server' type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>
      </db:result>`,
    );
  });

  test('unknownPerAddressMax, streamsPerDomainMax: it comes again and again', async () => {
    await open({ unknownPerAddressMax: 1, streamsPerDomainMax: 1 });
    const one = await trusted();
    const two = await trusted();
    await one.receive(error('resource-constraint'));
    await comes({ tls: false });
    const more = await comes({ tls: false });
    await more.receive(error('resource-constraint'));
    await two.sendRaw("<r xmlns='urn:xmpp:sm:3'/>");
    await two.receive(({ name }) => name === 'failed');
    const { body } = await b.metrics.render();
    expect(body).toContain('myco_xmpp_server_refused_total{direction="in",reason="resource-constraint"} 1');
    const oneIsOpen = 'myco_xmpp_server_streams{direction="in",trust="certificate"} 1';
    await expect.poll(async () => (await b.metrics.render()).body, { timeout: 20_000 }).toContain(oneIsOpen);
  });

  test('verifyingPerAddressMax: it has keys asked for', async () => {
    await open({ verifyingPerAddressMax: 0 });
    const actor = await comes();
    await actor.sendRaw("<db:result from='evil.test' to='b.test'>key</db:result>");
    const answer = await actor.receive(
      ({ name, attributes }) => name === 'result' && attributes.type === 'error',
    );
    expect(JSON.stringify(answer.children)).toContain('resource-constraint');
  });

  test('silentMsMax: it is known, and not even white space comes', async () => {
    await open({ silentMsMax: 1 });
    const actor = await comes({ certificate: ['evil.test'] });
    await actor.sendRaw("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
    await actor.ended();
  });

  test('unknownMsMax: it says nothing', async () => {
    await open({ unknownMsMax: 1 });
    const actor = await comes({ tls: false });
    await actor.ended();
  });

  test('XEP-0198: it acknowledges what was never sent, and resumes what is not its own', async () => {
    await open();
    const one = await trusted();
    await one.sendRaw("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    const { attributes } = await one.receive(
      "<enabled xmlns='urn:xmpp:sm:3' id='{any}' resume='true' max='300'/>",
    );
    const resume = `<resume xmlns='urn:xmpp:sm:3' previd='${attributes.id}' h='0'/>`;
    const other = await comes({ from: 'other.test', certificate: ['other.test'] });
    await other.sendRaw("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
    await other.receive(({ name }) => name === 'success');
    await other.restart();
    await other.receive(({ name }) => name === 'features');
    await other.sendRaw(resume);
    await other.receive(({ name }) => name === 'failed');
    one.cut();
    const again = await trusted();
    await again.sendRaw(resume);
    await again.receive(`<resumed xmlns='urn:xmpp:sm:3' previd='${attributes.id}' h='0'/>`);
  });

  test('XEP-0198: it resumes by a stream that is from another one than it has shown to be', async () => {
    await open();
    const one = await trusted();
    await one.sendRaw("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    const { attributes } = await one.receive(({ name }) => name === 'enabled');
    const other = await comes({ from: 'evil.test', certificate: ['other.test'] });
    await other.sendRaw("<db:result from='other.test' to='b.test'>key</db:result>");
    await other.receive(({ name, attributes: { type } }) => name === 'result' && type === 'valid');
    await other.sendRaw(`<resume xmlns='urn:xmpp:sm:3' previd='${attributes.id}' h='0'/>`);
    await other.receive(({ name }) => name === 'failed');
    await other.sendRaw("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    await other.receive("<enabled xmlns='urn:xmpp:sm:3'/>");
  });

  test('XEP-0198: what waits to be taken when the session goes on elsewhere is taken there alone', async () => {
    await open({}, { unsettledMax: 1 });
    const bea = new XmppActor({ transport: 'tcp', port: b.ports.plain, domain: 'b.test' });
    cleanings.push(() => bea.cut());
    await bea.login({ username: 'bea', password: chatPassword });
    await bea.send('<presence/>');
    await bea.forget();
    const { archive } = b.server.chat.store;
    const append = archive.append.bind(archive);
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const appending = vi.spyOn(archive, 'append').mockImplementationOnce(async (rows) => {
      await held;
      return append(rows);
    });
    const one = await trusted();
    await one.sendRaw("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    const { attributes } = await one.receive(({ name }) => name === 'enabled');
    const said = (text: string) => hi('ana@evil.test').replace('>hi<', `>${text}<`);
    const settled = vi.spyOn(Settling.prototype, 'room');
    cleanings.push(() => settled.mockRestore());
    await one.sendRaw(said('first') + said('second'));
    await expect.poll(() => [appending.mock.calls.length, settled.mock.calls.length]).toEqual([1, 2]);
    const again = await trusted();
    await again.sendRaw(`<resume xmlns='urn:xmpp:sm:3' previd='${attributes.id}' h='0'/>`);
    await one.ended();
    go();
    await again.receive(`<resumed xmlns='urn:xmpp:sm:3' previd='${attributes.id}' h='1'/>`);
    await again.sendRaw(said('second') + said('third'));
    for (const text of ['first', 'second', 'third'])
      expect(JSON.stringify((await bea.receive()).children)).toContain(text);
    await bea.receivesNothing();
  });

  test.each([
    ['to the server', 'b.test', '', 'an iq has no type'],
    ['to an account', 'bea@b.test', "type='ask'", "an iq has no type 'ask'"],
  ])('RFC 6120 §8.2.3: an iq of no type that there is, %s, is refused', async (_, to, type, text) => {
    await open();
    const actor = await bidirectional();
    await actor.sendRaw(
      `<iq ${type} id='odd' from='ana@evil.test/x' to='${to}'><ping xmlns='urn:xmpp:ping'/></iq>` +
        `<iq type='get' id='ping' from='ana@evil.test/x' to='b.test'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
    const refused = await actor.receive(({ name }) => name === 'iq');
    expect(refused.attributes).toMatchObject({ id: 'odd', type: 'error' });
    expect(JSON.stringify(refused.children)).toContain(text);
    await actor.find(({ attributes }) => attributes.id === 'ping');
  });

  test('XEP-0288: what goes back by its stream comes once it knows that it may', async () => {
    await open();
    const bea = new XmppActor({ transport: 'tcp', port: b.ports.plain, domain: 'b.test' });
    cleanings.push(() => bea.cut());
    await bea.login({ username: 'bea', password: chatPassword });
    const actor = await bidirectional();
    await bea.send("<message to='ana@evil.test' type='chat'><body>hi</body></message>");
    const { ns, attributes } = await actor.receive(({ name }) => name === 'message');
    expect([ns, attributes.to]).toEqual(['jabber:server', 'ana@evil.test']);
  });

  test('what it says behind <starttls/> in clear is heard by nobody (THREATS 2)', async () => {
    await open();
    const actor = await comes({ certificate: ['evil.test'], tls: false });
    await actor.receive(({ name }) => name === 'features');
    const clear = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>";
    await actor.sendRaw(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>${clear}`);
    await actor.receive(({ name }) => name === 'proceed');
    await actor.wire.startTls();
    await actor.restart();
    await actor.receive(({ name }) => name === 'features');
    await actor.sendRaw(hi('ana@evil.test'));
    await actor.receive(error('not-authorized'));
  });

  test('RFC 7622: however it writes the names, they are the same', async () => {
    await open();
    const bea = await beaAt();
    const actor = await comes({
      ...{ from: 'XN--Mnchen-3ya.Test', to: 'B.Test' },
      certificate: ['xn--mnchen-3ya.test'],
    });
    const name = Buffer.from('M\u00fcnchen.test').toString('base64');
    await actor.sendRaw(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>${name}</auth>`);
    await actor.receive(({ name }) => name === 'success');
    await actor.restart();
    await actor.receive(({ name }) => name === 'features');
    await actor.sendRaw(hi('ana@m\u00fcnchen.TEST', 'Bea@B.test'));
    const came = await bea.receive(({ name }) => name === 'message');
    expect(came.attributes.from).toBe('ana@m\u00fcnchen.test');
  });

  test('RFC 6121 §8.5.1: it does not learn who is here', async () => {
    await open();
    const actor = await bidirectional();
    const asked = [
      ...[
        "<ping xmlns='urn:xmpp:ping'/>",
        "<query xmlns='jabber:iq:version'/>",
        "<time xmlns='urn:xmpp:time'/>",
      ],
      ...[
        "<query xmlns='jabber:iq:last'/>",
        "<vCard xmlns='vcard-temp'/>",
        "<query xmlns='jabber:iq:roster'/>",
      ],
      ...["<query xmlns='http://jabber.org/protocol/disco#info'/>", "<query xmlns='jabber:iq:register'/>"],
      ...["<query xmlns='http://jabber.org/protocol/disco#items'/>", "<query xmlns='urn:xmpp:mam:2'/>"],
      "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:avatar:metadata'/></pubsub>",
      "<pubsub xmlns='http://jabber.org/protocol/pubsub'><subscriptions/></pubsub>",
      "<blocklist xmlns='urn:xmpp:blocking'/>",
      "<x xmlns='urn:nothing'/>",
    ];
    const learn = async (who: string) => {
      const heard: string[] = [];
      for (const [n, payload] of asked.entries())
        for (const type of ['get', 'set'])
          for (const to of [`${who}@b.test`, `${who}@b.test/x`]) {
            await actor.sendRaw(
              `<iq type='${type}' id='q${n}' from='ana@evil.test/x' to='${to}'>${payload}</iq>`,
            );
            const { attributes, children } = await actor.receive(({ name }) => name === 'iq');
            heard.push(`${payload} ${type} ${attributes.type} ${JSON.stringify(children)}`);
          }
      for (const type of ['subscribe', 'subscribed', 'probe', 'unsubscribe', 'unsubscribed', 'unavailable'])
        await actor.sendRaw(`<presence type='${type}' from='ana@evil.test' to='${who}@b.test'/>`);
      await actor.sendRaw(`<message type='error' from='ana@evil.test/x' to='${who}@b.test'/>`);
      await actor.sendRaw(
        `<message type='headline' from='ana@evil.test/x' to='${who}@b.test'><body>x</body></message>`,
      );
      await actor.sendRaw(
        "<iq type='get' id='last' from='ana@evil.test/x' to='b.test'><ping xmlns='urn:xmpp:ping'/></iq>",
      );
      for (;;) {
        const { name, attributes } = await actor.receive(({ name }) => name !== 'features');
        if (attributes.id === 'last') return heard;
        heard.push(`${name} ${attributes.type}`);
      }
    };
    expect(await learn('bea')).toEqual(await learn('nobody'));
  });

  /** Our bea, who hears what comes. */
  async function beaAt() {
    const bea = new XmppActor({
      transport: 'tcp',
      port: b.ports.plain,
      domain: 'b.test',
      patienceMs: 20_000,
    });
    cleanings.push(() => bea.cut());
    await bea.login({ username: 'bea', password: chatPassword });
    await bea.send('<presence/>');
    await bea.forget();
    return bea;
  }

  describe('that we go to', () => {
    const dialback = "<dialback xmlns='urn:xmpp:features:dialback'/>";
    const bidi = "<bidi xmlns='urn:xmpp:features:bidi'/>";
    const heard: { readonly name: string; readonly text: string }[] = [];
    beforeEach(() => void heard.splice(0));

    /** evil.test, which believes us and then says something. */
    async function evil(
      options: { features?: string; afterProceed?: string; says?: string; verify?: string } = {},
    ) {
      const { says = '', verify = '', ...more } = options;
      const issued = authority.issue(['evil.test']);
      const there = await openFakeServer({
        ...{
          domain: 'evil.test',
          certificate: { cert: issued.chain, key: issued.key },
          features: dialback,
          ...more,
        },
        answer: (element) => {
          heard.push({ name: element.name, text: JSON.stringify(element) });
          if (element.name === 'verify') return verify;
          if (element.name !== 'result') return null;
          return `<db:result from='EVIL.test' to='B.test' type='valid'/>${says}`;
        },
      });
      cleanings.push(() => there.close());
      const srv = [{ priority: 1, weight: 1, port: there.port, target: 'evil.test' }];
      resolver.set('_xmpp-server._tcp.evil.test', { srv });
      resolver.set('evil.test', { a: ['127.0.0.1'] });
    }
    const said = (name: string) => heard.filter((one) => one.name === name).map(({ text }) => text);

    test.each([
      ['without XEP-0288 it says nothing', dialback, hi('ana@evil.test'), 'not-authorized'],
      ['with XEP-0288 it speaks for nobody else', dialback + bidi, hi('ana@good.test'), 'invalid-from'],
      ['nor for us', dialback + bidi, hi('bea@b.test'), 'invalid-from'],
      ['nor to others', dialback + bidi, hi('ana@evil.test', 'x@c.test'), 'host-unknown'],
    ])('%s', async (_, features, says, condition) => {
      await open();
      const bea = await beaAt();
      await evil({ features, says });
      await bea.send("<message to='ana@evil.test' type='headline'><body>hi</body></message>");
      await expect.poll(() => said('error').join(), { timeout: 20_000 }).toContain(condition);
      await bea.receivesNothing();
    });

    test('what stands behind its <proceed/> in clear is heard by nobody (THREATS 2)', async () => {
      await open();
      const bea = await beaAt();
      const mechanism =
        "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>";
      await evil({
        afterProceed: `<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' from='evil.test' id='1' version='1.0'><stream:features>${mechanism}</stream:features>`,
      });
      await bea.send("<message to='ana@evil.test' type='headline'><body>hi</body></message>");
      await expect.poll(() => said('message').length, { timeout: 20_000 }).toBe(1);
      expect(said('auth')).toEqual([]);
    });

    test('unknownBytesMax: what it offers is too much', async () => {
      await open();
      const bea = await beaAt();
      await evil({ features: `<x xmlns='urn:x'>${'x'.repeat(defaultFederationLimits.unknownBytesMax)}</x>` });
      await bea.send("<message to='ana@evil.test' type='chat' id='m'><body>hi</body></message>");
      await expect.poll(() => b.logged.join(''), { timeout: 20_000 }).toContain('"reason":"stream"');
    });

    test('connectMsMax: it answers nothing', async () => {
      await open({ connectMsMax: 1_500 });
      const bea = await beaAt();
      await evil({ features: '' });
      resolver.set('evil.test', { a: ['127.0.0.1'] });
      const silent = await openFakeServer({
        domain: 'evil.test',
        certificate: { cert: '', key: '' },
        answer: () => null,
      });
      cleanings.push(() => silent.close());
      const srv = [{ priority: 1, weight: 1, port: silent.port, target: 'evil.test' }];
      resolver.set('_xmpp-server._tcp.evil.test', { srv });
      await bea.send("<iq to='ana@evil.test' type='get' id='q'><ping xmlns='urn:xmpp:ping'/></iq>");
      await bea.receive(({ attributes }) => attributes.id === 'q' && attributes.type === 'error');
    });

    test('unknownElementsMax: asked for a key, it says everything else', async () => {
      await open();
      await evil({ verify: "<db:verify from='evil.test' to='b.test' id='other' type='valid'/>".repeat(20) });
      const actor = await comes();
      await actor.sendRaw("<db:result from='evil.test' to='b.test'>key</db:result>");
      await actor.receive(({ name, attributes }) => name === 'result' && attributes.type === 'error');
    });
  });
});
