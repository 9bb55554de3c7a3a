import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSuite, type TestSuite } from '../../testing/index.ts';
import { memberDirectoryCommands } from './member-directory.ts';

let suite: TestSuite;

beforeAll(async () => {
  suite = await startSuite();
  await suite.addMember('ana@coop.localhost', 'correct horse battery');
});
afterAll(() => suite.stop());

const [directory] = memberDirectoryCommands;
async function run(args: Record<string, unknown>) {
  const told = { progress: () => {}, signal: new AbortController().signal };
  return directory?.run(suite.rooms, { address: 'ana', ...args }, told);
}

test('a member is shown, told of and hidden', async () => {
  expect((await run({}))?.text).toMatch(/^directory +hidden$/);
  const shown = await run({ show: true, phone: '+33 1' });
  expect(shown?.json).toEqual({ address: 'ana@coop.localhost', shown: true, phone: '+33 1', photo: false });
  expect((await run({}))?.text.replace(/ +/g, ' ')).toBe('directory shown\ntelephone +33 1\nphoto not shown');
  expect((await run({ hide: true }))?.json).toEqual({ address: 'ana@coop.localhost', shown: false });
});

test.each([
  ['both', { show: true, hide: true }],
  ['a number alone', { phone: '1' }],
  ['a photo that is hidden', { hide: true, photo: true }],
])('refused: %s', async (_, args) => {
  await expect(run(args)).rejects.toThrow(/--/);
});

test('refused: no photo to show, no such member', async () => {
  await expect(run({ show: true, photo: true })).rejects.toMatchObject({ reason: 'not-found' });
  await expect(run({ address: 'nobody' })).rejects.toMatchObject({ reason: 'not-found' });
});
