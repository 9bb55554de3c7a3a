import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StoreError } from '../../base/index.ts';
import {
  chatPassword,
  loginXmpp,
  openMember,
  openTestChat,
  type TestChat,
  type XmppActor,
} from '../../testing/index.ts';

let chat: TestChat;
let ana: XmppActor;
let bob: XmppActor;

beforeEach(async () => {
  chat = await openTestChat();
  ana = await openMember(chat, 'ana');
  bob = await openMember(chat, 'bob');
  for (const actor of [ana, bob]) {
    await actor.send('<presence/>');
    await actor.forget();
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const actor of [ana, bob]) actor.cut();
  await chat.close();
});

const room = 'r@rooms.coop.localhost';
const full = () => new StoreError('no-space', 'the disk is full');
const refusal =
  "<error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>{...}</error>";

async function together(): Promise<void> {
  for (const [actor, nick] of [
    [ana, 'ana'],
    [bob, 'bob'],
  ] as const) {
    await actor.send(`<presence to='${room}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    if (actor === ana)
      await ana.ask(
        'set',
        "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>",
        room,
      );
    await actor.forget();
  }
  await ana.forget();
}

describe('what cannot be kept is refused, and nobody hears it', () => {
  test.each([
    ['to one resource', () => bob.jid],
    ['to an account', () => 'bob@coop.localhost'],
    ['to oneself', () => 'ana@coop.localhost'],
  ])('a message %s; the next one is told as if nothing had been', async (_, to) => {
    vi.spyOn(chat.store.archive, 'append').mockRejectedValueOnce(full());
    await ana.send(`<message to='${to()}' type='chat' id='m1'><body>one</body></message>`);
    await ana.receive(
      `<message from='${to()}' to='${ana.jid}' type='error' id='m1' more='{...}'><body>one</body>${refusal}</message>`,
    );
    await ana.receivesNothing();
    await bob.receivesNothing();
    await ana.send(`<message to='bob@coop.localhost' type='chat' id='m2'><body>two</body></message>`);
    await bob.receive(({ attributes }) => attributes.id === 'm2');
    expect(chat.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  test('a message is not acknowledged before it is refused (XEP-0198 §4)', async () => {
    const door = { transport: 'tcp', port: chat.ports.plain, domain: chat.domain, acksByHand: true } as const;
    const careful = await loginXmpp({ ...door, username: 'ana', password: chatPassword });
    await careful.enableAcks();
    vi.spyOn(chat.store.archive, 'append').mockRejectedValue(full());
    await careful.send(`<message to='bob@coop.localhost' type='chat' id='m1'><body>one</body></message>`);
    await careful.send("<r xmlns='urn:xmpp:sm:3'/>");
    await careful.receive(({ attributes }) => attributes.type === 'error' && attributes.id === 'm1');
    await careful.find("<a xmlns='urn:xmpp:sm:3' h='1'/>");
    careful.cut();
  });

  test('what is said in a room, and what is taken back there', async () => {
    await together();
    await bob.send(`<message to='${room}' type='groupchat' id='m1'><body>one</body></message>`);
    const said = await ana.find(({ attributes }) => attributes.id === 'm1');
    const [stamp] = said.children;
    const id = typeof stamp === 'object' ? stamp.attributes.id : '';
    await ana.forget();
    await bob.forget();
    vi.spyOn(chat.store.archive, 'append').mockRejectedValue(full());
    await bob.send(
      `<message to='${room}' type='groupchat' id='m2'><retract xmlns='urn:xmpp:message-retract:1' id='${id}'/></message>`,
    );
    await bob.receive(
      `<message from='${room}' to='${bob.jid}' type='error' id='m2' more='{...}'>{...}${refusal}</message>`,
    );
    await chat.server.chat.commits.settled();
    await ana.receivesNothing();
    const last =
      "<query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><before/></set></query>";
    await ana.ask('set', last, room);
    expect(JSON.stringify(await ana.receive())).toContain('"one"');
  });

  test('a change of the list of contacts, a node, private XML', async () => {
    const { roster, nodes } = chat.store;
    vi.spyOn(roster, 'change').mockRejectedValueOnce(full());
    vi.spyOn(roster, 'setPrivateXml').mockRejectedValueOnce(full());
    vi.spyOn(nodes, 'publish').mockRejectedValueOnce(full());
    const asked = [
      "<query xmlns='jabber:iq:roster'><item jid='bob@coop.localhost'/></query>",
      "<query xmlns='jabber:iq:private'><x xmlns='urn:x'/></query>",
      "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='n'><item><x xmlns='urn:x'/></item></publish></pubsub>",
    ];
    for (const [at, payload] of asked.entries()) {
      await ana.send(`<iq type='set' id='i${at}'>${payload}</iq>`);
      await ana.receive(`<iq type='error' id='i${at}' more='{...}'>{...}${refusal}</iq>`);
      await ana.ask('set', payload);
    }
  });

  test('a request to be a contact', async () => {
    vi.spyOn(chat.store.roster, 'change').mockRejectedValueOnce(full());
    await ana.send("<presence type='subscribe' to='bob@coop.localhost' id='s1'/>");
    await ana.receive(
      `<presence type='error' from='bob@coop.localhost' to='${ana.jid}' id='s1' more='{...}'>${refusal}</presence>`,
    );
    await bob.receivesNothing();
  });
});
