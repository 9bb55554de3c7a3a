import { afterEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import {
  chatPassword,
  openTestChat,
  type TestChat,
  type TestChatOptions,
  XmppActor,
} from '../../testing/index.ts';
import { defaultChatLimits } from '../limits.ts';
import { registryOf } from './index.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function scene(options: TestChatOptions = {}) {
  const chat = await openTestChat(options);
  open.push(() => chat.close());
  await chat.addMember('romeo');
  await chat.addMember('juliet');
  return chat;
}

const loginOf = (address: string) => {
  const [username = '', resource = ''] = address.split('/');
  return { username, password: chatPassword, resource };
};

async function actorOf(
  chat: TestChat,
  address: string,
  transport: 'tcp' | 'websocket' = 'tcp',
  byHand = false,
) {
  const port = transport === 'tcp' ? chat.ports.plain : chat.ports.ws;
  const actor = new XmppActor({ transport, port, domain: chat.domain, startTls: false, acksByHand: byHand });
  open.push(() => actor.cut());
  await actor.login(loginOf(address));
  return actor;
}

const message = (to: string, id: string) =>
  `<message to='${to}' type='chat' id='${id}'><body>${id}</body></message>`;

/** The same account and the same books by another door. */
function moved(chat: TestChat, from: XmppActor, transport: 'tcp' | 'websocket'): XmppActor {
  const port = transport === 'tcp' ? chat.ports.plain : chat.ports.ws;
  const actor = new XmppActor({ transport, port, domain: chat.domain, startTls: false });
  Object.assign(actor, { acks: from.acks });
  open.push(() => actor.cut());
  return actor;
}

async function asked(actor: XmppActor, login: string, element: string): Promise<string> {
  await actor.open();
  await actor.authenticate(loginOf(login));
  await actor.sendRaw(element);
  const { name, attributes, children } = await actor.receive();
  const condition = children.map((child) => (typeof child === 'string' ? child : child.name)).join();
  return [name, condition, attributes.h ?? ''].join(' ');
}

