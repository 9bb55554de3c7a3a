import { afterEach, expect, test } from 'vitest';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import { firstConfig } from './index.ts';

let chat: TestChat | undefined;
const actors: XmppActor[] = [];

afterEach(async () => {
  for (const actor of actors.splice(0)) actor.cut();
  await chat?.close();
  chat = undefined;
});

const room = 'bureau@rooms.coop.localhost';
const enter = (nick: string) =>
  `<presence to='${room}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`;

test('whoever is in the group comes in, and whoever leaves it goes', async () => {
  const opened = await openTestChat();
  chat = opened;
  const there = [];
  for (const local of ['ana', 'bob']) {
    await opened.addMember(local);
    const actor = new XmppActor({
      transport: 'tcp',
      port: opened.ports.plain,
      domain: opened.domain,
      startTls: false,
    });
    actors.push(actor);
    await actor.login({ username: local, password: chatPassword });
    there.push(actor);
  }
  const [ana, bob] = there;
  if (ana === undefined || bob === undefined) throw new Error('nobody is there');
  await opened.admin.addAlias('bureau@coop.localhost', ['ana@coop.localhost', 'x@else.example']);
  await opened.store.rooms.create({
    ...{ service: 'rooms.coop.localhost', local: 'bureau', creator: 0, owners: [] },
    config: { ...firstConfig, persistent: true, membersOnly: true },
    binding: 'bureau@coop.localhost',
  });
  await bob.send(enter('bob'));
  await bob.find(`<presence type='error' more='{...}'>{...}</presence>`);
  await ana.send(enter('ana'));
  await ana.find(`<presence from='${room}/ana' more='{...}'>{...}</presence>`);
  await ana.forget();

  await opened.admin.removeAlias('bureau@coop.localhost');
  await opened.admin.addAlias('bureau@coop.localhost', ['bob@coop.localhost', 'x@else.example']);
  const gone = await ana.find(
    `<presence from='${room}/ana' type='unavailable' more='{...}'>{...}</presence>`,
  );
  expect(JSON.stringify(gone)).toContain('"321"');
  await bob.send(enter('bob'));
  await bob.find(`<presence from='${room}/bob' more='{...}'>{...}</presence>`);
});
