import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../base/index.ts';
import { type Element, elementsOf } from '../../formats/stanza/index.ts';
import {
  chatPassword,
  type MemoryResolver,
  memoryResolver,
  openTestChat,
  type TestAuthority,
  type TestChat,
  testAuthority,
  XmppActor,
} from '../../testing/index.ts';

const cleanings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean();
});

const most = { retryMsMin: 100, retryMsMax: 200, lookMs: 50, expiryLookMs: 100 };
const room = 'r@rooms.a.test';
const muc = 'http://jabber.org/protocol/muc';

async function serverOf(domain: string, resolver: MemoryResolver, authority: TestAuthority) {
  const federation = { resolver, authority, most, settings: { trust: 'certificates' as const } };
  const chat = await openTestChat({ domain, federation });
  cleanings.push(() => chat.close());
  for (const host of [domain, `rooms.${domain}`]) {
    const srv = [{ priority: 1, weight: 0, port: chat.serverPort, target: `host.${domain}` }];
    resolver.set(`_xmpp-server._tcp.${host}`, { srv });
  }
  resolver.set(`host.${domain}`, { a: ['127.0.0.1'] });
  return chat;
}

async function client(chat: TestChat, local: string): Promise<XmppActor> {
  await chat.addMember(local);
  const actor = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
  await actor.login({ username: local, password: chatPassword, resource: 'x' });
  cleanings.push(() => actor.cut());
  return actor;
}

const join = (nick: string, more = '') =>
  `<presence to='${room}/${nick}'><x xmlns='${muc}'>${more}</x></presence>`;
const config = (fields = '') =>
  `<query xmlns='${muc}#owner'><x xmlns='jabber:x:data' type='submit'>${fields}</x></query>`;
const field = (name: string, value: string) =>
  `<field var='muc#roomconfig_${name}'><value>${value}</value></field>`;
const affiliate = (jid: string, affiliation: string) =>
  `<query xmlns='${muc}#admin'><item jid='${jid}' affiliation='${affiliation}'/></query>`;
const say = (id: string) => `<message to='${room}' type='groupchat' id='${id}'><body>${id}</body></message>`;

const presenceOf =
  (nick: string, type?: string) =>
  ({ name, attributes }: Element) =>
    name === 'presence' && attributes.from === `${room}/${nick}` && attributes.type === type;
const saidAs =
  (nick: string, id: string) =>
  ({ name, attributes }: Element) =>
    name === 'message' && attributes.from === `${room}/${nick}` && attributes.id === id;
const subject = ({ children }: Element) =>
  children.some((child) => typeof child !== 'string' && child.name === 'subject');

/** The codes of what a room says of an occupant, and how it stands to the room. */
function standing(presence: Element) {
  const all = [...elementsOf(presence)]
    .filter(({ ns }) => ns === `${muc}#user`)
    .flatMap((x) => [...elementsOf(x)]);
  const item = all.find(({ name }) => name === 'item')?.attributes ?? {};
  const codes = all.filter(({ name }) => name === 'status').map(({ attributes }) => attributes.code);
  return { ...item, codes };
}

const conditionOf = ({ children }: Element): string => {
  const error = children.find((child) => typeof child !== 'string' && child.name === 'error');
  const [condition] = typeof error === 'object' ? error.children : [];
  return typeof condition === 'object' ? condition.name : '';
};
const isError = ({ attributes }: Element) => attributes.type === 'error';

