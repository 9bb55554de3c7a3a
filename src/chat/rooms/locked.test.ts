import { afterEach, expect, test } from 'vitest';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';

let chat: TestChat | undefined;
const actors: XmppActor[] = [];

afterEach(async () => {
  for (const actor of actors.splice(0)) actor.cut();
  await chat?.close();
  chat = undefined;
});

const room = 'garden@rooms.coop.localhost';
const enter = (nick: string) =>
  `<presence to='${room}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`;

async function arrives(opened: TestChat, local: string): Promise<XmppActor> {
  const port = opened.ports.plain;
  const actor = new XmppActor({ transport: 'tcp', port, domain: opened.domain, startTls: false });
  actors.push(actor);
  await actor.login({ username: local, password: chatPassword });
  return actor;
}

async function opened() {
  chat = await openTestChat();
  for (const local of ['ana', 'bob']) await chat.addMember(local);
  return { chat, ana: await arrives(chat, 'ana'), bob: await arrives(chat, 'bob') };
}

const seated = (nick: string) => `<presence from='${room}/${nick}' more='{...}'>{...}</presence>`;

test('a room that nobody has accepted goes with who made it, whoever has knocked', async () => {
  const { chat, ana, bob } = await opened();
  await ana.send(enter('ana'));
  expect(JSON.stringify(await ana.find(seated('ana')))).toContain('"201"');
  await bob.send(enter('bob'));
  await bob.find(`<presence type='error' more='{...}'>{...}</presence>`);
  await bob.send(`<message to='${room}' type='groupchat'><body>hello</body></message>`);
  await bob.find(`<message type='error' more='{...}'>{...}</message>`);
  ana.cut();
  const again = await arrives(chat, 'ana');
  await again.send(enter('ana'));
  expect(JSON.stringify(await again.find(seated('ana')))).toContain('"201"');
});

test('an owner who speaks has accepted the room as it is', async () => {
  const { ana, bob } = await opened();
  await ana.send(enter('ana'));
  await ana.find(seated('ana'));
  await ana.send(`<message to='${room}' type='groupchat'><body>is anybody here?</body></message>`);
  await ana.find(`<message type='groupchat' more='{...}'><body>is anybody here?</body>{...}</message>`);
  await bob.send(enter('bob'));
  expect((await bob.find(seated('bob'))).attributes.type).toBeUndefined();
});
