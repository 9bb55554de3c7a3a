import { afterAll, beforeAll, expect, test } from 'vitest';
import { cardItem } from '../carddav/index.ts';
import { childOf, type Element, textOf, writeElement } from '../formats/stanza/index.ts';
import { readCard } from '../formats/vcard/index.ts';
import { startSuite, type TestSuite, XmppActor } from '../testing/index.ts';
import { cardsQuietMs } from './limits.ts';

const domain = 'coop.localhost';
const password = 'correct horse';
const updateNs = 'vcard-temp:x:update';
/** SHA-1 of `myco` and of `verona`. */
const [myco, verona] = [
  '8bad28a6fb0a2aff49e9997d9ab0ee0b67fc3ba1',
  'd6707822c2d219ae731064593081f34f04f035af',
];
let suite: TestSuite;
let ana: XmppActor;
let bo: XmppActor;
let account: number;

async function signedIn(username: string): Promise<XmppActor> {
  const tls = { ca: suite.authority, servername: domain };
  const actor = new XmppActor({ transport: 'tcp', port: suite.ports.xmpp, domain, tls });
  await actor.login({ username, password });
  await actor.send('<presence/>');
  return actor;
}

beforeAll(async () => {
  suite = await startSuite();
  const { running, rooms } = suite;
  for (const name of ['ana', 'bo']) await suite.addMember(`${name}@${domain}`, password);
  account = (await rooms.accounts.accounts.byName('ana'))?.id ?? 0;
  const other = (await rooms.accounts.accounts.byName('bo'))?.id ?? 0;
  for (const [one, contact] of [
    [account, 'bo'],
    [other, 'ana'],
  ] as const) {
    const change = { listed: true, subscription: 'both' } as const;
    await running.chat.chat.store.roster.change(one, `${contact}@${domain}`, 0, change);
  }
  ana = await signedIn('ana');
  bo = await signedIn('bo');
  await bo.find(({ name, attributes }) => name === 'presence' && attributes.from === ana.jid);
});
afterAll(async () => {
  await ana.disconnect();
  await bo.disconnect();
  await suite.stop();
});

/** As an address book does it. */
async function putCard(photo: string | null): Promise<void> {
  const { collections } = suite.rooms;
  const [known] = await collections.collections(account, 'contacts');
  const wish = { home: 'contacts', kind: 'addressbook', name: 'own', details: {} } as const;
  const book = known ?? (await collections.makeCollection(account, wish));
  const lines = ['BEGIN:VCARD', 'VERSION:4.0', 'UID:me', 'FN:Ana'];
  if (photo !== null) lines.push(`PHOTO:data:image/png;base64,${Buffer.from(photo).toString('base64')}`);
  const bytes = Buffer.from([...lines, 'END:VCARD', ''].join('\r\n'));
  await collections.put(account, book.id, 'me.vcf', cardItem(readCard(bytes), bytes));
  await collections.changeCollection(account, book.id, { details: { meCard: 'me.vcf' } });
}

const photoOf = (presence: Element): string | undefined => {
  const x = childOf(presence, 'x', updateNs);
  const photo = x && childOf(x, 'photo', updateNs);
  return photo && textOf(photo);
};
const shows = (photo: string) => (stanza: Element) =>
  stanza.name === 'presence' && stanza.attributes.from === ana.jid && photoOf(stanza) === photo;

/** What the node says is the picture; '' for none. */
async function published(): Promise<string> {
  const items =
    "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:avatar:metadata'/></pubsub>";
  return /<info [^>]*id='([0-9a-f]+)'/.exec(writeElement(await ana.ask('get', items)))?.[1] ?? '';
}

test('a picture that an address book changes is shown to contacts who are there, and so is that there is none', async () => {
  await putCard('myco');
  await bo.find(shows(myco));
  // Its own client sees what is said in its name.
  await ana.find(shows(myco));
  expect(await published()).toBe(myco);
  await putCard('verona');
  await bo.find(shows(verona));
  expect(await published()).toBe(verona);
  await putCard(null);
  await bo.find(shows(''));
  expect(await published()).toBe('');
  // Who comes later sees the same: that there is none is said by the server, and is no wish of the client.
  await putCard('myco');
  await bo.find(shows(myco));
});

test('a picture that a client publishes is shown in the same way, and stands', async () => {
  const publish = (node: string, id: string, payload: string) =>
    ana.ask(
      'set',
      `<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='${node}'><item id='${id}'>${payload}</item></publish></pubsub>`,
    );
  const data = Buffer.from('verona').toString('base64');
  await publish('urn:xmpp:avatar:data', verona, `<data xmlns='urn:xmpp:avatar:data'>${data}</data>`);
  await publish(
    'urn:xmpp:avatar:metadata',
    verona,
    `<metadata xmlns='urn:xmpp:avatar:metadata'><info id='${verona}' type='image/png' bytes='6'/></metadata>`,
  );
  await bo.find(shows(verona));
  expect(await published()).toBe(verona);
  // A client that says that it has none is left alone.
  await ana.send(`<presence><x xmlns='${updateNs}'><photo/></x></presence>`);
  await bo.find(shows(''));
  await bo.forget();
  await putCard('myco');
  const isPublished = async () => (await published()) === myco;
  await expect.poll(isPublished).toBe(true);
  await ana.send(`<presence><show>away</show><x xmlns='${updateNs}'><photo/></x></presence>`);
  const next = await bo.find(({ name }) => name === 'presence');
  expect([photoOf(next), childOf(next, 'show') !== undefined]).toEqual(['', true]);
  expect(cardsQuietMs).toBeLessThan(10_000);
});
