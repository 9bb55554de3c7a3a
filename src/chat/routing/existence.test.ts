import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseJid } from '../../formats/jid/index.ts';
import { type Element, element, parseElement, writeElement } from '../../formats/stanza/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import { clientNs } from '../namespaces.ts';
import { addressed } from '../stanza.ts';

const get = (payload: string) => `<iq type='get' id='i'>${payload}</iq>`;
const set = (payload: string) => `<iq type='set' id='i'>${payload}</iq>`;
const pubsub = (inner: string) => `<pubsub xmlns='http://jabber.org/protocol/pubsub'>${inner}</pubsub>`;

const stanzas: readonly (readonly [string, string])[] = [
  ['what it can do', get("<query xmlns='http://jabber.org/protocol/disco#info'/>")],
  [
    'a node of it',
    get("<query xmlns='http://jabber.org/protocol/disco#info' node='urn:xmpp:avatar:metadata'/>"),
  ],
  ['what it holds', get("<query xmlns='http://jabber.org/protocol/disco#items'/>")],
  ['its card', get("<vCard xmlns='vcard-temp'/>")],
  ['its new card', get(pubsub("<items node='urn:xmpp:vcard4'/>"))],
  ['its picture', get(pubsub("<items node='urn:xmpp:avatar:metadata'/>"))],
  ['its bookmarks', get(pubsub("<items node='urn:xmpp:bookmarks:1'/>"))],
  ['what is for contacts', get(pubsub("<items node='for-contacts'/>"))],
  ['its devices', get(pubsub("<items node='eu.siacs.conversations.axolotl.devicelist'/>"))],
  ['an item', get(pubsub("<items node='urn:xmpp:avatar:data'><item id='x'/></items>"))],
  [
    'to follow a node',
    set(pubsub("<subscribe node='urn:xmpp:avatar:metadata' jid='paris@verona.example'/>")),
  ],
  ['to publish there', set(pubsub("<publish node='x'><item><x xmlns='urn:x'/></item></publish>"))],
  [
    'to configure there',
    get("<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><configure node='x'/></pubsub>"),
  ],
  ['its archive', set("<query xmlns='urn:xmpp:mam:2' queryid='q'/>")],
  ['its roster', get("<query xmlns='jabber:iq:roster'/>")],
  ['when it was last there', get("<query xmlns='jabber:iq:last'/>")],
  ['its software', get("<query xmlns='jabber:iq:version'/>")],
  ['whether it answers', get("<ping xmlns='urn:xmpp:ping'/>")],
  ['its time', get("<time xmlns='urn:xmpp:time'/>")],
  ['whom it blocks', get("<blocklist xmlns='urn:xmpp:blocking'/>")],
  ['what it keeps', get("<query xmlns='jabber:iq:private'><x xmlns='urn:x'/></query>")],
  ['how it registers', get("<query xmlns='jabber:iq:register'/>")],
  ['to command it', set("<command xmlns='http://jabber.org/protocol/commands' node='x'/>")],
  ['to call it', set("<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s'/>")],
  ['what nobody knows', get("<x xmlns='urn:x'/>")],
  ['two things', get("<x xmlns='urn:x'/><y xmlns='urn:x'/>")],
  ['an answer', "<iq type='result' id='i'/>"],
  ['whether it is there', "<presence type='probe'/>"],
  ['to be a contact', "<presence type='subscribe'/>"],
  ['to be one no more', "<presence type='unsubscribe'/>"],
  ['what was not asked', "<presence type='subscribed'/>"],
  ['to be left alone', "<presence type='unsubscribed'/>"],
  ['that it is here', '<presence/>'],
  ['that it goes', "<presence type='unavailable'/>"],
  ['an error', "<message type='error'><error type='cancel'/></message>"],
];

/**
 * Messages are not among them: who has written to nobody is told that it did not arrive, as by mail.
 * Juliet is there as `x`; the hermit has never come; Tybalt is locked out.
 */
