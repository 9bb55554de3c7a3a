import { afterEach, describe, expect, test } from 'vitest';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';

let chat: TestChat | undefined;
const actors: XmppActor[] = [];

afterEach(async () => {
  for (const actor of actors.splice(0)) actor.cut();
  await chat?.close();
  chat = undefined;
});

const room = 'r@rooms.coop.localhost';
const join = `<presence to='${room}/ana'><x xmlns='http://jabber.org/protocol/muc'/></presence>`;
const leave = `<presence to='${room}/ana' type='unavailable'/>`;
const submit = (fields = '') =>
  `<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>${fields}</x></query>`;
const isPublic = `<field var='muc#roomconfig_publicroom'><value>1</value></field>`;

async function open(): Promise<XmppActor> {
  chat = await openTestChat({ roomLimits: { presenceBurstMax: 1_000 } });
  await chat.addMember('ana');
  const actor = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
  actors.push(actor);
  await actor.login({ username: 'ana', password: chatPassword, resource: 'one' });
  return actor;
}

const made = /code="201"|"code":"201"/;

describe('a room that does not stay', () => {
  test('is in no list as soon as the last one has left', async () => {
    const ana = await open();
    for (let n = 0; n < 8; n++) {
      await ana.send(join);
      await ana.find(({ name }) => name === 'message');
      await ana.ask('set', submit(isPublic), room);
      await ana.forget();
      await ana.send(leave);
      await ana.find(({ attributes }) => attributes.type === 'unavailable');
      const list = await ana.ask(
        'get',
        `<query xmlns='http://jabber.org/protocol/disco#items'/>`,
        'rooms.coop.localhost',
      );
      expect(JSON.stringify(list)).not.toContain(room);
    }
  });

  test('is made anew by who comes back at once', async () => {
    const ana = await open();
    for (let n = 0; n < 8; n++) {
      await ana.send(join);
      const there = await ana.find(({ name }) => name === 'presence');
      expect(JSON.stringify(there)).toMatch(made);
      await ana.find(({ name }) => name === 'message');
      await ana.ask('set', submit(), room);
      await ana.forget();
      await ana.send(leave);
      await ana.find(({ attributes }) => attributes.type === 'unavailable');
    }
  });

  test('is one room for who leaves and comes in one breath', async () => {
    const ana = await open();
    await ana.send(join);
    await ana.find(({ name }) => name === 'message');
    for (let n = 0; n < 8; n++) {
      await ana.forget();
      await ana.send(leave + join);
      await ana.find(({ attributes }) => attributes.type === 'unavailable');
      const there = await ana.find(({ name }) => name === 'presence');
      expect(there.attributes.type).toBeUndefined();
      await ana.find(({ name }) => name === 'message');
      await ana.send(`<message to='${room}' type='groupchat' id='m${n}'><body>b</body></message>`);
      await ana.find(
        ({ attributes, children }) =>
          attributes.id === `m${n}` && JSON.stringify(children).includes('occupant-id'),
      );
    }
  });
});
