import { afterAll, beforeAll, expect, test } from 'vitest';
import { StoreError } from '../base/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../testing/index.ts';
import { type AccountsService, createAccounts } from './index.ts';

describeEngines('mail for nobody in particular', (engine) => {
  let stores: TestStores;
  let it: AccountsService;
  let ana: number;
  let root: number;
  beforeAll(async () => {
    stores = await openTestStores(engine);
    it = await createAccounts({
      database: stores.database,
      domain: 'coop.example',
      aliases: ['other.example', 'third.example'],
    });
    ana = (await it.admin.addMember('ana')).id;
    root = (await it.admin.addMember('root', { admin: true })).id;
  });
  afterAll(async () => {
    await it.close();
    await stores.close();
  });

  const to = async (address: string) => {
    const found = await it.accounts.resolve(address);
    if (found.kind !== 'local') return found.kind;
    return found.recipients.map((one) => (one.kind === 'member' ? `${one.account} ${one.tag}` : one.address));
  };
  const reason = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof StoreError ? error.reason : String(error)),
    );

  test('goes where the catch-all of its domain leads, of that domain alone', async () => {
    expect(await to('who@other.example')).toBe('unknown');
    expect(await it.admin.setCatchAll('Other.Example', ['ana', 'x@elsewhere.example'])).toEqual({
      address: '*@other.example',
      targets: ['ana@coop.example', 'x@elsewhere.example'],
    });
    expect(await to('who+tag@other.example')).toEqual([`${ana} tag`, 'x@elsewhere.example']);
    expect(await to('who@third.example')).toBe('unknown');
    expect(await to('root@coop.example')).toEqual([`${root} null`]);
    await it.admin.setCatchAll('other.example', ['root']);
    expect(await to('who@other.example')).toEqual([`${root} null`]);
    expect(await it.admin.setCatchAll('other.example', null)).toBe(null);
    expect(await to('who@other.example')).toBe('unknown');
    expect(await it.admin.setCatchAll('other.example', null)).toBe(null);
  });

  test('a role of RFC 2142 goes to the administrators before', async () => {
    await it.admin.setCatchAll('third.example', ['ana']);
    expect(await to('abuse@third.example')).toEqual([`${root} null`]);
    expect(await to('anything@third.example')).toEqual([`${ana} null`]);
    await it.admin.setCatchAll('third.example', null);
  });

  test('whoever reads it does not write as everybody', async () => {
    await it.admin.setCatchAll('other.example', ['ana']);
    expect(await it.accounts.owns(ana, 'who@other.example')).toBe(false);
    expect(await it.accounts.owns(ana, 'ana@coop.example')).toBe(true);
    await it.admin.setCatchAll('other.example', null);
  });

  test('nobody inherits the mail of a deleted member', async () => {
    const gone = await it.admin.addMember('gone@other.example');
    await it.admin.setCatchAll('other.example', ['ana']);
    await it.admin.deleteMember(gone.id);
    expect(await to('gone@other.example')).toBe('unknown');
    await it.admin.setCatchAll('other.example', null);
  });

  test('what it leads to must be there without it, and it never leads to itself', async () => {
    expect(await reason(it.admin.setCatchAll('other.example', ['who@other.example']))).toBe('not-found');
    await it.admin.setCatchAll('other.example', ['ana']);
    expect(await reason(it.admin.setCatchAll('other.example', ['who@other.example']))).toBe('not-found');
    expect(await reason(it.admin.addAlias('slip', ['nobody@other.example']))).toBe('not-found');
    expect(await reason(it.admin.setCatchAll('elsewhere.example', ['ana']))).toBe('not-found');
    await it.admin.addAlias('round', ['ana']);
    await it.admin.setCatchAll('other.example', ['round']);
    expect(await reason(it.admin.removeAlias('round'))).toBe('conflict');
    expect(await reason(it.admin.changeAlias('round', ['*@other.example']))).toBe('conflict');
    expect(await reason(it.admin.addAlias('*@coop.example', ['ana']))).toBe('invalid');
    expect(await reason(it.admin.removeDomain('other.example'))).toBe('conflict');
    await it.admin.setCatchAll('other.example', null);
    await it.admin.removeAlias('round');
  });

  test('ends with the member whom it led to', async () => {
    const brief = await it.admin.addMember('brief');
    await it.admin.setCatchAll('other.example', ['brief']);
    await it.admin.deleteMember(brief.id);
    expect(await to('who@other.example')).toBe('unknown');
  });

  test('postmaster reaches an administrator though its alias leads to nobody who reads', async () => {
    const away = await it.admin.addMember('away');
    await it.admin.addAlias('postmaster@other.example', ['away']);
    expect(await to('postmaster@other.example')).toEqual([`${away.id} null`]);
    await it.admin.disableMember(away.id);
    expect(await to('postmaster@other.example')).toEqual([`${root} null`]);
    await it.admin.addAlias('sales@other.example', ['away']);
    expect(await to('sales@other.example')).toBe('disabled');
  });
});
