import { afterEach, describe, expect, test } from 'vitest';
import { parseJid } from '../../formats/jid/index.ts';
import { element } from '../../formats/stanza/index.ts';
import { chatPassword, openTestChat, type TestChat, XmppActor } from '../../testing/index.ts';
import { clientNs } from '../namespaces.ts';
import type { ChatSettings } from '../services.ts';
import { addressed } from '../stanza.ts';

const paris = parseJid('paris@verona.example/court');
const cleanings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanings.splice(0).reverse()) await clean();
});

async function scene(strangers: NonNullable<ChatSettings['strangers']>) {
  const chat = await openTestChat({ settings: { strangers } });
  cleanings.push(() => chat.close());
  const account = await chat.addMember('juliet');
  const juliet = new XmppActor({ transport: 'tcp', port: chat.ports.plain, domain: chat.domain });
  cleanings.push(() => juliet.cut());
  await juliet.login({ username: 'juliet', password: chatPassword, resource: 'x' });
  await juliet.send('<presence/>');
  await juliet.receive(`<presence from='{any}' to='{any}' more='{...}'>{...}</presence>`);
  return { chat, juliet, account };
}

/** As another server brings it. */
async function brings(chat: TestChat, name: 'message' | 'presence', type: string | undefined, body = 'hail') {
  const of = element(name, clientNs, { type }, element('body', clientNs, {}, body));
  await chat.server.chat.router.route(addressed(of, paris, parseJid(`juliet@${chat.domain}`)));
  await chat.server.chat.commits.settled();
}

const hail = `<message type='chat' from='${'paris@verona.example/court'}' to='{any}' more='{...}'>{...}<body>hail</body>{...}</message>`;
const request = `<presence type='subscribe' from='{any}' to='{any}' more='{...}'>{...}</presence>`;

describe('people of other servers', () => {
  test('everything: they may write and ask', async () => {
    const { chat, juliet } = await scene('everything');
    await brings(chat, 'message', 'chat');
    await juliet.receive(hail);
  });

  test.each(['requests', 'nothing'] as const)(
    '%s: they may not write to who does not know them',
    async (policy) => {
      const { chat, juliet } = await scene(policy);
      await brings(chat, 'message', 'chat');
      await brings(chat, 'message', undefined);
      await juliet.receivesNothing();
    },
  );

  test('requests: they may ask to be a contact; nothing: they may not', async () => {
    const open = await scene('requests');
    await open.juliet.send("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>");
    await open.juliet.receive("<iq type='result' id='r' more='{...}'>{...}</iq>");
    await brings(open.chat, 'presence', 'subscribe');
    await open.juliet.receive(request);
    const closed = await scene('nothing');
    await brings(closed.chat, 'presence', 'subscribe');
    await closed.juliet.receivesNothing();
    expect((await closed.chat.store.roster.load(closed.account)).contacts.size).toBe(0);
  });

  test.each([
    [
      'a contact',
      "<iq type='set' id='a'><query xmlns='jabber:iq:roster'><item jid='paris@verona.example'/></query></iq>",
    ],
    ['a room, or whoever was told by name', "<presence to='paris@verona.example/court'/>"],
    [
      'who was written to',
      "<message type='chat' to='paris@verona.example'><body>who art thou?</body></message>",
    ],
  ])('known is %s', async (_, sends) => {
    const { chat, juliet } = await scene('nothing');
    await juliet.send(sends);
    await juliet.barrier();
    await juliet.forget();
    await brings(chat, 'message', 'chat');
    await juliet.find(hail);
  });
});