const [there, hermit, out, missing] = ['juliet', 'hermit', 'tybalt', 'nobody'];
const paris = parseJid('paris@verona.example/court');
let chat: TestChat;
let bob: XmppActor;
const heard: Element[] = [];
const actors: XmppActor[] = [];

async function login(username: string): Promise<XmppActor> {
  const actor = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
  actors.push(actor);
  await actor.login({ username, password: chatPassword, resource: 'x' });
  await actor.send('<presence/>');
  await actor.forget();
  return actor;
}

beforeAll(async () => {
  const verona = {
    host: 'verona.example',
    receive: ({ element: of }: { element: Element }) => void heard.push(of),
  };
  chat = await openTestChat({ services: () => [() => verona] });
  for (const local of [there, hermit, 'bob']) await chat.addMember(local);
  await chat.admin.disableMember(await chat.addMember(out));
  const juliet = await login(there);
  const publish = (node: string) =>
    pubsub(`<publish node='${node}'><item id='1'><x xmlns='urn:x'/></item></publish>`);
  await juliet.ask('set', publish('urn:xmpp:bookmarks:1'));
  await juliet.ask('set', publish('for-contacts'));
  const open = "<field var='pubsub#access_model'><value>open</value></field>";
  const form = `<x xmlns='jabber:x:data' type='submit'>${open}</x>`;
  await juliet.ask('set', pubsub(`<create node='open'/><configure>${form}</configure>`));
  bob = await login('bob');
});
afterAll(async () => {
  for (const actor of actors) actor.cut();
  await chat.close();
});

const namelessly = (of: Element, local: string) =>
  writeElement(of)
    .replaceAll(`${local}@`, '…@')
    .replace(/ stamp='[^']*'/g, '');

async function fromElsewhere(text: string, local: string, resource: string): Promise<readonly string[]> {
  heard.length = 0;
  const { children, attributes, name } = parseElement(text.replace(/^<(\w+)/, `<$1 xmlns='${clientNs}'`));
  const of = element(name, clientNs, attributes, ...children);
  await chat.server.chat.router.route(addressed(of, paris, { local, domain: chat.domain, resource }));
  await chat.server.chat.commits.settled();
  return heard.map((each) => namelessly(each, local));
}

async function fromHere(text: string, local: string, resource: string): Promise<readonly string[]> {
  const to = `${local}@${chat.domain}${resource === '' ? '' : `/${resource}`}`;
  await bob.send(text.replace(/^<(\w+)/, `<$1 to='${to}'`));
  await bob.barrier();
  await chat.server.chat.commits.settled();
  await bob.barrier();
  const came = bob.unread.map(({ element: of }) => namelessly(of, local));
  await bob.forget();
  return came;
}

describe('a stranger hears the same of who is here, who is locked out and who is nobody (RFC 6121 §8.5.1)', () => {
  test.each(stanzas)('who asks from elsewhere: %s', async (_, text) => {
    for (const resource of ['', 'x', 'y']) {
      const nothing = await fromElsewhere(text, missing, resource);
      for (const local of [there, hermit, out])
        expect([local, resource, ...(await fromElsewhere(text, local, resource))]).toEqual([
          local,
          resource,
          ...nothing,
        ]);
    }
  });

  test('what is open to everybody says what is wrong', async () => {
    const [publishes] = await fromElsewhere(
      set(pubsub("<publish node='open'><item><x xmlns='urn:x'/></item></publish>")),
      there,
      '',
    );
    expect(publishes).toContain('<forbidden');
  });

  // Members see each other's names, what is published there may say what is wrong, and a whole address reaches its client.
  const among = stanzas.filter(([, text]) => !/pubsub|<y/.test(text));
  test.each(among)('who asks from here: %s', async (_, text) => {
    for (const resource of ['', 'y']) {
      const nothing = await fromHere(text, missing, resource);
      for (const local of [there, hermit, out])
        expect([local, resource, ...(await fromHere(text, local, resource))]).toEqual([
          local,
          resource,
          ...nothing,
        ]);
    }
  });
});
