import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../base/index.ts';
import {
  chatPassword,
  memoryResolver,
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
  const trusted = async (certificate = ['evil.test']) => {
    const actor = await comes({ certificate });
    await actor.sendRaw("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
    await actor.receive("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    await actor.restart();
    await actor.receive(({ name }) => name === 'features');
    return actor;
  };
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

  test('XEP-0288: what goes back by its stream comes once it knows that it may', async () => {
    await open();
    const bea = new XmppActor({ transport: 'tcp', port: b.ports.plain, domain: 'b.test' });
    cleanings.push(() => bea.cut());
    await bea.login({ username: 'bea', password: chatPassword });
    const actor = await comes({ certificate: ['evil.test'] });
    await actor.sendRaw("<bidi xmlns='urn:xmpp:bidi'/>");
    await actor.sendRaw("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
    await actor.receive("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    await actor.restart();
    await actor.receive(({ name }) => name === 'features');
    await bea.send("<message to='ana@evil.test' type='chat'><body>hi</body></message>");
    const { ns, attributes } = await actor.receive(({ name }) => name === 'message');
    expect([ns, attributes.to]).toEqual(['jabber:server', 'ana@evil.test']);
  });
});
