import { mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { argon2Hasher, createAccounts, publicAccount } from '../../accounts/index.ts';
import { systemClock } from '../../base/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { openConversations } from '../../stores/conversations/index.ts';
import { createSharing } from '../../stores/files/index.ts';
import { engines, openTestStores, type TestStores, temporaryFolder } from '../../testing/index.ts';
import type { AdminCommand } from '../admin/index.ts';
import { fileKeepingCommands } from './file-keeping.ts';
import { fileSharingCommands } from './file-sharing.ts';
import { transferCommands } from './transfer.ts';

let stores: TestStores;
let rooms: Rooms;
let ana: number;
let close: () => Promise<void>;

beforeEach(async () => {
  const [sqlite] = engines();
  if (!sqlite) throw new Error('there is no engine');
  stores = await openTestStores(sqlite);
  const accounts = await createAccounts({ database: stores.database, domain: 'coop.example' });
  ana = (await accounts.admin.addMember('ana', {})).id;
  await accounts.admin.addMember('bo', {});
  await accounts.admin.addAlias('team', ['ana@coop.example', 'bo@coop.example']);
  const sharing = createSharing({
    database: stores.database,
    clock: systemClock,
    accounts: accounts.accounts,
    files: stores.files,
    hasher: argon2Hasher(1),
    mayLink: () => true,
  });
  const coop = { domain: 'coop.example', hostname: 'mail.coop.example' };
  const listeners = { https: [{ host: '0.0.0.0', port: 443 }], http: [] };
  const conversations = openConversations({ database: stores.database, clock: systemClock });
  rooms = {
    ...stores,
    accounts,
    sharing,
    conversations,
    settings: { value: { coop, listeners } },
  } as unknown as Rooms;
  close = () => accounts.close();
  await run('import', { address: 'ana', files: source() });
});
afterEach(async () => {
  await close();
  await stores.close();
});

const commands: readonly AdminCommand<Rooms>[] = [
  ...fileSharingCommands,
  ...fileKeepingCommands,
  ...transferCommands,
];

async function outcome(name: string, args: Record<string, unknown> = {}) {
  const found = commands.find((command) => command.name.join(' ') === name);
  if (!found) throw new Error(`there is no '${name}'`);
  return found.run(rooms, args, { progress: () => {}, signal: new AbortController().signal });
}
const run = async (name: string, args: Record<string, unknown> = {}) =>
  (await outcome(name, args)).text.replace(/ +/g, ' ');

/** A folder of the operator's machine. */
function source(): string {
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'Letters', 'old'), { recursive: true });
  writeFileSync(join(dir, 'Letters', 'é.txt'), 'one');
  writeFileSync(join(dir, 'Letters', 'old', 'empty'), '');
  writeFileSync(join(dir, 'top.txt'), 'two');
  utimesSync(join(dir, 'top.txt'), 1_600_000_000, 1_600_000_000);
  symlinkSync('/etc/passwd', join(dir, 'way-out'));
  return dir;
}

describe('import and export', () => {
  test('bring a tree in and out as it was, with its times', async () => {
    const dir = join(temporaryFolder(), 'out');
    expect(await run('export', { address: 'ana', dir })).toBe(
      `exported 0 messages, 3 files, 0 calendars, 0 address books and the chat of ana@coop.example to ${dir}`,
    );
    expect(readFileSync(join(dir, 'files', 'Letters', 'é.txt'), 'utf8')).toBe('one');
    expect(readFileSync(join(dir, 'files', 'Letters', 'old', 'empty'), 'utf8')).toBe('');
    expect(statSync(join(dir, 'files', 'top.txt')).mtimeMs).toBe(1_600_000_000_000);
  });

  test('bring an account of chat in and out', async () => {
    const { conversations } = rooms;
    const contact = { listed: true, name: 'Bo', groups: ['Garden'], subscription: 'both' } as const;
    await conversations.roster.change(ana, 'bo@coop.example', 0, contact);
    const dir = join(temporaryFolder(), 'out');
    await run('export', { address: 'ana', dir });
    const file = join(dir, 'chat.xml');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain(
      "<item jid='bo@coop.example' name='Bo' subscription='both'>",
    );
    const imported = await run('import', { address: 'bo', chat: file });
    expect(imported).toBe('imported 1 contacts, 0 nodes and 0 messages into the chat of bo@coop.example');
    expect(await run('import', { address: 'bo', chat: file })).toContain('passed over bo@coop.example: ');
    writeFileSync(file, 'x');
    await expect(run('import', { address: 'bo', chat: file })).rejects.toMatchObject({ reason: 'invalid' });
    await expect(run('import', { address: 'bo', chat: `${file}x` })).rejects.toMatchObject({
      reason: 'not-found',
    });
  });

  test('pass over what is there already, and what is no file', async () => {
    const dir = source();
    const again = await outcome('import', { address: 'ana', files: dir });
    expect(again.json).toMatchObject({ files: 0, folders: 0, known: 3 });
    expect(again.text).toContain(`passed over ${join(dir, 'way-out')}: it is neither a file nor a folder`);
    writeFileSync(join(dir, 'top.txt'), 'three');
    writeFileSync(join(dir, 'Letters', 'old', 'empty'), 'no more');
    expect((await outcome('import', { address: 'ana', files: dir })).json).toMatchObject({
      files: 2,
      known: 1,
    });
    expect(await run('files versions', { verb: 'list', address: 'ana', path: 'top.txt' })).toMatch(
      /^1 3B 2020-09-13T12:26:40.000Z until /,
    );
    await run('files versions', { verb: 'restore', address: 'ana', path: 'top.txt', number: '1' });
    const { chain } = await stores.files.find(ana, ['top.txt']);
    expect(chain.at(-1)?.size).toBe(3);
  });

  test('one source at a time', async () => {
    await expect(run('import', { address: 'ana', files: '/x', mbox: '/y' })).rejects.toThrow('give one of');
  });
});

