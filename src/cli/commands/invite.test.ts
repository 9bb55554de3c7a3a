import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSuite, type TestSuite } from '../../testing/index.ts';
import { inviteCommands } from './invite.ts';

let suite: TestSuite;
beforeAll(async () => {
  suite = await startSuite({ settings: { chat: { registration: 'invite' } } });
  await suite.addMember('ana@coop.localhost', 'correct horse battery');
});
afterAll(() => suite.stop());

const [invite] = inviteCommands;
const told = { progress: () => {}, signal: new AbortController().signal };
const run = (args: Record<string, unknown>) => {
  if (invite === undefined) throw new Error('there is no such command');
  return invite.run(suite.rooms, args, told);
};
const kept = async (json: unknown) => {
  const { page, uri } = json as { page: string; uri: string };
  const token = page.slice(page.lastIndexOf('/') + 1);
  expect(uri).toContain(`preauth=${token}`);
  return suite.rooms.conversations.registrations.invites.peek(token);
};

test('a link for one, for a name that is kept, and for many', async () => {
  const one = await run({});
  expect(await kept(one.json)).toMatchObject({ kind: 'account', creator: 0, local: '', usesLeft: 1 });
  expect(one.text).toMatch(
    /^https:\/\/\S+\/invite\/\S+\nxmpp:coop\.localhost\?register;preauth=\S+\ngood until \d/,
  );
  const named = await run({ as: 'Bo' });
  expect(await kept(named.json)).toMatchObject({ local: 'bo', usesLeft: 1 });
  expect(named.text).toContain('xmpp:bo@coop.localhost?register');
  const many = await run({ uses: '20', days: '30' });
  expect(await kept(many.json)).toMatchObject({ usesLeft: 20 });
});

test('refused: an address that somebody has, one for many, and where nobody comes in', async () => {
  await expect(run({ as: 'ana' })).rejects.toMatchObject({ reason: 'exists' });
  await expect(run({ as: 'bo', uses: '2' })).rejects.toMatchObject({ reason: 'invalid' });
  const { value } = suite.rooms.settings;
  const closed = {
    ...suite.rooms,
    settings: { value: { ...value, chat: { ...value.chat, registration: 'closed' } } },
  };
  await expect(invite?.run(closed as never, {}, told)).rejects.toMatchObject({
    reason: 'denied',
  });
});
