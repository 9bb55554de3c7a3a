import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseJid } from '../../formats/jid/index.ts';
import { element, parseElement, textOf } from '../../formats/stanza/index.ts';
import { openMember, openTestChat, type TestChat, type XmppActor } from '../../testing/index.ts';
import { capabilitiesOf, capsOf, verificationOf } from '../caps/index.ts';
import { clientNs } from '../namespaces.ts';
import type { HomeState } from '../roster/index.ts';
import type { Home } from '../routing/home.ts';
import { addressed } from '../stanza.ts';
import {
  contactsPerStepMax,
  directedPerSessionMax,
  resourcesPerContactMax,
  resourcesPerHomeMax,
  spokenToPerSessionMax,
  statusCharactersMax,
} from './limits.ts';
import { contactResources, forgetContact, noteResource } from './resources.ts';
import { inSteps } from './rounds.ts';

const presence = (type?: string) => element('presence', clientNs, { type });

test('contactsPerStepMax: who has many contacts leaves others their turn', async () => {
  let running = 0;
  let most = 0;
  let turns = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      await nextTurn();
      turns++;
    }
  })();
  const told: number[] = [];
  await inSteps(Array(10 * contactsPerStepMax).keys(), async (one) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    told.push(one);
    running--;
  });
  isOver = true;
  await watching;
  expect(most).toBe(contactsPerStepMax);
  expect(turns).toBeGreaterThanOrEqual(9);
  expect(told).toHaveLength(10 * contactsPerStepMax);
});

describe('resources of contacts', () => {
  const stateOf = (...contacts: readonly string[]) =>
    ({
      contacts: new Map(contacts.map((contact) => [contact, { subscription: 'to' }])),
      shared: new Map(),
    }) as never as HomeState;
  const home = (sessions: number) =>
    ({ text: 'juliet@capulet.example', sessions: { size: sessions } }) as never as Home;
  const jidsOf = (of: Home) => [...contactResources(of).all()].map(({ jid }) => jid.resource);

  test('are those that the account hears of, while it is there', () => {
    const juliet = home(1);
    const state = stateOf('romeo@montague.example');
    const orchard = parseJid('romeo@montague.example/orchard');
    const caps = `<presence xmlns='jabber:client'><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/></presence>`;
    noteResource(juliet, state, orchard, parseElement(caps));
    noteResource(juliet, state, parseJid('tybalt@capulet.example/street'), presence());
    expect([...contactResources(juliet).of('romeo@montague.example')]).toEqual([
      { jid: orchard, caps: { hash: 'sha-1', node: 'n', ver: 'v' } },
    ]);
    expect(jidsOf(juliet)).toEqual(['orchard']);
    noteResource(juliet, state, orchard, presence('unavailable'));
    expect(jidsOf(juliet)).toEqual([]);
    noteResource(juliet, state, orchard, presence());
    forgetContact(juliet, { ...orchard, resource: '' });
    expect(jidsOf(juliet)).toEqual([]);
    const away = home(0);
    noteResource(away, state, orchard, presence());
    expect(jidsOf(away)).toEqual([]);
  });

  test('resourcesPerContactMax, resourcesPerHomeMax', () => {
    const juliet = home(1);
    const names = Array.from(
      { length: resourcesPerHomeMax / resourcesPerContactMax + 1 },
      (_, at) => `r${at}@x.example`,
    );
    const state = stateOf(...names);
    for (const name of names)
      for (let at = 0; at <= resourcesPerContactMax; at++)
        noteResource(juliet, state, parseJid(`${name}/${at}`), presence());
    expect([...contactResources(juliet).of('r0@x.example')]).toHaveLength(resourcesPerContactMax);
    expect(jidsOf(juliet)).toHaveLength(resourcesPerHomeMax);
    noteResource(juliet, state, parseJid('r0@x.example/0'), presence('unavailable'));
    noteResource(juliet, state, parseJid('r200@x.example/new'), presence());
    expect(jidsOf(juliet)).toHaveLength(resourcesPerHomeMax);
    expect(jidsOf(juliet)).toContain('new');
  });
});

