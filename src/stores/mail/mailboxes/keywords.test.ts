import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEngines, openTestStores, type TestStores } from '../../../testing/index.ts';
import { limits } from '../limits.ts';
import { mailOperations } from '../module.ts';

describeEngines('the keywords of a mailbox', (engine) => {
  let stores: TestStores;
  let account = 0;
  beforeAll(async () => {
    stores = await openTestStores(engine);
  });
  afterAll(() => stores.close());

  const named = async (name: string) => (await stores.mail.find(account, name)).id;
  const keywords = async (name: string) => stores.mail.keywords(account, await named(name));
  async function deliver(mailbox: string, ...carried: string[]): Promise<number> {
    const bytes = Buffer.from('Subject: x\r\n\r\nx\r\n');
    const staged = await stores.mail.stage(bytes, bytes.length);
    const { uid } = await stores.mail.deliver(account, mailbox, { ...staged, keywords: carried });
    stores.mail.discard(staged.blob);
    return uid;
  }
  async function store(mode: 'add' | 'remove' | 'replace', uid: number, ...carried: string[]) {
    const change = { account, mailbox: await named('INBOX'), uids: [uid], flags: 0 };
    return stores.mail.storeFlags({ ...change, mode, keywords: carried });
  }
  async function faults(): Promise<readonly string[]> {
    return (await stores.database.call(mailOperations.check, { after: account - 1 })).faults;
  }

  test('are those that came with messages and with STORE, in the order and the spelling first seen', async () => {
    account = 101;
    await stores.mail.provision(account);
    expect(await keywords('INBOX')).toEqual([]);
    const uid = await deliver('INBOX');
    expect(await keywords('INBOX')).toEqual([]);
    await deliver('INBOX', 'Work', '$Label1');
    expect(await keywords('INBOX')).toEqual(['$Label1', 'Work']);
    await store('add', uid, 'WORK', 'Later');
    await store('replace', uid, 'Other');
    await store('remove', uid, 'Never');
    expect(await keywords('INBOX')).toEqual(['$Label1', 'Work', 'Later', 'Other']);
    // They stay listed: a client may use them again.
    await store('replace', uid);
    expect(await keywords('INBOX')).toHaveLength(4);
    expect(await keywords('Trash')).toEqual([]);
    expect(await faults()).toEqual([]);
  });

  test('a change that changes nothing, or misses every message, makes none', async () => {
    account = 102;
    await stores.mail.provision(account);
    const uid = await deliver('INBOX');
    await store('add', uid + 1, 'Missed');
    await stores.mail.storeFlags({
      account,
      mailbox: await named('INBOX'),
      uids: [uid],
      mode: 'add',
      flags: 0,
      keywords: ['Refused'],
      unchangedSince: 0,
    });
    expect(await keywords('INBOX')).toEqual([]);
  });

  test('go along with COPY and MOVE', async () => {
    account = 103;
    await stores.mail.provision(account);
    const uid = await deliver('INBOX', 'Work');
    await stores.mail.copy(account, await named('INBOX'), await named('Archive'), [uid]);
    expect(await keywords('Archive')).toEqual(['Work']);
    await stores.mail.move(account, await named('INBOX'), await named('Trash'), [uid]);
    expect(await keywords('Trash')).toEqual(['Work']);
    await stores.mail.copy(account, await named('Drafts'), await named('Junk'), [uid]);
    expect(await keywords('Junk')).toEqual([]);
    expect(await faults()).toEqual([]);
  });

  test('are bounded; what goes beyond is kept with its message and not listed', async () => {
    account = 104;
    await stores.mail.provision(account);
    const names = Array.from(
      { length: limits.keywordsListedMax + 20 },
      (_, i) => `K${String(i).padStart(3, '0')}`,
    );
    await deliver('INBOX', ...names.slice(0, limits.keywordsListedMax - 1));
    const uid = await deliver('INBOX', ...names.slice(limits.keywordsListedMax - 1));
    expect(await keywords('INBOX')).toEqual(names.slice(0, limits.keywordsListedMax));
    const [row] = await stores.mail.messages(account, await named('INBOX'), [uid]);
    expect(row?.keywords.split(' ')).toHaveLength(21);
    expect(await faults()).toEqual([]);
  });

  test('go with their mailbox, and with the account', async () => {
    account = 105;
    await stores.mail.provision(account);
    await stores.mail.create(account, 'Gone');
    await deliver('Gone', 'Work');
    const mailbox = await named('Gone');
    expect(await stores.mail.keywords(account, mailbox)).toEqual(['Work']);
    await stores.mail.remove(account, 'Gone');
    expect(await stores.mail.keywords(account, mailbox)).toEqual([]);
    await deliver('INBOX', 'Work');
    const inbox = await named('INBOX');
    await stores.mail.erase(account);
    expect(await stores.mail.keywords(account, inbox)).toEqual([]);
  });
});
