import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseJid } from '../../formats/jid/index.ts';
import { element } from '../../formats/stanza/index.ts';
import { openTestChat, type TestChat } from '../../testing/index.ts';

let chat: TestChat;
beforeAll(async () => {
  chat = await openTestChat();
  await chat.addMember('ana');
});
afterAll(() => chat.close());

const forever = 2 ** 31 - 1;

test.each([
  ['coop.localhost', 'nobody@coop.localhost'],
  ['coop.localhost', 'ana@coop.localhost/away'],
  ['ana@coop.localhost', 'ana@coop.localhost/away'],
  ['ana@coop.localhost', 'push.elsewhere.example'],
  ['ana@coop.localhost', 'room@rooms.coop.localhost'],
])('%s hears at once that %s does not answer', async (from, to) => {
  const question = element('query', 'jabber:iq:version');
  const { questions } = chat.server.chat.router;
  const answer = await questions.ask(parseJid(from), parseJid(to), 'get', question, forever);
  expect([answer.type, answer.element.attributes.from]).toEqual(['error', to]);
});
