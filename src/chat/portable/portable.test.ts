import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { parseJid } from '../../formats/jid/index.ts';
import { parseElement } from '../../formats/stanza/index.ts';
import { type Conversations, openConversations } from '../../stores/conversations/index.ts';
import { describeEngines, memoryCards, openTestStores, type TestStores } from '../../testing/index.ts';
import { rowOf } from '../archive/index.ts';
import { addressed } from '../stanza.ts';
import { importedAtOnceMax, itemsPerPageMax, portableBytesMax } from './limits.ts';
import { readPortable } from './read.ts';
import { restoredNode } from './restored-node.ts';
import { writePortable } from './write.ts';

const juliet = { account: 5, address: 'juliet@verona.example' };
const romeo = { account: 6, address: 'romeo@verona.example' };

const message = (from: string, to: string, body: string) =>
  addressed(
    parseElement(`<message xmlns='jabber:client' type='chat' id='${body}'><body>${body}</body></message>`),
    parseJid(from),
    parseJid(to),
  );

async function written(store: Conversations, who = juliet): Promise<string> {
  const parts: string[] = [];
  for await (const part of writePortable(store, who)) parts.push(part);
  return parts.join('');
}

async function furnish(store: Conversations): Promise<void> {
  const { account, address } = juliet;
  const nurse = {
    listed: true,
    name: 'Nurse & friend',
    groups: ['House', "o'er"],
    subscription: 'both',
  } as const;
  await store.roster.change(account, 'nurse@verona.example', 0, nurse);
  const asked = { listed: true, ask: true, subscription: 'none' } as const;
  await store.roster.change(account, 'paris@verona.example', 0, asked);
  const asks = { pendingIn: true, request: '<presence/>' } as const;
  await store.roster.change(account, 'tybalt@verona.example', 0, asks);
  await store.roster.block(account, { add: ['spam.example', 'x@y.example/z'] });
  await store.roster.setPreferences(account, { standard: 'roster', always: ['a@b.example'], never: [] });
  await store.roster.setPrivateXml(
    account,
    { name: 'storage', ns: 'exodus' },
    "<storage xmlns='exodus'><a/></storage>",
  );
  await store.nodes.publish({
    ...{ service: 'pep', account, node: 'x', publisher: address },
    ...{ items: [{ id: 'x', payload: "<x xmlns='urn:x'/>" }], defaults: restoredNode },
  });
  const place = { service: 'pep', account, node: 'urn:xmpp:avatar:data' };
  for (let one = 0; one < itemsPerPageMax + 2; one++)
    await store.nodes.publish({
      ...{ ...place, publisher: address, defaults: restoredNode },
      items: [{ id: `i${one}`, payload: `<data xmlns='urn:xmpp:avatar:data'>${one}</data>` }],
    });
  await store.archive.append([
    rowOf(account, 'in', message('romeo@verona.example/orchard', address, 'but soft'), 1_000_000),
    rowOf(account, 'out', message(`${address}/balcony`, 'romeo@verona.example', 'ay me'), 2_000_000),
  ]);
}