describe('XEP-0198', () => {
  test('a session goes on from TCP to WebSocket and back, while the old stream still looks alive', async () => {
    const chat = await scene();
    const romeo = await actorOf(chat, 'romeo/orchard');
    const juliet = await actorOf(chat, 'juliet/balcony');
    await juliet.enableAcks();
    const web = moved(chat, juliet, 'websocket');
    await web.resume(loginOf('juliet'));
    expect(await juliet.ended()).toBeTruthy();
    await romeo.send(message(`juliet@${chat.domain}/balcony`, 'm1'));
    await web.receive(({ attributes }) => attributes.id === 'm1');
    const again = moved(chat, web, 'tcp');
    await again.resume(loginOf('juliet'));
    await romeo.send(message(`juliet@${chat.domain}/balcony`, 'm2'));
    await again.receive(({ attributes }) => attributes.id === 'm2');
    expect([...chat.server.chat.homes.sessions()]).toHaveLength(2);
  });

  test('what the client sent and did not hear acknowledged is not done twice', async () => {
    const chat = await scene();
    const romeo = await actorOf(chat, 'romeo/orchard', 'tcp', true);
    const juliet = await actorOf(chat, 'juliet/balcony');
    await romeo.enableAcks();
    for (const id of ['m1', 'm2', 'm3']) await romeo.send(message(`juliet@${chat.domain}/balcony`, id));
    romeo.cut();
    await romeo.resume(loginOf('romeo'));
    await romeo.send(message(`juliet@${chat.domain}/balcony`, 'm4'));
    await romeo.barrier();
    await juliet.barrier();
    expect(juliet.unread.map(({ element }) => element.attributes.id)).toEqual(['m1', 'm2', 'm3', 'm4']);
  });

  test("nobody resumes what is not there, what is another one's, or what is badly asked for", async () => {
    const chat = await scene();
    const juliet = await actorOf(chat, 'juliet/balcony');
    await juliet.enableAcks();
    const { id } = juliet.acks;
    const ask = (login: string, element: string) =>
      asked(
        new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain, startTls: false }),
        login,
        element,
      );
    const ns = `xmlns='urn:xmpp:sm:3'`;
    expect(await ask('romeo', `<resume ${ns} previd='${id}' h='0'/>`)).toBe('failed item-not-found ');
    expect(await ask('juliet', `<resume ${ns} previd='nothing' h='0'/>`)).toBe('failed item-not-found ');
    expect(await ask('juliet', `<resume ${ns} previd='${id}' h='-1'/>`)).toBe('failed bad-request ');
    expect(await ask('juliet', `<resume ${ns} previd='${id}'/>`)).toBe('failed bad-request ');
    expect(await ask('juliet', `<enable ${ns}/>`)).toBe('failed unexpected-request ');
    await juliet.barrier();
  });

  test('resumeMsMax: who comes too late hears how far the session had come', async () => {
    const clock = fakeClock();
    const chat = await scene({ clock, limits: { sweepMs: 5, resumeMsMax: 60_000 } });
    const juliet = await actorOf(chat, 'juliet/balcony');
    await juliet.enableAcks();
    await juliet.send(message(`romeo@${chat.domain}`, 'm1'));
    await juliet.barrier();
    const { id } = juliet.acks;
    juliet.cut();
    const homes = chat.server.chat.homes;
    await expect.poll(() => [...homes.sessions()].map(({ stream }) => stream)).toEqual([null]);
    clock.advance(59_000);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(homes.sessionCount).toBe(1);
    clock.advance(2_000);
    await expect.poll(() => homes.sessionCount).toBe(0);
    const resume = `<resume xmlns='urn:xmpp:sm:3' previd='${id}' h='0'/>`;
    expect(await asked(juliet, 'juliet', resume)).toBe('failed item-not-found 2');
  });

  test('who asks for less is kept for less', async () => {
    const clock = fakeClock();
    const chat = await scene({ clock, limits: { sweepMs: 5 } });
    const juliet = await actorOf(chat, 'juliet/balcony');
    await juliet.send(`<enable xmlns='urn:xmpp:sm:3' resume='1' max='10'/>`);
    const { attributes } = await juliet.receive(({ name }) => name === 'enabled');
    expect(attributes.max).toBe('10');
    juliet.cut();
    const homes = chat.server.chat.homes;
    await expect.poll(() => [...homes.sessions()].map(({ stream }) => stream)).toEqual([null]);
    clock.advance(11_000);
    await expect.poll(() => homes.sessionCount).toBe(0);
  });

  test('unackedStanzasMax: a session that is away for more is no more', async () => {
    const chat = await scene({ limits: { unackedStanzasMax: 5 } });
    const romeo = await actorOf(chat, 'romeo/orchard');
    const juliet = await actorOf(chat, 'juliet/balcony');
    await juliet.enableAcks();
    juliet.cut();
    const homes = chat.server.chat.homes;
    await expect.poll(() => [...homes.sessions()].filter(({ stream }) => stream === null)).toHaveLength(1);
    for (let n = 0; n < 5; n++) await romeo.send(message(`juliet@${chat.domain}/balcony`, `m${n}`));
    await romeo.barrier();
    expect(homes.sessionCount).toBe(2);
    await romeo.send(message(`juliet@${chat.domain}/balcony`, 'm5'));
    await romeo.barrier();
    await expect.poll(() => homes.sessionCount).toBe(1);
  });

  test.each([true, false])(
    'quietMsMax, answerMsMax: who is silent is asked, then lost (acks: %s)',
    async (acks) => {
      const clock = fakeClock();
      const chat = await scene({ clock, limits: { sweepMs: 5 } });
      const juliet = await actorOf(chat, 'juliet/balcony', 'tcp', true);
      if (acks) await juliet.enableAcks();
      clock.advance(defaultChatLimits.quietMsMax + 1);
      const { name } = await juliet.receive();
      expect(name).toBe(acks ? 'r' : 'iq');
      clock.advance(defaultChatLimits.answerMsMax + 1);
      await juliet.find(({ children }) =>
        children.some((one) => typeof one !== 'string' && one.name === 'connection-timeout'),
      );
      await juliet.ended();
      const homes = chat.server.chat.homes;
      await expect.poll(() => [...homes.sessions()].map(({ stream }) => stream)).toEqual(acks ? [null] : []);
    },
  );

  test('whoever answers stays', async () => {
    const clock = fakeClock();
    const chat = await scene({ clock, limits: { sweepMs: 5 } });
    const juliet = await actorOf(chat, 'juliet/balcony');
    for (let n = 0; n < 3; n++) {
      clock.advance(defaultChatLimits.quietMsMax + 1);
      const { attributes } = await juliet.receive(({ name }) => name === 'iq');
      await juliet.send(`<iq type='error' id='${attributes.id}' to='${chat.domain}'/>`);
      await juliet.barrier();
    }
  });

  test('unaskedStanzasMax: more than that are asked for at once, and once only until there is an answer', async () => {
    const chat = await scene({ limits: { sweepMs: 3_600_000 } });
    const romeo = await actorOf(chat, 'romeo/orchard');
    const juliet = await actorOf(chat, 'juliet/balcony', 'tcp', true);
    await juliet.enableAcks();
    const max = defaultChatLimits.unaskedStanzasMax;
    for (let n = 0; n < 3 * max; n++) await romeo.send(message(`juliet@${chat.domain}/balcony`, `m${n}`));
    await romeo.barrier();
    await juliet.barrier();
    const names = juliet.unread.map(({ element }) => element.name);
    expect(names.filter((name) => name === 'r')).toHaveLength(1);
    expect(names.indexOf('r')).toBe(max);
  });
});

test('a session that ends while another stream takes it over is not gone on with', async () => {
  const chat = await scene();
  const juliet = await actorOf(chat, 'juliet/balcony');
  await juliet.sendRaw("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
  const { attributes } = await juliet.receive(({ name }) => name === 'enabled');
  await actorOf(chat, 'juliet/garden');
  const sessions = [...chat.server.chat.homes.sessions()];
  const [balcony, garden] = ['balcony', 'garden'].map((at) =>
    sessions.find(({ jid }) => jid.resource === at),
  );
  if (!balcony?.stream || !garden?.stream) throw new Error('somebody is not there');
  const { stream } = garden;
  const managed = registryOf(chat.server.chat).byId.get(attributes.id ?? '');
  const goOn = await managed?.claim(stream, 0);
  balcony.close();
  goOn?.();
  expect([stream.isOver, stream.session === balcony]).toEqual([true, false]);
});
