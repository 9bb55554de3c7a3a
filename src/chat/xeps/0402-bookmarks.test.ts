import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Element, elementsOf } from '../../formats/stanza/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';

let chat: TestChat;
let romeo: XmppActor;
let account = 0;
beforeAll(async () => {
  chat = await openTestChat();
  account = await chat.addMember('romeo');
  romeo = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
  await romeo.login({ username: 'romeo', password: chatPassword, resource: 'orchard' });
});
afterAll(async () => {
  romeo.cut();
  await chat.close();
});

const old = (inner: string) =>
  `<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'>${inner}</storage></query>`;
const room = (n: number) => `<conference jid='room${n}@rooms.example' name='${n}'/>`;
const storageOf = (answer: Element) => {
  const [query] = elementsOf(answer);
  const [storage] = query === undefined ? [] : elementsOf(query);
  return storage === undefined ? [] : [...elementsOf(storage)];
};
const rooms = async () => storageOf(await romeo.ask('get', old(''))).map(({ attributes }) => attributes.jid);
const itemCount = async () =>
  (await chat.store.nodes.node({ service: 'pep', account, node: 'urn:xmpp:bookmarks:1' }))?.items;

test('rooms that came with private XML from another server are kept in the node', async () => {
  const name = { name: 'storage', ns: 'storage:bookmarks' };
  const text = `<storage xmlns='storage:bookmarks'><url url='https://a.example/'/>${room(1)}</storage>`;
  await chat.store.roster.setPrivateXml(account, name, text);
  expect(await rooms()).toEqual(['room1@rooms.example', undefined]);
  expect(await itemCount()).toBe(1);
  expect(await chat.store.roster.privateXml(account, name)).not.toContain('conference');
});

test('more rooms than one request may publish, some of them without an address, some twice', async () => {
  const many = Array.from({ length: 250 }, (_, n) => room(n)).join('');
  await romeo.ask('set', old(`${many}<conference name='nowhere'/>${room(7)}<conference jid='@'/>`));
  expect(await itemCount()).toBe(250);
  expect(await rooms()).toHaveLength(250);
  await romeo.ask('set', old(room(3)));
  expect(await rooms()).toEqual(['room3@rooms.example']);
});

test('clients that change both forms at once leave one list in the end', async () => {
  const publish = (n: number) =>
    `<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:xmpp:bookmarks:1'><item id='new${n}@rooms.example'><conference xmlns='urn:xmpp:bookmarks:1'/></item></publish></pubsub>`;
  await Promise.all([1, 2, 3].map((n) => romeo.ask('set', n === 2 ? old(room(9)) : publish(n))));
  const listed = await rooms();
  const items = await chat.store.nodes.itemIds({ service: 'pep', account, node: 'urn:xmpp:bookmarks:1' }, 9);
  expect([...listed].sort()).toEqual([...items].sort());
});
