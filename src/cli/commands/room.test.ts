import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSuite, type TestSuite } from '../../testing/index.ts';
import { chatRoomCommands } from './room.ts';

let suite: TestSuite;

beforeAll(async () => {
  suite = await startSuite();
  await suite.addMember('ana@coop.localhost', 'correct horse battery');
  await suite.rooms.accounts.admin.addAlias('bureau@coop.localhost', [
    'ana@coop.localhost',
    'x@else.example',
  ]);
});
afterAll(() => suite.stop());

const [add, list] = chatRoomCommands;
const told = { progress: () => {}, signal: new AbortController().signal };

test('a room of a group, and one that everybody finds', async () => {
  const opened = await add?.run(suite.rooms, { name: 'bureau', group: 'bureau@coop.localhost' }, told);
  expect(opened?.json).toEqual({ address: 'bureau@rooms.coop.localhost', group: 'bureau@coop.localhost' });
  await add?.run(suite.rooms, { name: 'Agora', title: 'The agora', public: true }, told);
  expect((await list?.run(suite.rooms, {}, told))?.text).toMatch(/^agora@rooms\.coop\.localhost +The agora/);
  expect((await list?.run(suite.rooms, { group: 'bureau@coop.localhost' }, told))?.json).toHaveLength(1);
});

test('refused: a name that is taken, a group that is none', async () => {
  await expect(add?.run(suite.rooms, { name: 'bureau' }, told)).rejects.toMatchObject({ reason: 'exists' });
  const none = { name: 'other', group: 'nobody@coop.localhost' };
  await expect(add?.run(suite.rooms, none, told)).rejects.toMatchObject({ reason: 'not-found' });
});