describeEngines('an account of chat as a document', (engine) => {
  let stores: TestStores;
  async function open(): Promise<Conversations> {
    stores = await openTestStores(engine);
    return openConversations({ database: stores.database, clock: fakeClock() });
  }

  test('what is written is read again by another account, and written the same', async () => {
    const store = await open();
    await furnish(store);
    const document = await written(store);
    // Prosody reads one element of each.
    expect(document.match(/<pubsub [^>]*>/g)).toHaveLength(2);
    const { contacts, nodes, messages } = await readPortable(store, romeo, document);
    expect({ contacts, nodes, messages }).toEqual({ contacts: 2, nodes: 2, messages: 2 });
    const again = (await written(store, romeo)).replaceAll('romeo@verona.example"', 'juliet@verona.example"');
    expect(again).toContain(
      "<item jid='nurse@verona.example' name='Nurse &amp; friend' subscription='both'>",
    );
    expect(again).toContain("<item jid='paris@verona.example' subscription='none' ask='subscribe'/>");
    expect(again).toContain("<item jid='spam.example'/>");
    expect(again).toContain("<storage xmlns='exodus'><a/></storage>");
    expect(again.match(/<item id='i\d+'>/g)).toHaveLength(itemsPerPageMax + 2);
    expect(again.match(/<body>[^<]*/g)).toEqual(['<body>but soft', '<body>ay me']);
    expect(again).toContain("stamp='1970-01-01T00:16:40.000Z'");
    expect(document).toContain(
      "<presence xmlns='jabber:client' type='subscribe' from='tybalt@verona.example'",
    );
    const { roster } = store;
    const { contacts: known, preferences } = await roster.load(romeo.account);
    expect(known.get('tybalt@verona.example')).toMatchObject({ pendingIn: true, listed: false });
    expect(preferences).toEqual({ standard: 'roster', always: ['a@b.example'], never: [] });
    expect((await roster.load(romeo.account)).blocked).toEqual(new Set(['spam.example', 'x@y.example/z']));
    await stores.close();
  });

  test('what is there already stays, and is named', async () => {
    const store = await open();
    await furnish(store);
    const { refused, contacts, nodes, messages } = await readPortable(store, juliet, await written(store));
    expect({ contacts, nodes, messages }).toEqual({ contacts: 0, nodes: 0, messages: 0 });
    expect(refused).toEqual([
      expect.stringMatching(/^nurse@verona.example: /),
      expect.stringMatching(/^paris@verona.example: /),
      'the node urn:xmpp:avatar:data: is there already',
      'the node x: is there already',
      'the archive: there are messages already',
    ]);
    await stores.close();
  });

  test('what another server wrote is read: accounts by their names, what nobody knows is named', async () => {
    const store = await open();
    const results = Array.from(
      { length: importedAtOnceMax + 1 },
      (_, at) =>
        `<result xmlns='urn:xmpp:mam:2' id='${at}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/><message xmlns='jabber:client' from='a@b.example/c' to='romeo@verona.example' type='chat'><body>${at}</body></message></forwarded></result>`,
    );
    const document = `<?xml version="1.0"?>
      <server-data xmlns="urn:xmpp:pie:0"><host jid="verona.example">
        <user name="juliet"/>
        <user name="romeo" password="x">
          <vCard xmlns="vcard-temp"><FN>R</FN></vCard>
          <query xmlns="jabber:iq:privacy"/>
          <archive xmlns="urn:xmpp:pie:0#mam">${results.join('')}<result xmlns="urn:xmpp:mam:2" id="x"/></archive>
        </user>
      </host></server-data>`;
    const { messages, refused } = await readPortable(store, romeo, document);
    expect(messages).toBe(importedAtOnceMax + 1);
    expect(refused).toEqual([
      expect.stringContaining('jabber:iq:privacy'),
      'a message of the archive (x): is none',
    ]);
    const other = { account: 7, address: 'paris@verona.example' };
    await expect(readPortable(store, other, document)).rejects.toThrow('none is paris');
    await stores.close();
  });

  /** As prosody-migrator 0.12 wrote it: what nodes are stands before what is in them; in other files of it, behind. */
  const prosody = readFileSync(new URL('./prosody.xml', import.meta.url), 'utf8');
  const owner = /<pubsub xmlns='[^']*#owner'>.*?<\/pubsub>/s.exec(prosody)?.[0] ?? '';
  test.each([
    ['before', prosody],
    ['behind', prosody.replace(owner, '').replace('</user>', `${owner}</user>`)],
  ])('what Prosody wrote is there, whole, with settings %s items', async (_, document) => {
    expect(owner).toContain('access_model');
    const store = await open();
    const cards = memoryCards();
    const { contacts, nodes, messages, hasCard, refused } = await readPortable(store, romeo, document, cards);
    expect({ contacts, nodes, messages, hasCard, refused }).toEqual({
      ...{ contacts: 2, nodes: 5, messages: 2, hasCard: true, refused: [] },
    });
    const known = (await store.roster.load(romeo.account)).contacts;
    expect(known.get('juliet@coop.localhost')).toMatchObject({ subscription: 'both', groups: ['Capulet'] });
    expect(known.get('nobody@coop.localhost')).toMatchObject({ subscription: 'none', ask: true });
    const configs = (await store.nodes.nodes({ service: 'pep', account: romeo.account })).map(
      ({ node, config }) => [node, config.accessModel],
    );
    expect(Object.fromEntries(configs)).toEqual({
      'eu.siacs.conversations.axolotl.devicelist': 'open',
      'urn:xmpp:avatar:data': 'open',
      'urn:xmpp:avatar:metadata': 'open',
      'urn:xmpp:bookmarks:1': 'whitelist',
      'urn:xmpp:vcard4': 'open',
    });
    // Rooms of the old list as well.
    const place = { service: 'pep', account: romeo.account, node: 'urn:xmpp:bookmarks:1' };
    const rooms = await store.nodes.newest(place, 10);
    expect(rooms.items.map(({ id }) => id)).toEqual(['den@rooms.coop.localhost', 'tea@rooms.coop.localhost']);
    expect(rooms.items[1]?.payload).toContain("autojoin='true'");
    const card = String(cards.kept.get(romeo.account));
    expect(card).toContain('FN:Romeo Montague');
    expect(card).toMatch(/TEL;TYPE=home:\+39 1/);
    expect(card).toContain('PHOTO:data:image/png;base64,bXljbw==');
    await stores.close();
  });

  test('of an own card that is there, what it says stays, and what it does not say comes', async () => {
    const store = await open();
    const cards = memoryCards();
    cards.kept.set(
      romeo.account,
      'BEGIN:VCARD\r\nVERSION:4.0\r\nUID:me\r\nFN:R. M.\r\nX-OWN:1\r\nEND:VCARD\r\n',
    );
    await readPortable(store, romeo, prosody, cards);
    const card = String(cards.kept.get(romeo.account));
    expect(card).toContain('FN:R. M.');
    expect(card).toContain('X-OWN:1');
    expect(card).not.toContain('Montague');
    expect(card).toContain('NICKNAME:Romo');
    await stores.close();
  });

  test('what waited on the other server stands in the archive, where that did not come along', async () => {
    const store = await open();
    const document = `<server-data xmlns='urn:xmpp:pie:0'><host jid='verona.example'><user name='romeo'>
      <offline-messages><message xmlns='jabber:client' from='juliet@verona.example/b' to='romeo@verona.example' type='chat'>
        <body>are you there?</body><delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/></message>
      <message xmlns='jabber:client' id='undated' from='juliet@verona.example/b' to='romeo@verona.example'><body>x</body></message>
      </offline-messages></user></host></server-data>`;
    const { messages, refused } = await readPortable(store, romeo, document);
    expect([messages, refused]).toEqual([1, ['a message of the archive (undated): is none']]);
    const { rows } = await store.archive.query({ kind: 'account', owner: romeo.account, max: 10 });
    expect(rows.map(({ stanza, peer }) => [/<body>(.*?)</.exec(stanza)?.[1], peer])).toEqual([
      ['are you there?', 'juliet@verona.example'],
    ]);
    const both = document.replace(
      '</offline-messages>',
      "</offline-messages><archive xmlns='urn:xmpp:pie:0#mam'/>",
    );
    expect((await readPortable(store, { ...romeo, account: 9 }, both)).messages).toBe(0);
    await stores.close();
  });

  test.each([
    '',
    'x',
    '<a>',
    '<server-data><host><user name="romeo"><query xmlns="jabber:iq:roster"><item jid="@"/></query></user></host></server-data>',
  ])('what is no such document is refused: %j', async (document) => {
    const store = await open();
    await expect(readPortable(store, romeo, document)).rejects.toMatchObject({ reason: 'invalid' });
    expect(portableBytesMax).toBeGreaterThan(1_000_000);
    await stores.close();
  });
});
