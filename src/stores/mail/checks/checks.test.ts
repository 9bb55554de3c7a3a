import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modules } from '../../../modules.ts';
import { afterRestore, repairAll, verifyAll } from '../../../storage/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../../testing/index.ts';
import { flagBits, SearchIndexer } from '../index.ts';
import { limits } from '../limits.ts';

const account = 7;
const bytes = (subject: string, size = 300) =>
  Buffer.from(`Subject: ${subject}\r\n\r\n${'x'.repeat(size)}\r\n`);

describeEngines('integrity of mail', (engine) => {
  let stores: TestStores;
  const all = () => ({ database: stores.database, blobs: stores.blobs, modules });
  const verify = () => verifyAll(all());

  beforeAll(async () => {
    stores = await openTestStores(engine);
    await stores.mail.provision(account);
    const inbox = await stores.mail.find(account, 'INBOX');
    for (let at = 0; at < 6; at++) {
      const staged = await stores.mail.stage(bytes(`m${at}`), 10_000);
      await stores.mail.deliver(account, 'INBOX', { ...staged, flags: at % 2 ? flagBits.seen : 0 });
      stores.mail.discard(staged.blob);
    }
    const archive = await stores.mail.find(account, 'Archive');
    await stores.mail.copy(account, inbox.id, archive.id, [1, 2]);
    await stores.mail.move(account, inbox.id, archive.id, [3]);
    await stores.mail.storeFlags({
      account,
      mailbox: inbox.id,
      uids: [4],
      mode: 'add',
      flags: flagBits.deleted,
      keywords: [],
    });
    await stores.mail.expunge(account, inbox.id, null);
  });
  afterAll(async () => {
    await stores.close();
  });

  test('what the store wrote is sound', async () => {
    expect(await verify()).toEqual([]);
    expect(await repairAll(all(), 1)).toEqual([]);
  });

  const wrong: readonly [what: string, damage: string, fault: RegExp, mendable: boolean][] = [
    [
      'rights to a mailbox that is not there',
      `insert into mailbox_rights (account, mailbox, grantee, rights, denied) values (${account}, 99, 8, 'lr', '')`,
      /mailbox 99: is missing, though rights to it are granted/,
      true,
    ],
    [
      'an annotation of a mailbox that is not there',
      `insert into mail_metadata (account, mailbox, owner, entry, modseq, size) values (${account}, 98, 0, '/comment', 1, 0)`,
      /mailbox 98: is missing, though it has annotations/,
      true,
    ],
    [
      'keywords of a mailbox that is not there',
      `insert into mailbox_keywords (account, mailbox, keywords) values (${account}, 97, 'Work')`,
      /mailbox 97: keywords are kept of a mailbox that is not there/,
      true,
    ],
    [
      'a keyword that is not listed',
      `update messages set keywords = 'Stray Work' where uid = 1`,
      /mailbox \d+: a keyword of its messages is not listed/,
      true,
    ],
    [
      'a count of messages',
      `update mailboxes set messages = 99 where name = 'INBOX'`,
      /mailbox 1: messages is 99, counted 4/,
      true,
    ],
    [
      'a count of unseen',
      `update mailboxes set unseen = unseen + 1 where name = 'Archive'`,
      /unseen is/,
      true,
    ],
    [
      'a count of deleted',
      `update mailboxes set deleted = -1 where name = 'INBOX'`,
      /deleted is -1, counted 0/,
      true,
    ],
    ['a size', `update mailboxes set size = 0 where name = 'INBOX'`, /size is 0/, true],
    [
      'a UID to be reused',
      `update mailboxes set "uidNext" = 2 where name = 'INBOX'`,
      /would hand out UID 2 again \(6 is taken\)/,
      true,
    ],
    [
      'a modseq gone back',
      `update mailboxes set "highestModseq" = 1 where name = 'INBOX'`,
      /modseq is 1, a message has/,
      true,
    ],
    [
      'a modseq beyond the counter',
      `update mailboxes set "highestModseq" = 5000 where name = 'INBOX'`,
      /the account's counter/,
      true,
    ],
    [
      'when messages came or went last, too early',
      `update mailboxes set "countedModseq" = 1 where name = 'INBOX'`,
      /messages came or went last at 1, one went at \d+/,
      true,
    ],
    [
      'when messages came or went last, beyond what happened',
      `update mailboxes set "countedModseq" = "highestModseq" + 1 where name = 'INBOX'`,
      /messages came or went last at \d+, one went at/,
      true,
    ],
    ['space used', 'update mail_accounts set used = used + 10', /uses \d+ bytes, counted/, true],
    ['messages of the account', 'update mail_accounts set messages = 0', /has 0 messages, counted 7/, true],
    [
      'sharing of a content',
      'update email_shares set more = more + 1 where id = 1',
      /content 1: shared 3 times, counted 2/,
      true,
    ],
    [
      'a content shared that is not there',
      'insert into email_shares select account, 99, 1 from mail_accounts',
      /content 99: is missing, though it is shared/,
      true,
    ],
    [
      'uids that are gone',
      'update gone_blocks set gone = gone + 1',
      /which uids are gone is not what was counted/,
      true,
    ],
    [
      'a blob counted too high',
      'update blobs set refs = refs + 5 where refs > 0',
      /blob \w+: counted 6 times, referred to 1/,
      true,
    ],
    [
      'a blob about to be swept',
      'update blobs set refs = 0',
      /blob \w+: counted 0 times, referred to 1/,
      true,
    ],
    [
      'keys of a content that is not there',
      `insert into email_orders select account, 96, "sentAt", "fromMailbox", "toMailbox", "ccMailbox", "fromDisplay", "toDisplay", "baseSubject", "isReply", "messageKey", "parentKeys" from email_orders where id = 1`,
      /content 96: is missing, though it has keys to sort by/,
      true,
    ],
    [
      'a content without keys',
      'update email_orders set id = 95 where id = 1',
      /content 1: has no keys to sort by\n(.*\n)*.*content 95: is missing/,
      false,
    ],
    ['a negative count', 'update blobs set refs = -1', /referred to -1 times/, true],
    [
      'an id to be reused',
      'update mail_accounts set "nextMailbox" = 2',
      /would hand out mailbox id 2 again/,
      false,
    ],
    [
      'a content id to be reused',
      'update mail_accounts set "nextEmail" = 1',
      /would hand out content id 1 again/,
      false,
    ],
    [
      'a UIDVALIDITY to be reused',
      'update mail_accounts set "lastValidity" = 1',
      /UIDVALIDITY \d+ may be handed out again/,
      false,
    ],
    [
      'a message that is also expunged',
      `insert into expunged (account, mailbox, uid, modseq) values (${account}, 1, 1, 1)`,
      /message 1 is there and expunged/,
      false,
    ],
    [
      'a recent UID',
      `update mailboxes set "recentUid" = 900 where name = 'INBOX'`,
      /recent from 900 on/,
      false,
    ],
  ];
  /** Undoes what `repair` rightly does not guess. */
  const undo: Readonly<Record<string, string>> = {
    'an id to be reused': 'update mail_accounts set "nextMailbox" = 100',
    'a content id to be reused': 'update mail_accounts set "nextEmail" = 100',
    'a UIDVALIDITY to be reused': 'update mail_accounts set "lastValidity" = 4000000000',
    'a message that is also expunged': 'delete from expunged where mailbox = 1 and uid = 1',
    'a content without keys': 'update email_orders set id = 1 where id = 95',
    'a recent UID': `update mailboxes set "recentUid" = 1`,
  };

  test.each(wrong)('%s is named', async (what, statement, fault, mendable) => {
    await stores.damage(statement);
    const faults = await verify();
    expect(faults.join('\n')).toMatch(fault);
    expect(faults.join('\n')).not.toContain('Subject');
    if (mendable) expect((await repairAll(all(), 1)).length).toBeGreaterThan(0);
    else await stores.damage(undo[what] ?? '');
    expect(await verify()).toEqual([]);
  });

  test('an orphan content is named and removed, its blob is free again', async () => {
    const staged = await stores.mail.stage(bytes('orphan'), 10_000);
    await stores.mail.provision(20);
    await stores.mail.deliver(20, 'INBOX', staged);
    stores.mail.discard(staged.blob);
    await stores.damage('delete from messages where account = 20');
    expect((await verify()).join('\n')).toMatch(/account 20: content 1: no message uses it/);
    await repairAll(all(), 1);
    expect(await verify()).toEqual([]);
    expect(await stores.blobs.sweep(2)).toBeGreaterThan(0);
    expect(await verify()).toEqual([]);
  });

  test('with messagesPerAccountMax messages an account takes no more, until some go', async () => {
    await stores.mail.provision(21);
    const { id } = await stores.mail.find(21, 'INBOX');
    const deliver = async () => {
      const staged = await stores.mail.stage(bytes('more'), 10_000);
      await stores.mail.append(21, id, [staged]);
    };
    await deliver();
    const full = `update mail_accounts set messages = ${limits.messagesPerAccountMax - 1} where account = 21`;
    await stores.damage(full);
    await deliver();
    await expect(deliver()).rejects.toMatchObject({ reason: 'limit' });
    await expect(stores.mail.copy(21, id, id, [1])).rejects.toMatchObject({ reason: 'limit' });
    await repairAll(all(), 1);
    await deliver();
    expect((await stores.mail.quota(21)).messages).toBe(3);
    expect(await verify()).toEqual([]);
  });

  test('rows of an account that has none of its own are named', async () => {
    await stores.damage(`insert into search_texts (account, id, fields) values (30, 1, 'x')`);
    const faults = (await verify()).join('\n');
    expect(faults).toMatch(/account 30: has mail but no row of its own/);
    expect(faults).toMatch(/account 30: search index: has a text too many of 1 contents/);
    await stores.damage('delete from search_texts where account = 30');
  });

  test('a search index that misses something is named, thrown away and built again', async () => {
    await stores.mail.provision(22);
    for (const subject of ['one', 'two', 'three']) {
      const staged = await stores.mail.stage(bytes(subject), 10_000);
      await stores.mail.deliver(22, 'INBOX', staged);
      stores.mail.discard(staged.blob);
    }
    const { database, blobs } = stores;
    const onError = (event: string, error: unknown) => expect.unreachable(`${event}: ${String(error)}`);
    const indexer = new SearchIndexer({ database, blobs, onError, pause: async () => {} });
    await indexer.start();
    await indexer.caughtUp();
    const { indexed } = indexer;
    const needle = { where: 'text', field: '', text: 'TWO' } as const;
    const found = async () => (await stores.mail.narrow(22, [needle], 3))[0]?.emails.length;
    for (const [damage, fault] of [
      ['delete from search_texts where account = 22 and id = 2', 'has no text of 1 contents'],
      ['insert into search_texts (account, id) values (22, 9)', 'has a text too many of 1 contents'],
      ['delete from search_waiting where account = 22', 'does not know 3 contents'],
      [
        'insert into search_slices (account, block, part, bits) select account, 4, 1, columns from search_waiting where account = 22 and id = 1',
        'parts of block 4, which is not there',
      ],
    ] as const) {
      await stores.damage(damage);
      expect((await verify()).join('\n')).toContain(`account 22: search index: ${fault}`);
      expect(await repairAll(all(), 1)).toEqual([
        'mail of account 22: search index thrown away, it is built again',
      ]);
      await indexer.caughtUp();
      expect(await verify()).toEqual([]);
      expect(await found()).toBe(1);
    }
    expect(indexer.indexed - indexed).toBe(12);
    await indexer.stop();
  });

  test('a content or its mailbox that is gone is named', async () => {
    await stores.mail.provision(21);
    const staged = await stores.mail.stage(bytes('lost'), 10_000);
    await stores.mail.deliver(21, 'INBOX', staged);
    stores.mail.discard(staged.blob);
    await stores.damage('delete from emails where account = 21');
    expect((await verify()).join('\n')).toMatch(/account 21: content 1: is missing, though messages use it/);
    await stores.damage('delete from mailboxes where account = 21');
    expect((await verify()).join('\n')).toMatch(
      /account 21: mailbox 1: is missing, though messages lie in it/,
    );
    await stores.damage('delete from messages where account = 21');
    await stores.damage('delete from mail_accounts where account = 21');
    await repairAll(all(), 1);
    expect(await verify()).toEqual([]);
  });

  test('after a restore nothing that clients may remember comes true again', async () => {
    const before = (await stores.mail.list(account)).flatMap(({ mailbox }) => (mailbox ? [mailbox] : []));
    const highest = Math.max(...before.map((mailbox) => mailbox.highestModseq));
    // The time of the restore is later than any UIDVALIDITY given since the backup, or the clock went back.
    const nowSeconds = Math.max(...before.map((mailbox) => mailbox.uidValidity)) - 100;
    await afterRestore(all(), nowSeconds);
    for (const old of before) {
      const now = await stores.mail.byId(account, old.id);
      expect(now?.uidValidity).toBeGreaterThan(Math.max(...before.map((mailbox) => mailbox.uidValidity)));
      expect(now?.highestModseq).toBeGreaterThan(highest + 1_000_000);
      expect(now).toMatchObject({ uidNext: old.uidNext, messages: old.messages, objectId: old.objectId });
    }
    const made = await stores.mail.create(account, 'After');
    expect(made.id).toBeGreaterThan(Math.max(...before.map((mailbox) => mailbox.id)) + 1000);
    expect(await verify()).toEqual([]);
  });
});

describe('damaged bytes', () => {
  test.each([
    ['cut off', (file: string) => truncateSync(file, 60), /blob \w+: a blob is cut off/],
    ['altered', (file: string) => writeFileSync(file, 'y', { flag: 'r+' }), /not where the database says/],
    ['gone', (file: string) => rmSync(file), /blob \w+: a (file of the blob store|segment) is missing/],
  ])('a segment that is %s is named', async (_, harm, fault) => {
    const stores = await openTestStores({ name: 'sqlite', missing: null, database: async () => 'sqlite' });
    await stores.mail.provision(account);
    const staged = await stores.mail.stage(bytes('kept'), 10_000);
    await stores.mail.deliver(account, 'INBOX', staged);
    const folder = join(stores.dir, 'blobs', 'segments');
    harm(join(folder, readdirSync(folder)[0] ?? ''));
    const again = await stores.reopen();
    const faults = await verifyAll({ database: again.database, blobs: again.blobs, modules });
    expect(faults.join('\n')).toMatch(fault);
    await again.close();
  });
});
