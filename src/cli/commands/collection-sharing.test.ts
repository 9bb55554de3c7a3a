import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAccounts } from '../../accounts/index.ts';
import { systemClock } from '../../base/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { createCollections } from '../../stores/collections/index.ts';
import { engines, openTestStores, type TestStores } from '../../testing/index.ts';
import { collectionSharingCommands } from './collection-sharing.ts';

let stores: TestStores;
let rooms: Rooms;
let close: () => Promise<void>;

beforeEach(async () => {
  const [sqlite] = engines();
  if (!sqlite) throw new Error('there is no engine');
  stores = await openTestStores(sqlite);
  const { database, blobs } = stores;
  const accounts = await createAccounts({ database, domain: 'coop.example' });
  const ana = (await accounts.admin.addMember('ana', {})).id;
  await accounts.admin.addMember('bo', {});
  await accounts.admin.addAlias('team', ['bo@coop.example']);
  const collections = createCollections({
    database,
    blobs,
    clock: systemClock,
    settings: () => ({ quota: 1e9 }),
  });
  const details = { displayName: 'At work' };
  await collections.makeCollection(ana, { home: 'calendars', kind: 'calendar', name: 'work', details });
  await collections.makeCollection(ana, {
    home: 'contacts',
    kind: 'addressbook',
    name: 'personal',
    details: {},
  });
  const coop = { domain: 'coop.example', hostname: 'mail.coop.example' };
  const listeners = { https: [{ host: '0.0.0.0', port: 443 }], http: [] };
  rooms = { ...stores, accounts, collections, settings: { value: { coop, listeners } } } as unknown as Rooms;
  close = () => accounts.close();
});
afterEach(async () => {
  await close();
  await stores.close();
});

async function run(name: string, args: Record<string, unknown>) {
  const found = collectionSharingCommands.find((each) => each.name.join(' ') === name);
  if (!found) throw new Error(`there is no '${name}'`);
  const { text } = await found.run(rooms, args, { progress: () => {}, signal: new AbortController().signal });
  return text.replace(/ +/g, ' ');
}

test('calendars are shared, listed, published and taken back', async () => {
  const work = { address: 'ana', name: 'work' };
  expect(await run('calendar share', { ...work, with: 'bo', rights: 'write' })).toBe(
    'bo@coop.example may write work (invited)',
  );
  expect(
    await run('calendar share', { ...work, with: 'team@coop.example', rights: 'busy', accepted: true }),
  ).toBe('team@coop.example may busy work (accepted)');
  const [url, webcal] = (await run('calendar publish', { ...work, name: 'At work' })).split('\n');
  expect(webcal).toBe(url?.replace('https:', 'webcal:'));
  expect(url).toMatch(/^https:\/\/mail\.coop\.example\/calendars\/[a-z0-9]+\.ics$/);
  expect(await run('calendar list', { address: 'ana' })).toBe(
    [
      `work At work 0 items ${url}`,
      ' bo@coop.example write invited',
      ' team@coop.example busy accepted',
    ].join('\n'),
  );
  expect(await run('calendar list', { address: 'bo' })).toContain('work of ana@coop.example');
  await run('calendar unshare', { ...work, with: 'bo' });
  await expect(run('calendar unshare', { ...work, with: 'bo' })).rejects.toThrow('is not shared with bo');
  await run('calendar unpublish', work);
  await expect(run('calendar unpublish', work)).rejects.toThrow('is not published');
});

test('address books too; what is not there is named', async () => {
  expect(await run('contacts share', { address: 'ana', name: 'personal', with: 'bo' })).toBe(
    'bo@coop.example may read personal (invited)',
  );
  await expect(
    run('contacts share', { address: 'ana', name: 'personal', with: 'bo', rights: 'busy' }),
  ).rejects.toThrow();
  await expect(run('calendar share', { address: 'ana', name: 'no', with: 'bo' })).rejects.toThrow(
    'has no calendar no',
  );
  await expect(run('calendar share', { address: 'ana', name: 'work', with: 'eve' })).rejects.toThrow(
    'neither',
  );
  await expect(run('calendar share', { address: 'ana', name: 'work', with: 'ana' })).rejects.toThrow(
    'theirs already',
  );
});
