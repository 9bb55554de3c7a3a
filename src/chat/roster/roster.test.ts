import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseJid } from '../../formats/jid/index.ts';
import { type Element, element } from '../../formats/stanza/index.ts';
import { rosterLimits } from '../../stores/conversations/index.ts';
import { openMember, openTestChat, type TestChat, type XmppActor } from '../../testing/index.ts';
import { clientNs } from '../namespaces.ts';
import { addressed } from '../stanza.ts';
import { isBlocked } from './blocked.ts';
import { rosterImported } from './imported.ts';
import { requestsMax } from './limits.ts';
import { sharedChanged } from './shared.ts';
import type { SharedContact } from './sources.ts';

describe('XEP-0191 §2: who is blocked', () => {
  test.each([
    ['romeo@montague.example/orchard', 'romeo@montague.example/orchard', true],
    ['romeo@montague.example/orchard', 'romeo@montague.example/phone', false],
    ['romeo@montague.example/orchard', 'romeo@montague.example', false],
    ['romeo@montague.example', 'romeo@montague.example/phone', true],
    ['romeo@montague.example', 'romeo@montague.example', true],
    ['romeo@montague.example', 'tybalt@montague.example', false],
    ['montague.example/hall', 'montague.example/hall', true],
    ['montague.example/hall', 'montague.example', false],
    ['montague.example/hall', 'romeo@montague.example/hall', true],
    ['montague.example', 'montague.example', true],
    ['montague.example', 'romeo@montague.example/phone', true],
    ['montague.example', 'romeo@rooms.montague.example', true],
    ['montague.example', 'notmontague.example', false],
    ['rooms.montague.example', 'montague.example', false],
  ])('%s blocks %s: %s', (item, jid, expected) => {
    expect(isBlocked(new Set([item]), parseJid(jid))).toBe(expected);
  });
});

