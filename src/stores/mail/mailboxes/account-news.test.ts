import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeEngines, openTestStores, type TestStores } from '../../../testing/index.ts';
import { flagBits } from '../index.ts';
import { limits } from '../limits.ts';

const account = 7;

describeEngines('what happened in an account', (engine) => {
  let stores: TestStores;
  beforeEach(async () => {
    stores = await openTestStores(engine);
    await stores.mail.provision(account);
  });
  afterEach(() => stores.close());

  const news = (since: number) => stores.mail.accountNews(account, since);
  const now = async () => (await news(0)).modseq;

  async function deliver(mailbox: string): Promise<number> {
    const bytes = Buffer.from('Subject: x\r\n\r\nx\r\n');
    const staged = await stores.mail.stage(bytes, bytes.length);
    const { uid } = await stores.mail.deliver(account, mailbox, staged);
    stores.mail.discard(staged.blob);
    return uid;
  }

  test('mailboxes that changed, with their counters; only what came or went moves countedModseq', async () => {
    const start = await now();
    expect(await news(start)).toEqual({ modseq: start, mailboxes: [], names: [], complete: true });
    const uid = await deliver('Sent');
    const arrived = await news(start);
    expect(arrived.mailboxes).toMatchObject([
      { name: 'Sent', messages: 1, unseen: 1, subscribed: true, countedModseq: arrived.modseq },
    ]);
    const sent = arrived.mailboxes[0];
    if (!sent) throw new Error('Sent did not change');
    const change = { account, mailbox: sent.id, uids: [uid], keywords: [], mode: 'add' } as const;
    await stores.mail.storeFlags({ ...change, flags: flagBits.seen | flagBits.deleted });
    const flagged = await news(arrived.modseq);
    expect(flagged.mailboxes).toMatchObject([
      { name: 'Sent', unseen: 0, highestModseq: flagged.modseq, countedModseq: arrived.modseq },
    ]);
    await stores.mail.expunge(account, sent.id, null);
    const gone = await news(flagged.modseq);
    expect(gone.mailboxes).toMatchObject([{ name: 'Sent', messages: 0, countedModseq: gone.modseq }]);
    expect(gone.names).toEqual([]);
    expect((await stores.mail.accountNews(8, 0)).mailboxes).toEqual([]);
  });

  test('names, in the order of what became of them', async () => {
    const start = await now();
    const { id } = await stores.mail.create(account, 'a/b');
    await stores.mail.subscribeTo(account, 'a/b');
    await stores.mail.subscribeTo(account, 'nothing');
    await stores.mail.rename(account, 'a', 'c');
    await stores.mail.unsubscribeFrom(account, 'a/b');
    await stores.mail.remove(account, 'c/b');
    const { names } = await news(start);
    expect(names.map(({ kind, name, formerName }) => [kind, name, formerName])).toEqual([
      ['created', 'a', null],
      ['created', 'a/b', null],
      ['subscribed', 'a/b', null],
      ['subscribed', 'nothing', null],
      ['renamed', 'c', 'a'],
      ['renamed', 'c/b', 'a/b'],
      ['unsubscribed', 'a/b', null],
      ['deleted', 'c/b', null],
    ]);
    expect(names[5]).toMatchObject({ mailbox: id });
    expect((await news(names[5]?.modseq ?? 0)).names.map(({ kind }) => kind)).toEqual([
      'unsubscribed',
      'deleted',
    ]);
    await stores.mail.erase(account);
    expect((await news(0)).names).toEqual([]);
  });

  test('accountNewsMax, nameEventsPerChangeMax: more than can be told one by one', {
    timeout: 60_000,
  }, async () => {
    const start = await now();
    const depth = limits.mailboxDepthMax - 1;
    const trees = Math.ceil(limits.accountNewsMax / depth);
    for (let tree = 0; tree < trees; tree++) {
      await stores.mail.create(account, ['top', `t${tree}`, ...Array(depth - 2).fill('x')].join('/'));
    }
    await stores.mail.create(account, Array(depth).fill('y').join('/'));
    await stores.mail.create(account, Array(depth).fill('z').join('/'));
    expect(await news(start)).toMatchObject({ mailboxes: [], names: [], complete: false });
    const made = await now();
    await deliver('INBOX');
    expect(await news(made)).toMatchObject({ mailboxes: [{ name: 'INBOX' }], complete: true });
    for (const tree of ['y', 'z']) await stores.mail.rename(account, tree, `top/${tree}`);
    const before = await now();
    expect((await news(made)).complete).toBe(true);
    await stores.mail.rename(account, 'top', 'bottom');
    expect(await news(before)).toMatchObject({ names: [], complete: false });
    expect((await news(await now())).complete).toBe(true);
  });

  test.skipIf(engine.name === 'postgres')('nameEventsKeptCount: old ones are forgotten', async () => {
    const start = await now();
    await stores.mail.create(account, 'old');
    await deliver('old');
    const { id } = await stores.mail.find(account, 'old');
    const change = { account, mailbox: id, uids: [1], keywords: [], flags: flagBits.seen } as const;
    const flip = (i: number) => stores.mail.storeFlags({ ...change, mode: i % 2 === 0 ? 'add' : 'remove' });
    for (let done = 0; done < limits.nameEventsKeptCount; done += 1_000) {
      await Promise.all(Array.from({ length: 1_000 }, (_, i) => flip(i)));
    }
    expect((await news(start)).complete).toBe(false);
    await stores.mail.create(account, 'new');
    const kept = (await now()) - limits.nameEventsKeptCount;
    expect((await news(kept)).names.map(({ name }) => name)).toEqual(['new']);
  });
});
