import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AccountsService, argon2Hasher, createAccounts } from '../../accounts/index.ts';
import { fakeClock } from '../../base/index.ts';
import { modules } from '../../modules.ts';
import { repairAll, verifyAll } from '../../storage/index.ts';
import {
  describeEngines,
  openTestStores,
  type TestStores,
  type TestTree,
  testTree,
} from '../../testing/index.ts';
import { createSharing, createUploads, filesLimits as limits, Reserves } from './index.ts';
import { uploadOperations } from './uploads/module.ts';

const ana = 7;
const by = { member: ana, tokens: [] };

/** `f/a` with a version, `f/g/b`, `t` in the trash, `gone` gone. */
async function fill(stores: TestStores, tree: TestTree): Promise<void> {
  for (const path of ['f', 'f/g', 't']) await tree.folder(path);
  await tree.put('f/a', 'one');
  await tree.put('f/a', 'three');
  await tree.put('f/g/b', 'below');
  await tree.put('gone', 'x');
  await tree.remove('gone', { forGood: true });
  await tree.put('t/x', 'in the trash');
  await tree.remove('t');
  const changes = [{ namespace: 'x:', name: 'p', xml: '<p/>' }];
  await stores.files.setProperties(ana, (await tree.at('f/a')).id, changes, { by });
}

