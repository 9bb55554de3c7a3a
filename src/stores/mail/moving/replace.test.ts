import { afterAll, beforeAll, expect, test } from 'vitest';
import { modules } from '../../../modules.ts';
import { verifyAll } from '../../../storage/index.ts';
import { changesSince, describeEngines, openTestStores, type TestStores } from '../../../testing/index.ts';

const [ana, ben] = [7, 8];

describeEngines('replace', (engine) => {
  let stores: TestStores;
  beforeAll(async () => {
    stores = await openTestStores(engine, { quota: 10_000 });
    for (const account of [ana, ben]) await stores.mail.provision(account);
  });
  afterAll(() => stores.close());

  const staged = (bytes: number) => stores.mail.stage(Buffer.from(`A: ${'x'.repeat(bytes - 3)}`), bytes);
  const box = async (account: number, name: string) => ({
    account,
    mailbox: (await stores.mail.find(account, name)).id,
  });
  async function put(account: number, name: string, bytes: number): Promise<number> {
    const [appended] = await stores.mail.append(account, (await box(account, name)).mailbox, [
      await staged(bytes),
    ]);
    return appended?.uid ?? 0;
  }

  test('within a mailbox: one goes and one comes, each with a change of its own', async () => {
    const drafts = await box(ana, 'Drafts');
    const uid = await put(ana, 'Drafts', 100);
    const before = await stores.mail.find(ana, 'Drafts');
    const appended = await stores.mail.replace(drafts, uid, drafts, { ...(await staged(120)), flags: 1 });
    expect(appended).toMatchObject({ uid: uid + 1, mailbox: drafts.mailbox });
    const after = await stores.mail.find(ana, 'Drafts');
    expect(after).toMatchObject({ messages: 1, unseen: 0, size: 120, uidNext: uid + 2 });
    expect(await stores.mail.quota(ana)).toMatchObject({ used: 120, messages: 1 });
    const changes = await changesSince(stores.mail, ana, drafts.mailbox, before.highestModseq);
    expect(changes?.changed.map((row) => row.uid)).toEqual([uid + 1]);
    expect(changes?.vanished).toEqual([uid]);
  });

  test('into another mailbox, and into another account, which pays for it', async () => {
    const drafts = await box(ana, 'Drafts');
    const uid = await put(ana, 'Drafts', 50);
    expect(await stores.mail.replace(drafts, uid, await box(ana, 'Sent'), await staged(60))).toMatchObject({
      uid: 1,
    });
    const again = await put(ana, 'Drafts', 50);
    const usedBefore = (await stores.mail.quota(ana)).used;
    expect(await stores.mail.replace(drafts, again, await box(ben, 'INBOX'), await staged(70))).toMatchObject(
      {
        uid: 1,
      },
    );
    expect((await stores.mail.quota(ana)).used).toBe(usedBefore - 50);
    expect((await stores.mail.quota(ben)).used).toBe(70);
  });

  test('where the old message is not there nothing happens', async () => {
    const drafts = await box(ana, 'Drafts');
    const before = await stores.mail.find(ana, 'Drafts');
    expect(await stores.mail.replace(drafts, 99, drafts, await staged(100))).toBeNull();
    expect(await stores.mail.find(ana, 'Drafts')).toEqual(before);
  });

  test('refused, it takes nothing away: over quota, or no such mailbox', async () => {
    const drafts = await box(ana, 'Drafts');
    const uid = await put(ana, 'Drafts', 100);
    const { used } = await stores.mail.quota(ana);
    const before = await stores.mail.find(ana, 'Drafts');
    const room = 10_000 - used + 100;
    await expect(stores.mail.replace(drafts, uid, drafts, await staged(room + 1))).rejects.toMatchObject({
      reason: 'over-quota',
    });
    const nowhere = { account: ana, mailbox: 999 };
    await expect(stores.mail.replace(drafts, uid, nowhere, await staged(5))).rejects.toMatchObject({
      reason: 'not-found',
    });
    expect(await stores.mail.find(ana, 'Drafts')).toEqual(before);
    // Only the difference counts.
    expect(await stores.mail.replace(drafts, uid, drafts, await staged(room))).not.toBeNull();
    expect((await stores.mail.quota(ana)).used).toBe(10_000);
  });

  test('the counters agree with what is there', async () => {
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
  });
});
