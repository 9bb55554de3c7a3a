import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childOf, type Element, elementsOf } from '../../formats/stanza/index.ts';
import { nodesLimits } from '../../stores/conversations/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import {
  contactsRememberedMax,
  itemsPerAnswerMax,
  notifiedNodesMax,
  subscribersPerAccountNodeMax,
} from './limits.ts';

const pubsubNs = 'http://jabber.org/protocol/pubsub';

describe('limits of what is published', () => {
  let chat: TestChat;
  let romeo: XmppActor;
  let account = 0;
  let ids = 0;
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

  async function ask(type: 'get' | 'set', inner: string): Promise<Element> {
    const id = `ask-${ids++}`;
    await romeo.send(`<iq type='${type}' id='${id}'><pubsub xmlns='${pubsubNs}'>${inner}</pubsub></iq>`);
    return romeo.find(({ attributes }) => attributes.id === id);
  }
  const conditions = (answer: Element) => {
    const error = childOf(answer, 'error');
    return error === undefined ? 'ok' : [...elementsOf(error)].map(({ name }) => name).join(' ');
  };
  const publish = async (node: string, item: string, options = '') =>
    conditions(await ask('set', `<publish node='${node}'>${item}</publish>${options}`));

  test('itemsPerAnswerMax: of ids that are asked for', async () => {
    expect(await publish('n', "<item id='1'><x xmlns='x'/></item>")).toBe('ok');
    const asked = (count: number) => "<item id='1'/>".repeat(count);
    const answer = await ask('get', `<items node='n'>${asked(itemsPerAnswerMax)}</items>`);
    expect(conditions(answer)).toBe('ok');
    const more = await ask('get', `<items node='n'>${asked(itemsPerAnswerMax + 1)}</items>`);
    expect(conditions(more)).toBe('policy-violation text');
    expect(itemsPerAnswerMax).toBeLessThanOrEqual(nodesLimits.pageRowsMax);
  });

  test('subscribersPerAccountNodeMax: strangers do not make an account tell all the world', async () => {
    const address = { service: 'pep', account, node: 'n' };
    for (let n = 0; n < subscribersPerAccountNodeMax; n++) {
      const jid = `s${n}@elsewhere.example`;
      await chat.store.nodes.subscribe(address, {
        jid,
        account: 0,
        subid: '',
        state: 'pending',
        options: {},
      });
    }
    const answer = await ask('set', `<subscribe node='n' jid='${romeo.jid}'/>`);
    expect(conditions(answer)).toBe('resource-constraint text');
  });

  test('notifiedNodesMax and contactsRememberedMax are room for what clients want', () => {
    expect(notifiedNodesMax).toBeLessThanOrEqual(nodesLimits.namesPerReadMax);
    expect(contactsRememberedMax).toBeGreaterThanOrEqual(10_000);
  });

  test('keys of a device of 100 prekeys are kept whole; what is too large is refused, and the stream goes on', async () => {
    const key = 'A'.repeat(44);
    const prekeys = Array.from({ length: 200 }, (_, id) => `<pk id='${id}'>${key}</pk>`).join('');
    const bundle = `<bundle xmlns='urn:xmpp:omemo:2'><prekeys>${prekeys}</prekeys></bundle>`;
    expect(await publish('bundles', `<item id='1'>${bundle}</item>`)).toBe('ok');
    const answer = await ask('get', "<items node='bundles'/>");
    const items = childOf(childOf(answer, 'pubsub', pubsubNs) ?? answer, 'items', pubsubNs);
    const kept = items && childOf(childOf(items, 'item', pubsubNs) ?? items, 'bundle', 'urn:xmpp:omemo:2');
    expect([...elementsOf([...elementsOf(kept ?? answer)][0] ?? answer)]).toHaveLength(200);
    // Written anew, each is four characters.
    const large = `<x xmlns='x'>${'>'.repeat(nodesLimits.itemBytesMax / 4)}</x>`;
    expect(await publish('large', `<item>${large}</item>`)).toBe('not-acceptable text payload-too-big');
    expect(await publish('large', "<item id='1'><x xmlns='x'/></item>")).toBe('ok');
  });

  test('nodesPerOwnerMax: somebody who makes ten thousand nodes makes a thousand', async () => {
    const { nodes } = chat.store;
    const [some] = await nodes.nodes({ service: 'pep', account }, { max: 1 });
    if (some === undefined) throw new Error('there is a node');
    for (let n = 0; n < nodesLimits.nodesPerOwnerMax; n++)
      await nodes.create({ service: 'pep', account, node: `many-${n}` }, some.config).catch(() => undefined);
    expect(await publish('one-more', "<item><x xmlns='x'/></item>")).toContain('resource-constraint');
  });

  test.each([
    ['<publish><item><x xmlns="x"/></item></publish>', 'bad-request nodeid-required'],
    ['<publish node="n"/>', 'bad-request item-required'],
    ['<publish node="n"><item/></publish>', 'bad-request payload-required'],
    [
      '<publish node="n"><item><a xmlns="x"/><b xmlns="x"/></item></publish>',
      'bad-request text invalid-payload',
    ],
    ['<retract node="n"/>', 'bad-request item-required'],
    ['<retract node="n"><item/></retract>', 'bad-request item-required'],
    ['<subscribe node="n"/>', 'bad-request jid-required'],
    ['<unsubscribe node="n" jid="romeo@coop.localhost"/>', 'unexpected-request not-subscribed'],
    ['<options node="n" jid="romeo@coop.localhost"/>', 'feature-not-implemented unsupported'],
    ['<create/>', 'bad-request nodeid-required'],
    ['<dance/>', 'feature-not-implemented unsupported'],
    ['', 'bad-request text'],
  ])('%s: %s', async (inner, expected) => {
    expect(conditions(await ask('set', inner))).toBe(expected);
  });

  test.each([
    ['access_model', 'secret', 'not-acceptable text'],
    ['max_items', '-1', 'bad-request text'],
    ['max_items', '100000', 'bad-request text'],
    ['persist_items', 'perhaps', 'bad-request text'],
    ['of_the_future', '1', 'conflict text precondition-not-met'],
    ['access_model', 'open', 'conflict text precondition-not-met'],
    ['access_model', 'presence', 'ok'],
  ])('a publication that expects %s to be %s: %s', async (name, value, expected) => {
    const of = `<field var='FORM_TYPE'><value>${pubsubNs}#publish-options</value></field>`;
    const field = `<field var='pubsub#${name}'><value>${value}</value></field>`;
    const options = `<publish-options><x xmlns='jabber:x:data' type='submit'>${of}${field}</x></publish-options>`;
    expect(await publish('n', "<item id='1'><x xmlns='x'/></item>", options)).toBe(expected);
  });
});
