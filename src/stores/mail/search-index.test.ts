import { afterEach, beforeEach, expect, test } from 'vitest';
import { modules } from '../../modules.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { fold, type Needle, SearchIndexer, verdicts } from './index.ts';
import { limits } from './limits.ts';
import { mailOperations as operations } from './module.ts';

const account = 7;

const text = (given: string): Needle => ({ where: 'text', field: '', text: fold(given) });
const body = (given: string): Needle => ({ where: 'body', field: '', text: fold(given) });
const field = (name: string, given: string): Needle => ({
  where: 'field',
  field: fold(name),
  text: fold(given),
});

const mail = (subject: string, content: string, more = '') =>
  Buffer.from(
    `From: Ana <ana@x.example>\r\nSubject: ${subject}\r\nDate: 5 Nov 2026 10:00:00 +0100\r\n${more}\r\n${content}\r\n`,
  );

describeEngines('search index', (engine) => {
  let stores: TestStores;
  const reported: string[] = [];
  beforeEach(async () => {
    reported.length = 0;
    stores = await openTestStores(engine);
    await stores.mail.provision(account);
  });
  afterEach(() => stores.close());

  const deliver = async (message: Buffer, owner = account) => {
    const staged = await stores.mail.stage(message, 60 * 2 ** 20);
    const appended = await stores.mail.deliver(owner, 'INBOX', staged);
    stores.mail.discard(staged.blob);
    const [row] = await stores.mail.messages(owner, appended.mailbox, [appended.uid]);
    return { ...appended, email: row?.email ?? 0 };
  };
  const indexer = (database = stores.database) =>
    new SearchIndexer({
      database,
      blobs: stores.blobs,
      onError: (event, error) => reported.push(`${event}: ${String(error)}`),
      gatherMs: 0,
    });
  const build = async () => {
    const building = indexer();
    await building.start();
    await building.caughtUp();
    await building.stop();
    return building;
  };
  const narrow = async (needle: Needle, messages = 1_000_000) => {
    const [found] = await stores.mail.narrow(account, [needle], messages);
    return found ? { upTo: found.upTo, emails: [...found.emails] } : null;
  };
  const decide = async (emails: number[], needle: Needle) => [
    ...(await stores.mail.decide(account, emails, needle)),
  ];
  const verify = () => verifyAll({ database: stores.database, blobs: stores.blobs, modules });

  test('narrows to the messages that hold a text, and the texts that are kept decide', async () => {
    const soup = await deliver(mail('Lunch', 'The soup is ready', 'X-Mailer: pot\r\n'));
    const bread = await deliver(mail('Supper', 'bread =?utf-8?q?soup?='));
    expect(await narrow(text('soup'))).toBe(null);
    expect(await decide([soup.email], text('soup'))).toEqual([verdicts.unknown]);
    await build();
    const upTo = bread.email;
    expect(await narrow(text('soup is'))).toEqual({ upTo, emails: [soup.email] });
    expect(await narrow(text('lunch'))).toEqual({ upTo, emails: [soup.email] });
    expect(await narrow(body('lunch'))).toEqual({ upTo, emails: [] });
    expect(await narrow(field('subject', 'LUNCH'))).toEqual({ upTo, emails: [soup.email] });
    expect(await narrow(field('x-mailer', ''))).toEqual({ upTo, emails: [soup.email] });
    expect(await narrow(field('from', 'ana@x'))).toEqual({ upTo, emails: [soup.email, bread.email] });
    expect(await narrow(text('is'))).toBe(null);
    const both = [soup.email, bread.email, 999];
    const { no, yes, unknown } = verdicts;
    expect(await decide(both, text('SOUP'))).toEqual([yes, yes, unknown]);
    expect(await decide(both, body('ready\r\n'))).toEqual([yes, no, unknown]);
    expect(await decide(both, text('subject: lunch'))).toEqual([yes, no, unknown]);
    expect(await decide(both, field('subject', 'supper'))).toEqual([no, yes, unknown]);
    expect(await decide(both, field('x-mailer', 'pot'))).toEqual([yes, no, unknown]);
    expect(await decide(both, field('to', ''))).toEqual([no, no, unknown]);
    expect([...(await stores.mail.sentDays(account, both))]).toEqual([
      [soup.email, Date.UTC(2026, 10, 5)],
      [bread.email, Date.UTC(2026, 10, 5)],
    ]);
    expect(await verify()).toEqual([]);
  });

  test('narrowedFractionMax: few messages of a large account are not looked for in the whole index', async () => {
    const last = await deliver(mail('a', 'b'));
    for (let at = 1; at < limits.narrowedFractionMax + 1; at++)
      await stores.mail.copy(account, last.mailbox, last.mailbox, [last.uid]);
    await build();
    expect(await narrow(text('subject'), 1)).toBe(null);
    expect(await narrow(text('subject'), 2)).toEqual({ upTo: last.email, emails: [last.email] });
  });

  test('later messages are beyond the answer until they are indexed too', async () => {
    const first = await deliver(mail('soup', ''));
    await build();
    const second = await deliver(mail('soup', ''));
    expect(await narrow(text('soup'))).toEqual({ upTo: first.email, emails: [first.email] });
    await build();
    expect(await narrow(text('soup'))).toEqual({ upTo: second.email, emails: [first.email, second.email] });
  });

  test('follows the change feed, of all accounts', async () => {
    const building = indexer();
    await building.start();
    await deliver(mail('first', ''));
    await building.caughtUp();
    await stores.mail.provision(8);
    await deliver(mail('second', ''), 8);
    await deliver(mail('third', ''));
    await building.caughtUp();
    await building.stop();
    expect(building.indexed).toBe(3);
    expect((await narrow(text('third')))?.emails.length).toBe(1);
    expect((await stores.mail.narrow(8, [text('second')], 10))[0]?.emails.length).toBe(1);
  });

  test('what goes away leaves no text; a copy keeps it', async () => {
    const one = await deliver(mail('one', 'x'));
    const two = await deliver(mail('two', 'x'));
    await build();
    const archive = await stores.mail.find(account, 'Archive');
    await stores.mail.copy(account, one.mailbox, archive.id, [one.uid]);
    await stores.mail.storeFlags({
      account,
      mailbox: one.mailbox,
      uids: [one.uid, two.uid],
      mode: 'add',
      flags: 8,
      keywords: [],
    });
    await stores.mail.expunge(account, one.mailbox, null);
    expect((await narrow(text('one')))?.emails).toEqual([one.email]);
    expect((await narrow(text('two')))?.emails).toEqual([]);
    expect(await decide([one.email, two.email], text('x'))).toEqual([verdicts.yes, verdicts.unknown]);
    expect(await verify()).toEqual([]);
    await stores.mail.erase(account);
    expect(await decide([one.email], text('x'))).toEqual([verdicts.unknown]);
    expect(await verify()).toEqual([]);
    await stores.mail.provision(account);
    await deliver(mail('again', ''));
    await build();
    expect((await narrow(text('again')))?.emails.length).toBe(1);
  });

  test('removed between reading and writing, an email does not come back; a stale cursor writes nothing', async () => {
    const one = await deliver(mail('one', ''));
    const digest = { id: one.email, sentDay: null, fields: '[]', text: null, columns: Buffer.alloc(513) };
    await stores.mail.storeFlags({
      account,
      mailbox: one.mailbox,
      uids: [one.uid],
      mode: 'add',
      flags: 8,
      keywords: [],
    });
    await stores.mail.expunge(account, one.mailbox, null);
    const write = { account, from: 0, upTo: one.email, digests: [digest] };
    expect(await stores.database.call(operations.index, write)).toEqual({ done: true, waitingBytes: 0 });
    expect(await stores.database.call(operations.index, write)).toMatchObject({ done: false });
    expect(await verify()).toEqual([]);
  });

  test('the cursor goes with the rows: a write that fails leaves the index as it was', async () => {
    const one = await deliver(mail('one', ''));
    const twice = { id: one.email, sentDay: null, fields: '[]', text: null, columns: Buffer.alloc(513) };
    const bad = { account, from: 0, upTo: one.email, digests: [twice, twice] };
    await expect(stores.database.call(operations.index, bad)).rejects.toThrow();
    expect(await narrow(text('one'))).toBe(null);
    expect(await verify()).toEqual([]);
    await build();
    expect((await narrow(text('one')))?.emails).toEqual([one.email]);
  });
});