describe('lists of contacts over the wire', () => {
  let chat: TestChat;
  let shared: Map<number, SharedContact[]>;
  beforeEach(async () => {
    shared = new Map();
    chat = await openTestChat({ rosterSource: { contactsOf: async (account) => shared.get(account) ?? [] } });
  });
  afterEach(() => chat.close());
  const set = (actor: XmppActor, item: string) =>
    actor.ask('set', `<query xmlns='jabber:iq:roster'>${item}</query>`).then(
      () => 'set',
      (error: Error) => /<([a-z-]+) xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'\/>/.exec(error.message)?.[1],
    );
  const rosterOf = (actor: XmppActor, ver = '') =>
    actor.ask('get', `<query xmlns='jabber:iq:roster'${ver && ` ver='${ver}'`}/>`);

  test('of who asks and takes it back nothing is left, however many they are', async () => {
    const id = await chat.addMember('romeo');
    const home = chat.server.chat.homes.of({ id, address: `romeo@${chat.domain}` });
    const says = (type: string, at: number) =>
      chat.server.chat.router.route(
        addressed(element('presence', clientNs, { type }), parseJid(`mal${at}@else.example`), home.jid),
      );
    for (let at = 0; at < 5; at++) {
      await says('subscribe', at);
      await says('unsubscribe', at);
    }
    expect((await home.state()).contacts.size).toBe(0);
    await says('subscribe', 0);
    expect([...(await home.state()).contacts.keys()]).toEqual(['mal0@else.example']);
  });

  test('what cannot be set is refused', async () => {
    const romeo = await openMember(chat, 'romeo');
    const groups = (count: number) =>
      Array.from({ length: count }, (_, at) => `<group>g${at}</group>`).join('');
    const wrong: [string, string][] = [
      ['', 'bad-request'],
      [`<item jid='a@x.example'/><item jid='b@x.example'/>`, 'bad-request'],
      ['<item/>', 'bad-request'],
      [`<item jid='@x.example'/>`, 'jid-malformed'],
      [`<item jid='romeo@${chat.domain}'/>`, 'not-allowed'],
      [`<item jid='a@x.example'><group/></item>`, 'not-acceptable'],
      [`<item jid='a@x.example'><group>g</group><group>g</group></item>`, 'bad-request'],
      [`<item jid='a@x.example' name='${'n'.repeat(rosterLimits.nameBytesMax + 1)}'/>`, 'not-acceptable'],
      [
        `<item jid='a@x.example'>${groups(rosterLimits.groupsPerContactMax + 1)}</item>`,
        'resource-constraint',
      ],
      [`<item jid='a@x.example' subscription='remove'/>`, 'item-not-found'],
    ];
    for (const [item, condition] of wrong) expect(await set(romeo, item), item).toBe(condition);
    // What a client says of subscriptions counts for nothing (§2.1.2.5).
    expect(
      await set(romeo, `<item jid='a@x.example' subscription='both' ask='subscribe' approved='true'/>`),
    ).toBe('set');
    const { contacts } = await chat.store.roster.load(1);
    expect([...contacts.values()]).toMatchObject([
      { contact: 'a@x.example', subscription: 'none', ask: false, approved: false },
    ]);
  });

  test('requestsMax: strangers who ask leave room for the member, who is told of each once', async () => {
    const romeo = await openMember(chat, 'romeo');
    await romeo.send('<presence/>');
    await romeo.forget();
    const { router, homes } = chat.server.chat;
    const to = parseJid(`romeo@${chat.domain}`);
    const ask = (at: number) =>
      router.route(
        addressed(element('presence', clientNs, { type: 'subscribe' }), parseJid(`s${at}@spam.example`), to),
      );
    for (let at = 0; at <= requestsMax; at++) await ask(at);
    await ask(0);
    await romeo.barrier();
    expect(romeo.unread.filter(({ element: { name } }) => name === 'presence')).toHaveLength(requestsMax);
    const state = await (await homes.find(to))?.state();
    expect(state?.contacts.size).toBe(requestsMax);
    expect(await set(romeo, `<item jid='juliet@capulet.example'/>`)).toBe('set');
    await romeo.disconnect();
    // §3.1.3: at the next login they ask again; none of them is in the list.
    const phone = await openMember(chat, 'romeo');
    expect((await rosterOf(phone)).children).toMatchObject([{ children: { length: 1 } }]);
    await phone.send('<presence/>');
    await phone.barrier();
    expect(
      phone.unread.filter(({ element: { attributes } }) => attributes.type === 'subscribe'),
    ).toHaveLength(requestsMax);
  });

  test('what nobody has asked for changes nothing, and nobody hears of it', async () => {
    const romeo = await openMember(chat, 'romeo');
    const tybalt = await openMember(chat, 'tybalt');
    await rosterOf(romeo);
    await romeo.send('<presence/>');
    await romeo.forget();
    for (const type of ['subscribed', 'unsubscribe', 'unsubscribed'])
      await tybalt.send(`<presence type='${type}' to='romeo@${chat.domain}'/>`);
    // A push of a list is believed from one's own account alone, which is for clients to see (§2.1.6): it does not arrive.
    await tybalt.send(
      `<iq type='set' id='forged' to='${romeo.jid}'><query xmlns='jabber:iq:roster'><item jid='x@y.example' subscription='both'/></query></iq>`,
    );
    await tybalt.find(`<iq type='error' id='forged' more='{...}'>{...}</iq>`);
    await romeo.receivesNothing();
    expect((await chat.store.roster.load(1)).contacts.size).toBe(0);
  });

  test('two who agreed beforehand and ask at once hear each other, and it ends there', async () => {
    const romeo = await openMember(chat, 'romeo');
    const juliet = await openMember(chat, 'juliet');
    const [r, j] = [`romeo@${chat.domain}`, `juliet@${chat.domain}`];
    for (const [actor, other] of [
      [romeo, j],
      [juliet, r],
    ] as const) {
      await actor.send(`<presence type='subscribed' to='${other}'/>`);
      await actor.barrier();
    }
    await Promise.all([
      romeo.send(`<presence type='subscribe' to='${j}'/>`),
      juliet.send(`<presence type='subscribe' to='${r}'/>`),
    ]);
    for (const actor of [romeo, juliet, romeo, juliet]) await actor.barrier();
    const standings = await Promise.all(
      [1, 2].map(async (account) => [...(await chat.store.roster.load(account)).contacts.values()]),
    );
    expect(standings).toMatchObject([
      [{ subscription: 'both', ask: false }],
      [{ subscription: 'both', ask: false }],
    ]);
    // To be one's own contact means nothing.
    await romeo.send(`<presence type='subscribe' to='${r}'/>`);
    await romeo.barrier();
    expect((await chat.store.roster.load(1)).contacts.has(r)).toBe(false);
  });

  test('whom the co-op puts into a list stands there, is heard, and cannot be changed', async () => {
    const romeo = await openMember(chat, 'romeo');
    const juliet = await openMember(chat, 'juliet');
    const [r, j] = [`romeo@${chat.domain}`, `juliet@${chat.domain}`];
    const { chat: services } = chat.server;
    const first = await rosterOf(romeo);
    expect(first.children).toMatchObject([{ children: [] }]);
    shared.set(1, [{ contact: j, name: 'Juliet', groups: ['Board'] }]);
    shared.set(2, [{ contact: r, name: 'Romeo', groups: ['Board'] }]);
    await sharedChanged(services, 1);
    await sharedChanged(services, 2);
    const push = await romeo.receive(
      `<iq type='set' id='{any}' to='${romeo.jid}'><query xmlns='jabber:iq:roster' ver='{capture:ver}'>
        <item jid='${j}' name='Juliet' subscription='both'><group>Board</group></item></query></iq>`,
    );
    expect(push.name).toBe('iq');
    await juliet.send('<presence/>');
    await juliet.receive((came) => came.attributes.from === juliet.jid);
    await romeo.send('<presence/>');
    await romeo.find(`<presence from='${juliet.jid}' more='{...}'/>`);
    await juliet.receive(`<presence from='${romeo.jid}' more='{...}'/>`);
    expect(await set(romeo, `<item jid='${j}' subscription='remove'/>`)).toBe('not-allowed');
    await romeo.send(`<presence type='unsubscribe' to='${j}'/>`);
    await juliet.receivesNothing();
    // The version says what is shared: with it nothing is told again, with another one all of it.
    const ver = romeo.captures.get('ver') ?? '';
    expect((await rosterOf(romeo, ver)).children).toEqual([]);
    expect((await rosterOf(romeo, '0')).children).toMatchObject([{ children: [{ attributes: { jid: j } }] }]);
    await romeo.forget();
    shared.delete(1);
    await sharedChanged(services, 1);
    await romeo.receive(
      `<iq type='set' id='{any}' to='${romeo.jid}'><query xmlns='jabber:iq:roster' ver='{any}'>
        <item jid='${j}' subscription='remove'/></query></iq>`,
    );
  });

  test('who comes into a list while both are there is heard at once, and who is taken out of it no more', async () => {
    const [romeo, juliet] = [await openMember(chat, 'romeo'), await openMember(chat, 'juliet')];
    const [r, j] = [`romeo@${chat.domain}`, `juliet@${chat.domain}`];
    const { chat: services } = chat.server;
    for (const actor of [romeo, juliet]) {
      await rosterOf(actor);
      await actor.send('<presence/>');
      await actor.forget();
    }
    const isAbout = (of: XmppActor, type?: string) => (came: Element) =>
      came.name === 'presence' && came.attributes.from === of.jid && came.attributes.type === type;
    shared.set(1, [{ contact: j, name: 'Juliet', groups: ['Board'] }]);
    shared.set(2, [{ contact: r, name: 'Romeo', groups: ['Board'] }]);
    for (const id of [1, 2]) await sharedChanged(services, id);
    for (const [actor, other] of [
      [romeo, juliet],
      [juliet, romeo],
    ] as const) {
      await actor.find(({ name }) => name === 'iq');
      await actor.find(isAbout(other));
      await actor.forget();
    }
    shared.clear();
    for (const id of [1, 2]) await sharedChanged(services, id);
    await romeo.find(isAbout(juliet, 'unavailable'));
    await juliet.find(isAbout(romeo, 'unavailable'));
    for (const actor of [romeo, juliet]) await actor.forget();
    await romeo.send('<presence><show>away</show></presence>');
    await romeo.barrier();
    await juliet.receivesNothing();
  });

  test('what is put into the list by another way is known at once, and clients hear of it', async () => {
    const id = await chat.addMember('romeo');
    const romeo = await openMember(chat, 'romeo');
    await rosterOf(romeo);
    const change = { listed: true, name: 'Mercutio' };
    await chat.store.roster.change(id, `mercutio@${chat.domain}`, 0, change);
    await rosterImported(chat.server.chat, id);
    await romeo.receive(
      `<iq type='set' id='{any}' to='${romeo.jid}'><query xmlns='jabber:iq:roster' ver='{any}'>
        <item jid='mercutio@${chat.domain}' name='Mercutio' subscription='none'/></query></iq>`,
    );
    await romeo.disconnect();
    await chat.store.roster.change(id, `paris@${chat.domain}`, 0, { ...change, name: 'Paris' });
    await rosterImported(chat.server.chat, id);
    const again = await openMember(chat, 'romeo');
    expect(JSON.stringify(await rosterOf(again))).toMatch(/Mercutio.*Paris/);
    await rosterImported(chat.server.chat, id + 1);
  });
});