describeEngines('integrity of files', (engine) => {
  let stores: TestStores;
  let tree: TestTree;
  beforeEach(async () => {
    stores = await openTestStores(engine, { clock: fakeClock() });
    tree = testTree(stores.files, ana);
    await fill(stores, tree);
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
  });
  afterEach(async () => stores.close());

  const inFolder = `(select id from file_nodes where account = 7 and "nameKey" = 'f')`;
  const inner = `(select id from file_nodes where account = 7 and "nameKey" = 'g')`;
  const file = `(select id from file_nodes where account = 7 and "nameKey" = 'a')`;

  test.each<[string, string, RegExp]>([
    [
      'a size',
      `update file_nodes set size = size + 1 where id = ${inFolder}`,
      /folder \d+: size is 11, counted 10/,
    ],
    ['a count', 'update file_nodes set files = 0 where id = 1', /folder 1: files is 0, counted 2/],
    ['a height', `update file_nodes set height = 0 where id = ${inFolder}`, /height is 0, counted 2/],
    [
      'a modseq below',
      `update file_nodes set modseq = 1 where id = ${inFolder}`,
      /modseq is 1, below it is \d+/,
    ],
    [
      'a modseq above',
      'update file_nodes set modseq = 9999 where id = 1',
      /modseq is 9999, the account's counter/,
    ],
    ['a row of its own', 'delete from file_accounts', /has files but no row of its own/],
    ['a root', 'delete from file_nodes where id = 1', /has no root/],
    ['what is kept', 'update file_accounts set kept = 99', /versions and trash take 99 bytes, counted 15/],
    ['bytes of properties', 'update file_accounts set properties = 0', /properties take 0 bytes, counted 7/],
    ['an id', 'update file_accounts set "nextId" = 2', /would hand out id 2 again/],
    ['what is doomed', 'update file_accounts set doomed = 3', /3 things go for good, counted 0/],
    ['a folder', `delete from file_nodes where id = ${inner}`, /is missing, though something lies in it/],
    ['a circle', `update file_nodes set parent = ${inner} where id = ${inFolder}`, /lies in itself/],
    ['an entry', 'delete from file_trash', /is in the trash without an entry/],
    [
      'a node of an entry',
      'update file_trash set node = 999',
      /node 999: is missing, though it has an entry of the trash/,
    ],
    [
      'an entry of what stands',
      `update file_trash set node = ${file}`,
      /has an entry of the trash and is not in it/,
    ],
    [
      'a node of a property',
      'update file_properties set node = 999',
      /node 999: is missing, though it has properties/,
    ],
    [
      'a node of a version',
      'update file_versions set node = 999',
      /node 999: is missing, though it has versions/,
    ],
    [
      'a folder of a tombstone',
      'update file_gone set parent = 999',
      /node 999: is missing, though it has names/,
    ],
    [
      'a tombstone',
      `update file_gone set "nameKey" = 'f', name = 'f' where name = 't'`,
      /a name is there and gone at once/,
    ],
    [
      'a node of a lock',
      `insert into file_locks values (7, 999, 't', 'shared', '0', '', 7, '/', 9999999999999, 1)`,
      /node 999: is missing, though it has locks/,
    ],
    ['a version', 'delete from file_versions', /blob \w+: counted 1 times, referred to 0 times/],
  ])('%s that is wrong is named and mended', async (_, statement, fault) => {
    await stores.damage(statement);
    stores = await stores.reopen();
    tree = testTree(stores.files, ana);
    const all = { ...stores, modules };
    expect((await verifyAll(all)).join('\n')).toMatch(fault);
    expect(await repairAll(all, 1_000)).not.toEqual([]);
    expect(await verifyAll(all)).toEqual([]);
    // What can be had back can be had back.
    for (const { node } of await stores.files.trash(ana, 0, 100))
      await stores.files.restoreTrash(ana, node.id, by);
    await tree.put('new', 'goes on');
    expect(await verifyAll(all)).toEqual([]);
  });

  test('stepRows: however much is wrong, one repair mends all of it', { timeout: 90_000 }, async () => {
    const count = limits.stepRows + 1;
    const numbered = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})`;
    const columns =
      'kind, hash, size, type, checksum, created, modified, modseq, stamp, version, files, folders, height';
    const node = (parent: string, id: string, of: string) =>
      `${numbered} insert into file_nodes (account, parent, "nameKey", id, ${columns})
        select 7, ${parent}, 'n' || i, ${id}, ${columns} from file_nodes, n where account = 7 and id = ${of}`;
    const ring = (one: number, two: number) =>
      `insert into file_nodes (account, parent, "nameKey", id, ${columns})
        select 7, ${two}, 'r', ${one}, ${columns} from file_nodes where account = 7 and id = ${inner}`;
    for (const statement of [
      `${numbered} insert into file_locks select 7, 900000 + i, 't', 'shared', '0', '', 7, '/', 9999999999999, 1 from n`,
      `${numbered} insert into file_versions select 7, 900000 + i, 1, '', 0, '', '', 0, 0 from n`,
      `${numbered} insert into file_properties select 7, 900000 + i, 'x:', 'p', '', 0 from n`,
      `${numbered} insert into file_trash select 7, 900000 + i, 1, '[]', 0, 0, 7 from n`,
      `${numbered} insert into file_gone select 7, 900000 + i, 'n', 'n', 1, 1, 1 from n`,
      node('800000', '100000 + i', file),
      node('-1', '200000 + i', file),
      ...[ring(700001, 700002), ring(700002, 700001), ring(700003, 700004), ring(700004, 700003)],
    ])
      await stores.damage(statement);
    stores = await stores.reopen();
    tree = testTree(stores.files, ana);
    const all = { ...stores, modules };
    const mended = (await repairAll(all, 1_000)).join('\n');
    for (const what of ['locks', 'versions', 'properties', 'an entry of the trash', 'names that are gone'])
      expect(mended.match(new RegExp(`node 9\\d+: ${what} without it removed`, 'g'))).toHaveLength(count);
    expect(mended.match(/node 1\d{5}: put into the trash, its folder is missing/g)).toHaveLength(count);
    expect(mended.match(/node [12]\d{5}: listed in the trash/g)).toHaveLength(2 * count);
    expect(mended.match(/node 70000\d: put into the trash/g)).toHaveLength(2);
    expect(await verifyAll(all)).toEqual([]);
    expect(await repairAll(all, 1_000)).toEqual([]);
  });

  test('a repair of what is sound changes nothing', async () => {
    const before = await stores.files.root(ana);
    expect(await repairAll({ ...stores, modules }, 1_000)).toEqual([]);
    expect(await stores.files.root(ana)).toEqual(before);
  });
});

describeEngines('integrity of uploads and shares', (engine) => {
  let stores: TestStores;
  let accounts: AccountsService;
  let [bo, cy] = [0, 0];
  const clock = fakeClock();
  beforeEach(async () => {
    stores = await openTestStores(engine, { clock });
    accounts = await createAccounts({ database: stores.database, domain: 'coop.example', clock });
    owner = (await accounts.admin.addMember('ana', {})).id;
    bo = (await accounts.admin.addMember('bo', {})).id;
    cy = (await accounts.admin.addMember('cy', {})).id;
    await stores.files.root(owner);
    await stores.files.makeFolder(
      { account: owner, folder: 1, name: 'f' },
      { by: { member: owner, tokens: [] } },
    );
  });
  afterEach(async () => {
    await accounts.close();
    await stores.close();
  });
  let owner = 0;

  const openUploads = () => {
    const { database, blobs, files } = stores;
    const reserves = new Reserves();
    return createUploads({ database, blobs, clock, files, reserves, fileBytesMax: () => 100, pieceBytes: 4 });
  };
  const openSharing = () =>
    createSharing({
      database: stores.database,
      clock,
      accounts: accounts.accounts,
      files: stores.files,
      hasher: argon2Hasher(1),
      mayLink: () => true,
    });
  async function* bytes(text: string) {
    yield Buffer.from(text);
  }
  /** Damages, and opens again; answers what is wrong, and what was mended. */
  const damaged = async (...statements: string[]) => {
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    for (const statement of statements) await stores.damage(statement);
    await accounts.close();
    stores = await stores.reopen();
    accounts = await createAccounts({ database: stores.database, domain: 'coop.example', clock });
    const all = { ...stores, modules };
    const faults = (await verifyAll(all)).join('\n');
    const mended = (await repairAll(all, 1_000)).join('\n');
    expect(await verifyAll(all)).toEqual([]);
    expect(await repairAll(all, 1_000)).toEqual([]);
    return { faults, mended };
  };
  const begin = async (id: string) => {
    await openUploads().begin({ account: owner, id, length: 16, about: '{}' });
    await openUploads().append(owner, id, 0, bytes('aaaabbbbcccc'));
  };
  const assembled = async (id: string) => {
    const staged = await openUploads().assemble(owner, id);
    const text = (await stores.blobs.read(staged.hash)).toString();
    staged.release();
    return text;
  };

  test.each([
    ['bytes', 'update file_uploads set bytes = 3'],
    ['pieces', 'update file_uploads set pieces = 9'],
  ])('%s of an upload are counted again, and it goes on', async (_, statement) => {
    await begin('one');
    const { faults, mended } = await damaged(statement);
    expect(faults).toMatch(/^files: account \d+: 1 uploads do not hold what their pieces do$/);
    expect(mended).toMatch(/1 uploads: counted again/);
    expect((await openUploads().upload(owner, 'one'))?.offset).toBe(12);
    await openUploads().append(owner, 'one', 12, bytes('dddd'));
    expect(await assembled('one')).toBe('aaaabbbbccccdddd');
  });

  test('what was appended behind a piece that is lost goes: it would come to lie elsewhere', async () => {
    await begin('one');
    const { faults } = await damaged(`delete from file_upload_pieces where name like '%4'`);
    expect(faults).toMatch(/1 uploads do not hold what their pieces do/);
    expect((await openUploads().upload(owner, 'one'))?.offset).toBe(4);
    await openUploads().append(owner, 'one', 4, bytes('BBBBCCCCDDDD'));
    expect(await assembled('one')).toBe('aaaaBBBBCCCCDDDD');
  });

  test('pieces that have names of their own stay where one of them is lost', async () => {
    await openUploads().begin({ account: owner, id: 'one', length: null, about: '{}' });
    for (const name of ['1', '2', '3'])
      await openUploads().putPiece(owner, 'one', name, bytes(name.repeat(4)));
    await damaged(`delete from file_upload_pieces where name = '2'`);
    expect((await openUploads().upload(owner, 'one'))?.offset).toBe(8);
    expect((await openUploads().pieces(owner, 'one')).map(({ name }) => name)).toEqual(['1', '3']);
  });

  test('pieces without their upload go, those of others stay', async () => {
    await begin('one');
    await begin('two');
    const { faults, mended } = await damaged(`delete from file_uploads where id = 'one'`);
    expect(faults).toMatch(/: pieces of 1 uploads that are not there$/);
    expect(mended).toMatch(/pieces of 1 uploads: removed, those were not there/);
    expect((await openUploads().upload(owner, 'two'))?.offset).toBe(12);
    expect(await stores.database.call(uploadOperations.pieces, { account: owner, id: 'one' })).toEqual([]);
  });

  test('shares that hang on one that is gone go, with what hangs on them, however many', async () => {
    const sharing = openSharing();
    const to = (member: number) => ({ kind: 'member', member }) as const;
    const wish = { account: owner, node: 2, expiresMs: 0 } as const;
    const first = await sharing.grant({ ...wish, to: to(bo), rights: 'reshare', by: owner });
    const second = await sharing.grant({ ...wish, to: to(cy), rights: 'reshare', by: bo });
    const below = await sharing.createLink({ account: owner, node: 2, by: cy, rights: 'read' });
    const own = await sharing.createLink({ account: owner, node: 2, by: owner, rights: 'read' });
    const strays = Array.from(
      { length: 600 },
      (_, at) =>
        `insert into file_shares (account, node, member, address, rights, "by", created, expires, parent)
          values (${owner}, 2, ${1_000 + at}, '', 'read', ${bo}, 0, 0, 999)`,
    );
    const { faults, mended } = await damaged(
      `delete from file_shares where id = ${first.id}`,
      strays.join(';'),
    );
    expect(faults).toContain(`files: share ${second.id} hangs on one that is not there`);
    expect(mended.match(/: removed, it hung on one that is not there/g)).toHaveLength(601);
    expect(await openSharing().sharesBy(owner)).toEqual([]);
    expect(await openSharing().linksOf(owner, 2)).toEqual([own]);
    expect(await openSharing().link(below.token)).toBeNull();
  });

  test('links that hang on a share that is gone go, and are not told by their tokens', async () => {
    const sharing = openSharing();
    const link = { account: owner, node: 2, by: owner, rights: 'read' } as const;
    const [own, stray] = [await sharing.createLink(link), await sharing.createLink(link)];
    const { faults, mended } = await damaged(
      `update file_links set parent = 999 where token = '${stray.token}'`,
    );
    expect(faults).toBe('files: 1 links hang on shares that are not there');
    expect(mended).toBe('files: 1 links: removed, they hung on shares that are not there');
    expect(await openSharing().linksOf(owner, 2)).toEqual([own]);
  });
});

describe('a content that is harmed', () => {
  test.each<[string, (file: string) => void, RegExp]>([
    ['cut', (file) => truncateSync(file, 70), /^blob \w+: /m],
    ['gone', (file) => rmSync(file), /^blob \w+: .*missing/m],
  ])('and is %s is told with the files that have it', async (_, harm, fault) => {
    const stores = await openTestStores({ name: 'sqlite', missing: null, database: async () => 'sqlite' });
    const tree = testTree(stores.files, ana);
    await fill(stores, tree);
    const folder = join(stores.dir, 'blobs', 'segments');
    harm(join(folder, readdirSync(folder)[0] ?? ''));
    const again = await stores.reopen();
    const told: number[] = [];
    const addressOf = async (account: number) => {
      told.push(account);
      return 'ana@coop.example';
    };
    const faults = (await verifyAll({ ...again, modules }, undefined, addressOf)).join('\n');
    expect(faults).toMatch(fault);
    expect(faults).toContain('(the file /f/a of ana@coop.example)');
    expect(faults).toContain('(the file /f/g/b of ana@coop.example)');
    expect(faults).toContain('(the file /t/x (in the trash) of ana@coop.example)');
    expect(new Set(told)).toEqual(new Set([ana]));
    await again.close();
  });
});
