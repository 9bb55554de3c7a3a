import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childOf, type Element, elementsOf, parseElement } from '../../formats/stanza/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import { verificationOf } from '../caps/index.ts';

/**
 * Who reads, hears of and changes what an account publishes: each access model (XEP-0060 §4.5), as seen by everybody who can
 * stand to the account in another way. `other` is a contact who does not hear of the owner's presence.
 */
const roles = ['owner', 'contact', 'other', 'stranger', 'blocked'] as const;
type Role = (typeof roles)[number];

/** Each is a node of that access model, but `banned`: open, and the contact is an outcast. `other` is on the whitelist, and approved. */
const models = ['open', 'presence', 'roster', 'whitelist', 'authorize', 'banned'] as const;
type Model = (typeof models)[number];

const needsPresence = 'not-authorized presence-subscription-required';
const gone = 'service-unavailable';

/** What reading is answered with, in the order of the roles. */
const reading: Readonly<Record<Model, readonly string[]>> = {
  open: ['ok', 'ok', 'ok', 'ok', gone],
  presence: ['ok', 'ok', needsPresence, needsPresence, gone],
  roster: ['ok', 'ok', 'not-authorized not-in-roster-group', 'not-authorized not-in-roster-group', gone],
  whitelist: ['ok', 'not-allowed closed-node', 'ok', 'not-allowed closed-node', gone],
  authorize: ['ok', 'not-authorized pending-subscription', 'ok', 'not-authorized pending-subscription', gone],
  banned: ['ok', 'forbidden', 'ok', 'ok', gone],
};

/** Who hears of a publication: the owner's clients and contacts' that want it, and who has subscribed. */
const hearing: Readonly<Record<Role, readonly Model[]>> = {
  owner: models,
  contact: ['open', 'presence', 'roster'],
  other: ['authorize'],
  stranger: [],
  blocked: [],
};

const pubsubNs = 'http://jabber.org/protocol/pubsub';
const capsNs = 'http://jabber.org/protocol/caps';
const wanted = models.map((model) => `<feature var='${model}+notify'/>`).join('');
const info = `<query xmlns='http://jabber.org/protocol/disco#info'>${wanted}</query>`;
const ver = verificationOf(parseElement(info), 'sha-1');

const form = (of: string, fields: Readonly<Record<string, string>>) =>
  `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${pubsubNs}#${of}</value></field>${Object.entries(
    fields,
  )
    .map(([name, value]) => `<field var='pubsub#${name}'><value>${value}</value></field>`)
    .join('')}</x>`;
const ask = (inner: string, ns = pubsubNs) => `<pubsub xmlns='${ns}'>${inner}</pubsub>`;
const publication = (node: string, options = '') =>
  ask(`<publish node='${node}'><item id='1'><x xmlns='x'/></item></publish>${options}`);

