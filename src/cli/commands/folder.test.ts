import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAccounts, publicAccount } from '../../accounts/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { engines, openTestStores, type TestStores } from '../../testing/index.ts';
import { folderCommands } from './folder.ts';

let stores: TestStores;
let rooms: Rooms;
let close: () => Promise<void>;

beforeEach(async () => {
  const [sqlite] = engines();
  if (!sqlite) throw new Error('there is no engine');
  stores = await openTestStores(sqlite);
  const accounts = await createAccounts({ database: stores.database, domain: 'coop.example' });
  await accounts.admin.addMember('ana', {});
  const settings = { value: { coop: { domain: 'coop.example' } } };
  rooms = { ...stores, accounts, settings } as unknown as Rooms;
  close = () => accounts.close();
});
afterEach(async () => {
  await close();
  await stores.close();
});

async function folder(verb: string, args: Record<string, string> = {}): Promise<string> {
  const found = folderCommands.find(({ name }) => name[1] === verb);
  if (!found) throw new Error(`there is no 'folder ${verb}'`);
  const session = { progress: () => {}, signal: new AbortController().signal };
  return (await found.run(rooms, args, session)).text;
}

test('a folder is made, shared, listed and taken away', async () => {
  expect(await folder('add', { name: 'News/2027' })).toBe('added News/2027');
  expect(await folder('grant', { name: 'News', address: 'anyone', rights: 'lr' })).toBe(
    'anyone is granted lr in News',
  );
  expect(await folder('grant', { name: 'News', address: 'ana', rights: 'lrsd' })).toBe(
    'ana@coop.example is granted lrsted in News',
  );
  expect(await folder('grant', { name: 'News', address: 'ana@coop.example', rights: '+w' })).toBe(
    'ana@coop.example is granted lrswted in News',
  );
  const [first, second] = (await folder('list')).split('\n');
  expect(first?.replace(/ +/g, ' ')).toBe('News 0 anyone lr, ana@coop.example lrswted');
  expect(second?.replace(/ +/g, ' ').trim()).toBe('News/2027 0');
  expect(await folder('grant', { name: 'News', address: 'anyone', rights: 'none' })).toBe(
    'anyone is granted nothing in News',
  );
  await folder('remove', { name: 'News/2027' });
  expect((await stores.mail.list(publicAccount)).map(({ name }) => name)).toEqual(['News']);
});

test.each([
  ['add', { name: 'inbox' }, 'no INBOX'],
  ['add', { name: '' }, 'empty'],
  ['grant', { name: 'None', address: 'anyone', rights: 'lr' }, 'no such mailbox'],
  ['grant', { name: 'News', address: 'nobody', rights: 'lr' }, 'no member has the address nobody'],
  ['grant', { name: 'News', address: 'ana', rights: 'lZ' }, "'Z' is no right"],
  ['remove', { name: 'None' }, 'no such mailbox'],
] as const)('folder %s %j is refused: %s', async (verb, args, reason) => {
  await folder('add', { name: 'News' });
  await expect(folder(verb, args)).rejects.toThrow(reason);
});