describe('presence over the wire', () => {
  let chat: TestChat;
  beforeEach(async () => {
    chat = await openTestChat();
  });
  afterEach(() => chat.close());
  const member = (local: string): Promise<XmppActor> => openMember(chat, local);

  test('directedPerSessionMax: whoever tells the world is stopped, and those who were told hear of the end', async () => {
    const romeo = await member('romeo');
    const nurse = await member('nurse');
    await romeo.send(`<presence to='${nurse.jid}'/>`);
    await nurse.receive((came) => came.name === 'presence');
    for (let at = 1; at < directedPerSessionMax; at++)
      await romeo.send(`<presence to='nobody@${chat.domain}/${at}'/>`);
    await romeo.receivesNothing();
    await romeo.send(`<presence id='over' to='nobody@${chat.domain}/over'/>`);
    await romeo.receive(
      `<presence type='error' id='over' more='{...}'><error type='wait'><resource-constraint
        xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>{...}</error></presence>`,
    );
    // One who was told already is told again.
    await romeo.send(`<presence to='${nurse.jid}'><show>away</show></presence>`);
    await nurse.receive((came) => came.name === 'presence');
    await romeo.disconnect();
    await nurse.receive(`<presence type='unavailable' from='${romeo.jid}' to='${nurse.jid}'/>`);
  });

  test('spokenToPerSessionMax: of those who were spoken to elsewhere, the latest may ask', async () => {
    const romeo = await member('romeo');
    const session = chat.server.chat.homes.sessionOf(parseJid(romeo.jid));
    if (session === null) throw new Error('romeo is not there');
    const kate = (at: number) => parseJid(`kate${at}@padua.example/house`);
    for (let at = 1; at <= 2 * spokenToPerSessionMax; at++)
      chat.server.chat.presence.spoke(session, kate(at));
    const request = (at: number) =>
      addressed(element('iq', clientNs, { type: 'get', id: '1' }), kate(at), session.jid);
    const { presence: rules } = chat.server.chat;
    await rules.demandKnown(session.home, session, request(2 * spokenToPerSessionMax));
    await expect(rules.demandKnown(session.home, session, request(1))).rejects.toThrow();
  });

  test('statusCharactersMax: of what was said last, that much is remembered', async () => {
    const romeo = await member('romeo');
    const phone = await member('romeo');
    await romeo.send('<presence/>');
    await romeo.send(`<presence type='unavailable'><status>${'x'.repeat(1_000)}</status></presence>`);
    await romeo.barrier();
    const last = await phone.ask('get', `<query xmlns='jabber:iq:last'/>`, `romeo@${chat.domain}`);
    const [query] = last.children;
    expect(typeof query === 'object' && textOf(query)).toHaveLength(statusCharactersMax);
  });

  test('what is no presence comes back, and nothing of it is told', async () => {
    const romeo = await member('romeo');
    const nurse = await member('nurse');
    for (const type of ['subscribe', 'invisible']) {
      await romeo.send(`<presence type='${type}' id='${type}'/>`);
      await romeo.receive(`<presence type='error' id='${type}' more='{...}'>{...}</presence>`);
    }
    await romeo.send(`<presence type='invisible' id='to' to='${nurse.jid}'/>`);
    await romeo.receive(`<presence type='error' id='to' from='${nurse.jid}' more='{...}'>{...}</presence>`);
    await romeo.send(`<presence type='error'/>`);
    await nurse.receivesNothing();
    await romeo.receivesNothing();
  });

  test('a client is asked once what it can do, and what it answers is known (XEP-0115)', async () => {
    const romeo = await member('romeo');
    const info = `<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:a+notify'/></query>`;
    const ver = verificationOf(parseElement(info), 'sha-1');
    const caps = `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='${ver}'/>`;
    await romeo.send(`<presence>${caps}</presence>`);
    await romeo.find((came) => came.name === 'presence');
    const { chat: services } = chat.server;
    const session = services.homes.sessionAt(romeo.jid);
    if (session?.presence == null) throw new Error('there is no session');
    const known = capabilitiesOf(services);
    const found = known.of(session.home.jid, session.jid, capsOf(session.presence));
    const asked = await romeo.find((came) => came.name === 'iq');
    await romeo.send(
      `<iq type='result' id='${asked.attributes.id}' to='${asked.attributes.from}'>${info}</iq>`,
    );
    expect([...(await found)]).toEqual(['urn:a+notify']);
    await romeo.receivesNothing();
    expect(known.known(session.jid, capsOf(session.presence))?.size).toBe(1);
  });

  test('who waits for somebody that there is not, waits no longer (RFC 6121 §4.3.2); who is locked out may come back', async () => {
    const romeo = await member('romeo');
    const { router, homes } = chat.server.chat;
    const id = await chat.addMember('paris');
    await chat.befriend('romeo', 'paris');
    await chat.admin.disableMember(id);
    const home = await homes.find(parseJid(`romeo@${chat.domain}`));
    const standing = async (local: string) =>
      (await home?.state())?.contacts.get(`${local}@${chat.domain}`)?.subscription;
    await chat.store.roster.change(home?.account ?? 0, `ghost@${chat.domain}`, 0, {
      ...{ listed: true, subscription: 'to' },
    });
    home?.changed();
    await romeo.send('<presence/>');
    await expect.poll(() => standing('ghost')).toBe('none');
    expect(await standing('paris')).toBe('both');
    // Nobody can be made to answer for another.
    const from = parseJid(`ghost@${chat.domain}/x`);
    await router.route(addressed(presence('subscribed'), from, parseJid(`romeo@${chat.domain}`)));
    expect(await standing('ghost')).toBe('none');
  });

  test('contacts of who is deleted hear that it is over', async () => {
    const romeo = await member('romeo');
    const id = await chat.addMember('juliet');
    await chat.befriend('romeo', 'juliet');
    const juliet = await openMember(chat, 'juliet');
    await romeo.ask('get', `<query xmlns='jabber:iq:roster'/>`);
    await romeo.send('<presence/>');
    await juliet.send('<presence/>');
    await romeo.find(`<presence from='${juliet.jid}' more='{...}'/>`);
    await romeo.forget();
    await chat.admin.deleteMember(id);
    const from = `juliet@${chat.domain}`;
    await romeo.find(`<presence type='unavailable' from='${juliet.jid}' more='{...}'/>`);
    await romeo.find(`<presence type='unsubscribe' from='${from}' more='{...}'/>`);
    await romeo.find(`<presence type='unsubscribed' from='${from}' more='{...}'/>`);
    await romeo.find(
      `<iq type='set' more='{...}'><query xmlns='jabber:iq:roster' ver='{any}'>
        <item jid='${from}' subscription='none'/></query></iq>`,
    );
    expect(await chat.store.roster.load(id)).toMatchObject({ contacts: new Map(), last: null });
    await juliet.ended();
  });
});