describe('access to nodes of an account', () => {
  let chat: TestChat;
  const actors = new Map<Role, XmppActor>();
  const actor = (role: Role): XmppActor => {
    const found = actors.get(role);
    if (found === undefined) throw new Error(`${role} is missing`);
    return found;
  };
  let ids = 0;

  async function enter(role: Role): Promise<void> {
    const one = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
    actors.set(role, one);
    await one.login({ username: role, password: chatPassword, resource: 'here' });
    await one.send(`<presence><c xmlns='${capsNs}' hash='sha-1' node='n' ver='${ver}'/></presence>`);
    if (role !== 'owner') return one.barrier();
    const question = await one.find((element) => element.name === 'iq' && element.attributes.type === 'get');
    const { id, from } = question.attributes;
    await one.send(`<iq type='result' id='${id}' to='${from}'>${info}</iq>`);
    await one.barrier();
  }

  /** `ok`, or the conditions of the error. */
  async function outcome(role: Role, type: 'get' | 'set', payload: string): Promise<string> {
    const id = `ask-${ids++}`;
    const to = `owner@${chat.domain}`;
    await actor(role).send(`<iq type='${type}' id='${id}' to='${to}'>${payload}</iq>`);
    const answer = await actor(role).find((element) => element.attributes.id === id);
    if (answer.attributes.type === 'result') return 'ok';
    const error = childOf(answer, 'error');
    const names = error === undefined ? [] : [...elementsOf(error)].map(({ name }) => name);
    return names.filter((name) => name !== 'text').join(' ');
  }

  /** Nodes of which somebody has heard since the last time. */
  async function heard(role: Role): Promise<string[]> {
    await chat.server.chat.commits.settled();
    await actor(role).barrier();
    const events = actor(role).unread.flatMap(({ element }) => eventOf(element) ?? []);
    await actor(role).forget();
    return [...new Set(events)].sort();
  }

  const everybody = async (act: (role: Role) => Promise<string | string[]>) =>
    Object.fromEntries(await Promise.all(roles.map(async (role) => [role, await act(role)] as const)));

  beforeAll(async () => {
    chat = await openTestChat();
    const accounts = new Map<Role, number>();
    for (const role of roles) accounts.set(role, await chat.addMember(role));
    const link = async (one: Role, two: Role, groups: readonly string[], subscription: 'both' | 'none') => {
      const change = { listed: true, subscription, groups };
      await chat.store.roster.change(accounts.get(one) ?? 0, `${two}@${chat.domain}`, 0, change);
    };
    for (const [role, subscription] of [
      ['contact', 'both'],
      ['other', 'none'],
      ['blocked', 'both'],
    ] as const) {
      await link('owner', role, role === 'other' ? ['Work'] : ['Friends'], subscription);
      await link(role, 'owner', [], subscription);
    }
    await chat.store.roster.block(accounts.get('owner') ?? 0, { add: [`blocked@${chat.domain}`] });
    await enter('owner');
    for (const model of models) {
      const fields = { access_model: model === 'banned' ? 'open' : model };
      const more = model === 'roster' ? { ...fields, roster_groups_allowed: 'Friends' } : fields;
      const options = `<publish-options>${form('publish-options', more)}</publish-options>`;
      expect(await outcome('owner', 'set', publication(model, options))).toBe('ok');
    }
    const set = (verb: string, inner: string) =>
      outcome('owner', 'set', ask(`<${verb}>${inner}</${verb.split(' ')[0]}>`, `${pubsubNs}#owner`));
    const jid = (role: Role) => `jid='${role}@${chat.domain}'`;
    await set(`affiliations node='whitelist'`, `<affiliation ${jid('other')} affiliation='member'/>`);
    await set(`affiliations node='banned'`, `<affiliation ${jid('contact')} affiliation='outcast'/>`);
    await set(`subscriptions node='authorize'`, `<subscription ${jid('other')} subscription='subscribed'/>`);
    await actor('owner').forget();
    for (const role of roles) if (role !== 'owner') await enter(role);
  });
  afterAll(async () => {
    for (const one of actors.values()) one.cut();
    await chat.close();
  });

  test('who comes is sent the last items of what it hears of, and of nothing else', async () => {
    const { contact, other, stranger, blocked } = await everybody(heard);
    expect({ contact, other, stranger, blocked }).toEqual({
      contact: hearing.contact,
      // It has subscribed by name, and its presence is not told to the owner.
      ...{ other: [], stranger: [], blocked: [] },
    });
  });

  test.each(models)('%s: who may read', async (model) => {
    const read = ask(`<items node='${model}'/>`);
    expect(Object.values(await everybody((role) => outcome(role, 'get', read)))).toEqual(reading[model]);
    const named = ask(`<items node='${model}'><item id='1'/></items>`);
    expect(Object.values(await everybody((role) => outcome(role, 'get', named)))).toEqual(reading[model]);
  });

  test('who hears of what is published', async () => {
    for (const model of models) expect(await outcome('owner', 'set', publication(model))).toBe('ok');
    const expected = Object.fromEntries(roles.map((role) => [role, [...hearing[role]].sort()]));
    expect(await everybody(heard)).toEqual(expected);
    for (const model of models) {
      const retract = ask(`<retract node='${model}' notify='1'><item id='1'/></retract>`);
      expect(await outcome('owner', 'set', retract)).toBe('ok');
    }
    expect(await everybody(heard)).toEqual(expected);
  });

  test.each(models)('%s: nobody but the owner changes anything', async (model) => {
    const owner = `${pubsubNs}#owner`;
    const attempts: readonly (readonly ['get' | 'set', string])[] = [
      ['set', publication(model)],
      ['set', publication(model, `<publish-options>${form('publish-options', {})}</publish-options>`)],
      ['set', ask(`<retract node='${model}'><item id='1'/></retract>`)],
      ['get', ask(`<configure node='${model}'/>`, owner)],
      ['set', ask(`<configure node='${model}'>${form('node_config', {})}</configure>`, owner)],
      ['set', ask(`<purge node='${model}'/>`, owner)],
      ['set', ask(`<delete node='${model}'/>`, owner)],
      ['get', ask(`<affiliations node='${model}'/>`, owner)],
      [
        'set',
        ask(
          `<affiliations node='${model}'><affiliation jid='stranger@${chat.domain}' affiliation='owner'/></affiliations>`,
          owner,
        ),
      ],
      ['get', ask(`<subscriptions node='${model}'/>`, owner)],
      [
        'set',
        ask(
          `<subscriptions node='${model}'><subscription jid='stranger@${chat.domain}' subscription='subscribed'/></subscriptions>`,
          owner,
        ),
      ],
    ];
    for (const [type, payload] of attempts)
      for (const role of roles)
        if (role !== 'owner')
          expect([role, payload, await outcome(role, type, payload)]).toEqual([
            role,
            payload,
            role === 'blocked' ? gone : 'forbidden',
          ]);
  });

  test('nobody makes a node in the place of another, whatever it is to be', async () => {
    const options = `<publish-options>${form('publish-options', { publish_model: 'open', access_model: 'open' })}</publish-options>`;
    const made = await everybody((role) =>
      role === 'owner' ? Promise.resolve('ok') : outcome(role, 'set', publication('new', options)),
    );
    expect(Object.values(made)).toEqual(['ok', 'item-not-found', 'item-not-found', 'item-not-found', gone]);
    expect(await outcome('contact', 'set', ask(`<create node='new'/>`))).toBe('forbidden');
    expect(await outcome('owner', 'get', ask(`<items node='new'/>`))).toBe('item-not-found');
  });

  test('who may subscribe is who may read, or who has asked to', async () => {
    const subscribing = async (role: Role, model: Model) =>
      outcome(role, 'set', ask(`<subscribe node='${model}' jid='${role}@${chat.domain}'/>`));
    for (const model of models) {
      const expected = reading[model].map((each) => (each.endsWith('pending-subscription') ? 'ok' : each));
      expect(Object.values(await everybody((role) => subscribing(role, model)))).toEqual(expected);
    }
    expect(await outcome('stranger', 'get', ask(`<items node='authorize'/>`))).toBe(
      'not-authorized pending-subscription',
    );
  });
});

/** The node that a message tells of. */
function eventOf(element: Element): string | undefined {
  const event = childOf(element, 'event', `${pubsubNs}#event`);
  const items = event && [...elementsOf(event)][0];
  return items?.attributes.node;
}
