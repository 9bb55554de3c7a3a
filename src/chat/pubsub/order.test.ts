import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openMember, openTestChat, type TestChat, type XmppActor } from '../../testing/index.ts';

let chat: TestChat;
const actors: XmppActor[] = [];
beforeEach(async () => {
  chat = await openTestChat();
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const actor of actors.splice(0)) actor.cut();
  await chat.close();
});

async function member(local: string): Promise<XmppActor> {
  const actor = await openMember(chat, local);
  actors.push(actor);
  return actor;
}

const ns = 'http://jabber.org/protocol/pubsub';
const pubsub = (inner: string) => `<pubsub xmlns='${ns}'>${inner}</pubsub>`;
const item = (text: string) => `<item id='current'><x xmlns='urn:x'>${text}</x></item>`;
const publish = (text: string) => pubsub(`<publish node='n'>${item(text)}</publish>`);

/** Who hears of a node is found once `go` is called, for who asks first. */
function slowly(): () => void {
  const { nodes } = chat.store;
  const affiliations = nodes.affiliations.bind(nodes);
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  vi.spyOn(nodes, 'affiliations').mockImplementationOnce(async function* (of) {
    await gate;
    yield* affiliations(of);
  });
  return () => go();
}

test('what two clients publish at the same moment is heard as it is kept', async () => {
  const [phone, desk, bob] = [await member('ana'), await member('ana'), await member('bob')];
  const open = "<field var='pubsub#access_model'><value>open</value></field>";
  const form = `<x xmlns='jabber:x:data' type='submit'>${open}</x>`;
  await phone.ask('set', pubsub(`<create node='n'/><configure>${form}</configure>`));
  const jid = 'bob@coop.localhost';
  await bob.ask('set', pubsub(`<subscribe node='n' jid='${jid}'/>`), 'ana@coop.localhost');
  await bob.send('<presence/>');
  await bob.forget();
  const go = slowly();
  const standing = vi.spyOn(chat.store.nodes, 'standing');
  const first = phone.ask('set', publish('first'));
  await expect.poll(() => vi.mocked(chat.store.nodes.affiliations).mock.calls.length).toBe(1);
  const asked = standing.mock.calls.length;
  const second = desk.ask('set', publish('second'));
  await expect.poll(() => standing.mock.calls.length).toBe(asked + 1);
  await bob.barrier();
  go();
  await Promise.all([first, second]);
  const heard = () => bob.unread.map(({ element }) => JSON.stringify(element).match(/first|second/)?.[0]);
  await expect.poll(() => heard().length).toBe(2);
  expect(heard()).toEqual(['first', 'second']);
});
