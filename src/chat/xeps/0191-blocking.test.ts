import { afterEach, test } from 'vitest';
import { openMember, openTestChat, type TestChat, type XmppActor } from '../../testing/index.ts';

let chat: TestChat;
const actors: XmppActor[] = [];

afterEach(async () => {
  for (const actor of actors.splice(0)) actor.cut();
  await chat.close();
});

const roster = (item: string) => `<query xmlns='jabber:iq:roster'>${item}</query>`;
const over = (verb: string, jid: string) =>
  `<${verb} xmlns='urn:xmpp:blocking'><item jid='${jid}'/></${verb}>`;

test('who has gone while blocked is found to have gone, and nothing waits for itself', async () => {
  chat = await openTestChat();
  const alice = await openMember(chat, 'alice');
  const bob = await openMember(chat, 'bob');
  actors.push(alice, bob);
  await chat.befriend('alice', 'bob');
  for (const actor of actors) {
    await actor.ask('get', roster(''));
    await actor.send('<presence/>');
  }
  await alice.ask('set', over('block', 'bob@coop.localhost'));
  // Alice is not told.
  await bob.ask('set', roster("<item jid='alice@coop.localhost' subscription='remove'/>"));
  await alice.forget();
  await alice.ask('set', over('unblock', 'bob@coop.localhost'));
  await alice.find(({ name, attributes }) => name === 'presence' && attributes.type === 'unsubscribed');
  await alice.ask('set', roster("<item jid='bob@coop.localhost' name='Bob'/>"));
});