describe('a room, and somebody of another server', () => {
  let a: TestChat;
  let b: TestChat;
  let ana: XmppActor;
  let bea: XmppActor;
  beforeEach(async () => {
    const [resolver, authority] = [memoryResolver({}), testAuthority({ nowMs: systemClock.nowMs() })];
    a = await serverOf('a.test', resolver, authority);
    b = await serverOf('b.test', resolver, authority);
    ana = await client(a, 'ana');
    bea = await client(b, 'bea');
    await ana.send(join('ana'));
    await ana.find(subject);
    await ana.ask('set', config(), room);
  });

  /** Bea is in the room, and has been told all that who enters is told. */
  async function entered(): Promise<Element> {
    await bea.send(join('bea'));
    const own = await bea.find(presenceOf('bea'));
    await bea.find(subject);
    await ana.find(presenceOf('bea'));
    return own;
  }

  test('finds it, enters it, is told who is there, and both hear each other in one order', async () => {
    const items = `<query xmlns='http://jabber.org/protocol/disco#items'/>`;
    expect(JSON.stringify(await bea.ask('get', items, 'rooms.a.test'))).toContain(room);
    await ana.send(say('before'));
    await ana.find(saidAs('ana', 'before'));
    await bea.send(join('bea'));
    expect(standing(await bea.receive())).toEqual({ affiliation: 'owner', role: 'moderator', codes: [] });
    const jid = 'bea@b.test/x';
    const own = { affiliation: 'none', role: 'participant', jid, codes: ['110', '170'] };
    expect(standing(await bea.receive())).toEqual(own);
    expect(saidAs('ana', 'before')(await bea.receive())).toBe(true);
    expect(subject(await bea.receive())).toBe(true);
    expect(standing(await ana.find(presenceOf('bea')))).toEqual({ ...own, codes: [] });
    for (let n = 0; n < 20; n++) {
      await bea.send(say(`b${n}`));
      await ana.send(say(`a${n}`));
    }
    const order = async (actor: XmppActor) => {
      const heard: (string | undefined)[] = [];
      while (heard.length < 40)
        heard.push((await actor.find(({ name }) => name === 'message')).attributes.id);
      return heard;
    };
    expect(await order(ana)).toEqual(await order(bea));
  });

  test('makes none, and is not let into one that is being made', async () => {
    await bea.send(`<presence to='new@rooms.a.test/bea'><x xmlns='${muc}'/></presence>`);
    expect(conditionOf(await bea.find(isError))).toBe('not-allowed');
    await ana.send(`<presence to='new@rooms.a.test/ana'><x xmlns='${muc}'/></presence>`);
    await ana.find(subject);
    await bea.send(`<presence to='new@rooms.a.test/bea'><x xmlns='${muc}'/></presence>`);
    expect(conditionOf(await bea.find(isError))).toBe('item-not-found');
  });

  test('is invited, is a member, and goes when it is none any more', async () => {
    await ana.ask('set', config(field('membersonly', '1')), room);
    await bea.send(join('bea'));
    expect(conditionOf(await bea.find(isError))).toBe('registration-required');
    await bea.send('<presence/>');
    await ana.send(
      `<message to='${room}'><x xmlns='${muc}#user'><invite to='bea@b.test'><reason>Do come</reason></invite></x></message>`,
    );
    const invited = await bea.find(({ name, attributes }) => name === 'message' && attributes.from === room);
    expect(JSON.stringify(invited)).toMatch(/Do come/);
    expect(standing(await entered())).toMatchObject({ affiliation: 'member', role: 'participant' });
    await ana.ask('set', affiliate('bea@b.test', 'none'), room);
    const out = standing(await bea.find(presenceOf('bea', 'unavailable')));
    expect(out).toMatchObject({ affiliation: 'none', role: 'none', codes: ['321', '110'] });
  });

  test('is kicked, is banned with its whole server, and does not come back', async () => {
    await entered();
    await ana.ask('set', `<query xmlns='${muc}#admin'><item nick='bea' role='none'/></query>`, room);
    expect(standing(await bea.find(presenceOf('bea', 'unavailable'))).codes).toEqual(['307', '110']);
    await entered();
    await ana.ask('set', affiliate('b.test', 'outcast'), room);
    expect(standing(await bea.find(presenceOf('bea', 'unavailable'))).codes).toEqual(['301', '110']);
    await bea.send(join('bea'));
    expect(conditionOf(await bea.find(isError))).toBe('forbidden');
  });

  test('whispers, asks an occupant, and asks whether it is still there', async () => {
    await entered();
    await bea.send(
      `<message to='${room}/ana' type='chat' id='w1'><body>psst</body><x xmlns='${muc}#user'/></message>`,
    );
    await ana.find(saidAs('bea', 'w1'));
    await ana.send(
      `<message to='${room}/bea' type='chat' id='w2'><body>yes</body><x xmlns='${muc}#user'/></message>`,
    );
    await bea.find(saidAs('ana', 'w2'));
    const version = `<query xmlns='jabber:iq:version'/>`;
    await bea.send(`<iq to='${room}/ana' type='get' id='v'>${version}</iq>`);
    const asked = await ana.find(
      ({ name, attributes }) => name === 'iq' && attributes.from === `${room}/bea`,
    );
    await ana.send(`<iq to='${room}/bea' type='result' id='${asked.attributes.id}'>${version}</iq>`);
    const answer = await bea.find(({ name, attributes }) => name === 'iq' && attributes.id === 'v');
    expect(answer.attributes).toMatchObject({ type: 'result', from: `${room}/ana` });
    await bea.ask('get', `<ping xmlns='urn:xmpp:ping'/>`, `${room}/bea`);
    await bea.send(`<presence to='${room}/ana' type='probe'/>`);
    expect(standing(await bea.find(presenceOf('ana')))).toMatchObject({ role: 'moderator' });
  });

  test('reads later what was said', async () => {
    await entered();
    await ana.send(say('kept'));
    await bea.find(saidAs('ana', 'kept'));
    await bea.send(`<iq to='${room}' type='set' id='q'><query xmlns='urn:xmpp:mam:2'/></iq>`);
    const found = await bea.find(({ name }) => name === 'message');
    expect(found.attributes.from).toBe(room);
    expect(JSON.stringify(found)).toContain('kept');
    await bea.find(({ attributes }) => attributes.id === 'q' && attributes.type === 'result');
  });

  test('is in it no more when its connection has ended, or its server says that nobody hears', async () => {
    await entered();
    bea.cut();
    expect(standing(await ana.find(presenceOf('bea', 'unavailable')))).toMatchObject({ role: 'none' });
    const carl = await client(b, 'carl');
    await carl.send(join('carl'));
    await ana.find(presenceOf('carl'));
    await b.stop();
    await ana.send(say('unheard'));
    expect(standing(await ana.find(presenceOf('carl', 'unavailable')))).toMatchObject({ role: 'none' });
  });
});