describe('shares and links', () => {
  test('are made, listed and taken away', async () => {
    expect(
      await run('files share', { address: 'ana', path: 'Letters', with: 'bo', rights: 'write' }),
    ).toMatch(/^bo@coop.example may write Letters \(share \d+\)$/);
    await run('files share', {
      address: 'ana',
      path: 'top.txt',
      with: 'team@coop.example',
      until: '2999-01-31',
    });
    const url = await run('files link', { address: 'ana', path: 'Letters', rights: 'drop', label: 'post' });
    expect(url).toMatch(/^https:\/\/mail\.coop\.example\/s\/[a-z2-7]{26}$/);
    const listed = await outcome('files list', { address: 'ana' });
    expect(listed.json).toMatchObject({
      shares: [
        { path: 'Letters', with: 'bo@coop.example', rights: 'write', until: null },
        { path: 'top.txt', with: 'team@coop.example', rights: 'read', until: '2999-01-31' },
      ],
      links: [{ path: 'Letters', url, rights: 'drop', label: 'post', password: false }],
      received: [],
    });
    expect(await run('files list', { address: 'bo' })).toMatch(
      /^received \d+ Letters ana@coop.example write\nreceived \d+ top.txt ana@coop.example read$/,
    );
    const [first] = await rooms.sharing.sharesBy(ana);
    expect(await run('files unshare', { id: String(first?.id) })).toBe(`ended share ${first?.id}`);
    expect(await run('files list', { address: 'bo' })).not.toContain('Letters');
    await run('files unlink', { link: url });
    await expect(run('files unlink', { link: url })).rejects.toThrow('no such link');
  });

  test('a link with a password opens to it', async () => {
    const url = await run('files link', {
      address: 'ana',
      path: 'top.txt',
      password: 'open sesame',
      downloads: '3',
    });
    const token = url.slice(-26);
    expect(await rooms.sharing.link(token)).toMatchObject({ hasPassword: true, downloadsLeft: 3 });
    expect(await rooms.sharing.checkPassword(token, 'open sesame', '192.0.2.1')).toBe(true);
  });

  test('a folder of the co-op is found by its group', async () => {
    const args = { verb: 'add', name: 'House', group: 'team@coop.example' };
    expect(await run('files folder', args)).toMatch(/^team@coop.example may read House \(share \d+\)$/);
    expect(await run('files folder', { ...args, write: true })).toContain('may write House');
    expect(await run('files list', { address: 'ana' })).toMatch(/^received \d+ House coop write$/);
    expect((await stores.files.list(publicAccount, 1, '', 10)).map(({ name }) => name)).toEqual(['House']);
    expect(await run('files list', { address: 'coop' })).toContain('House team@coop.example write');
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['files share', { address: 'ana', path: 'None', with: 'bo' }, 'there is no None'],
    ['files share', { address: 'ana', path: 'Letters', with: 'nobody' }, 'neither a member nor a group'],
    ['files share', { address: 'nobody', path: 'Letters', with: 'bo' }, 'no member has the address'],
    ['files share', { address: 'ana', path: '', with: 'bo' }, 'cannot be shared whole'],
    ['files share', { address: 'ana', path: 'Letters', with: 'bo', until: 'soon' }, 'is no day'],
    ['files share', { address: 'ana', path: 'Letters', with: 'bo', rights: 'all' }, 'rights'],
    ['files unshare', { id: '999' }, 'there is no share 999'],
    ['files folder', { verb: 'add', name: 'House', group: 'none' }, 'neither a member nor a group'],
    ['files quota', { address: 'ana', size: 'much' }, 'is not a size'],
    ['files versions', { verb: 'list', address: 'ana', path: 'Letters' }, 'is a folder'],
    ['files trash', { verb: 'restore', address: 'ana' }, 'say which one'],
  ])('%s %j is refused: %s', async (name, args, reason) => {
    await expect(run(name, args)).rejects.toThrow(reason);
  });
});

test('the trash is listed, given back and emptied; the quota is said and set', async () => {
  const { chain } = await stores.files.find(ana, ['Letters']);
  const letters = chain.at(-1)?.id ?? 0;
  const by = { member: ana, tokens: [] };
  await stores.files.remove(ana, letters, { by });
  expect(await run('files trash', { verb: 'list', address: 'ana' })).toMatch(
    new RegExp(`^${letters} Letters 3B `),
  );
  expect(await run('files trash', { verb: 'restore', address: 'ana', id: String(letters) })).toBe(
    'restored Letters',
  );
  await stores.files.remove(ana, letters, { by });
  await run('files trash', { verb: 'empty', address: 'ana' });
  expect(await run('files trash', { verb: 'list', address: 'ana' })).toBe('');
  expect(await run('files quota', { address: 'ana', size: '20MiB' })).toMatch(
    /^ana@coop.example: 3B of 20MiB in 1 files/,
  );
  expect((await outcome('files quota', { address: 'ana', size: 'usual' })).json).not.toMatchObject({
    quota: 20 * 1024 * 1024,
  });
});
