import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Element } from '../../formats/stanza/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import { StanzaError } from '../errors.ts';
import type { MakeService } from '../index.ts';
import { bounceOf, resultOf, type Stanza } from '../stanza.ts';
import { pushLimits } from './index.ts';

/** An app server below our own domain, which answers as it is told to. */
function appServer() {
  const heard: Element[] = [];
  const state: { error: StanzaError | null } = { error: null };
  const make: MakeService = (chat, domain) => ({
    host: `push.${domain}`,
    receive(stanza: Stanza) {
      heard.push(stanza.element);
      const { error } = state;
      void chat().router.route(error === null ? resultOf(stanza) : bounceOf(stanza, error));
    },
  });
  return { heard, state, make };
}

describe('clients that nobody hears', () => {
  let chat: TestChat;
  let app: ReturnType<typeof appServer>;
  let ana: XmppActor;
  let phone: XmppActor;
  const actors: XmppActor[] = [];
  const login = async (local: string, resource: string) => {
    const actor = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
    await actor.login({ username: local, password: chatPassword, resource });
    await actor.send('<presence/>');
    actors.push(actor);
    return actor;
  };
  beforeEach(async () => {
    app = appServer();
    chat = await openTestChat({ services: () => [app.make] });
    for (const local of ['ana', 'bea']) await chat.addMember(local);
    [ana, phone] = [await login('ana', 'x'), await login('bea', 'phone')];
    await phone.ask(
      'set',
      `<enable xmlns='urn:xmpp:push:0' jid='push.coop.localhost' node='n1'>
        <x xmlns='jabber:x:data' type='submit'>
          <field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field>
          <field var='secret'><value>a secret of theirs</value></field>
        </x>
      </enable>`,
    );
  });
  afterEach(async () => {
    for (const actor of actors.splice(0)) actor.cut();
    await chat.close();
  });

  const say = async (inner: string, type = 'chat') => {
    await ana.send(`<message to='bea@coop.localhost' type='${type}'>${inner}</message>`);
    await ana.barrier();
  };
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  const said = () => JSON.stringify(app.heard);

  test('are woken, and their app server is told neither what was said nor by whom', async () => {
    await say('<body>one</body>');
    await settled();
    expect(app.heard).toEqual([]);
    await phone.disconnect();
    await say('<body>a word for her</body>');
    await expect.poll(() => app.heard.length).toBe(1);
    expect(app.heard[0]?.attributes).toMatchObject({ from: 'bea@coop.localhost', type: 'set' });
    expect(said()).toContain('a secret of theirs');
    expect(said()).toContain('message-count');
    expect(said()).not.toMatch(/a word for her|ana@/);
    await say("<composing xmlns='http://jabber.org/protocol/chatstates'/>");
    await say("<body>x</body><no-store xmlns='urn:xmpp:hints'/>");
    await say('<body>x</body>', 'headline');
    await say("<received xmlns='urn:xmpp:receipts' id='1'/>");
    await say('<body>last</body>');
    await expect.poll(() => app.heard.length).toBe(2);
  });

  test('another client that is there changes nothing for one that is not', async () => {
    await phone.disconnect();
    const desk = await login('bea', 'desk');
    await say('<body>one</body>');
    await desk.find(({ name }) => name === 'message');
    await expect.poll(() => app.heard.length).toBe(1);
  });

  test('one that is cut off, with what it had not acknowledged', async () => {
    await phone.enableAcks();
    phone.cut();
    await say('<body>one</body>');
    await expect.poll(() => app.heard.length).toBeGreaterThanOrEqual(1);
  });

  test('a headline that it had not acknowledged wakes nobody', async () => {
    const door = { transport: 'tcp', port: chat.ports.plain, domain: chat.domain, acksByHand: true } as const;
    await phone.disconnect();
    phone = new XmppActor(door);
    actors.push(phone);
    await phone.login({ username: 'bea', password: chatPassword, resource: 'phone' });
    await phone.send('<presence/>');
    await phone.enableAcks();
    await say('<body>news</body>', 'headline');
    await phone.find(({ name }) => name === 'message');
    phone.cut();
    const sessions = () => [...chat.server.chat.homes.sessions()];
    await expect.poll(() => sessions().some(({ stream }) => stream === null)).toBe(true);
    await ana.barrier();
    await say('<body>one</body>');
    await expect.poll(() => app.heard.length).toBeGreaterThanOrEqual(1);
    await ana.barrier();
    expect(app.heard).toHaveLength(1);
  });

  test('an app server that knows the client no more is told nothing more; one that fails is, for a while', async () => {
    await phone.disconnect();
    app.state.error = new StanzaError('internal-server-error');
    await say('<body>one</body>');
    const bea = (await chat.accounts.byAddress('bea@coop.localhost'))?.id ?? 0;
    const rows = () => chat.store.registrations.push.of(bea);
    await expect.poll(async () => (await rows())[0]?.failures).toBe(1);
    app.state.error = new StanzaError('item-not-found');
    await say('<body>two</body>');
    await expect.poll(rows).toEqual([]);
    await say('<body>three</body>');
    await settled();
    expect(app.heard).toHaveLength(2);
  });

  test('one that does not want it any more', async () => {
    await phone.ask('set', "<disable xmlns='urn:xmpp:push:0' jid='push.coop.localhost'/>");
    await phone.disconnect();
    await say('<body>one</body>');
    await settled();
    expect(app.heard).toEqual([]);
  });

  test('pushesPerMinuteMax, publishMsMax: what comes fast is told together', async () => {
    expect(pushLimits.publishMsMax).toBeGreaterThan(1_000);
    await phone.disconnect();
    for (let n = 0; n < pushLimits.pushesPerMinuteMax + 5; n++) await say('<body>x</body>');
    await expect.poll(() => app.heard.length).toBe(pushLimits.pushesPerMinuteMax);
    await settled();
    expect(app.heard).toHaveLength(pushLimits.pushesPerMinuteMax);
  });
});
