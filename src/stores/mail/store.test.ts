import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../base/index.ts';
import {
  changesSince,
  describeEngines,
  openTestStores,
  refusal,
  type TestStores,
} from '../../testing/index.ts';
import { createMailStore, flagBits, flagRows } from './index.ts';

const account = 7;

function message(subject: string, size = 400): Buffer {
  const head = `From: ana@coop.localhost\r\nTo: bea@coop.localhost\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@x>\r\n\r\n`;
  return Buffer.from(`${head + 'x'.repeat(Math.max(0, size - head.length - 2))}\r\n`);
}

describeEngines('mail store', (engine) => {
  let stores: TestStores;
  beforeEach(async () => {
    stores = await openTestStores(engine, { quota: 100_000 });
    await stores.mail.provision(account);
  });
  afterEach(() => stores.close());

  async function deliver(subject: string, mailbox = 'INBOX', flags = 0) {
    const staged = await stores.mail.stage(message(subject), 10_000);
    const appended = await stores.mail.deliver(account, mailbox, { ...staged, flags });
    stores.mail.discard(staged.blob);
    return appended;
  }
  const inbox = () => stores.mail.find(account, 'inbox');

  test('a new account has its mailboxes, subscribed, INBOX first', async () => {
    const names = (await stores.mail.list(account)).map((entry) => [
      entry.name,
      entry.mailbox?.specialUse,
      entry.subscribed,
    ]);
    expect(names[0]).toEqual(['INBOX', null, true]);
    expect(names.map(([name]) => name)).toEqual(['INBOX', 'Archive', 'Drafts', 'Junk', 'Sent', 'Trash']);
    expect(names[4]).toEqual(['Sent', 'Sent', true]);
  });

  test('a delivered message is there whole, with its counters, content and bytes', async () => {
    const bytes = message('first');
    const staged = await stores.mail.stage(bytes, 10_000);
    const { uid, modseq } = await stores.mail.deliver(account, 'INBOX', staged);
    stores.mail.discard(staged.blob);
    const box = await inbox();
    expect(box).toMatchObject({
      messages: 1,
      unseen: 1,
      deleted: 0,
      size: bytes.length,
      uidNext: uid + 1,
      highestModseq: modseq,
    });
    const [row] = await stores.mail.messages(account, box.id, [uid]);
    expect(row).toMatchObject({ uid, modseq, flags: 0, keywords: '', size: bytes.length });
    const content = (await stores.mail.contents(account, [row?.email ?? 0])).get(row?.email ?? 0);
    expect(content?.envelope).toContain('"first"');
    expect(await stores.mail.bytes(content?.hash ?? '')).toEqual(bytes);
    expect(await stores.mail.bytes(content?.hash ?? '', [0, 5])).toEqual(Buffer.from('From:'));
  });

  test('concurrent deliveries get distinct, gapless UIDs and one shared blob when equal', async () => {
    const staged = await stores.mail.stage(message('same'), 10_000);
    const all = await Promise.all(
      Array.from({ length: 40 }, () => stores.mail.deliver(account, 'INBOX', staged)),
    );
    stores.mail.discard(staged.blob);
    const uids = all.map((one) => one.uid).sort((a, b) => a - b);
    expect(uids).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
    expect(new Set(all.map((one) => one.modseq)).size).toBe(40);
    expect(await inbox()).toMatchObject({ messages: 40, uidNext: 41 });
  });

  test('delivery to a mailbox that does not exist goes to INBOX', async () => {
    const { mailbox } = await deliver('lost', 'No/Such');
    expect(mailbox).toBe((await inbox()).id);
  });

  test('over quota nothing is stored and the counters stay', async () => {
    const staged = await stores.mail.stage(message('big', 60_000), 100_000);
    const box = await inbox();
    await stores.mail.append(account, box.id, [staged]);
    const again = await stores.mail.stage(message('big2', 60_000), 100_000);
    expect(await refusal(stores.mail.append(account, box.id, [again]))).toBe('over-quota');
    expect(await stores.mail.quota(account)).toMatchObject({ used: 60_000, messages: 1 });
    expect((await inbox()).messages).toBe(1);
  });

  test('flags: add, remove, replace, unchangedSince, missing', async () => {
    const [a, b] = [await deliver('a'), await deliver('b')];
    const box = await inbox();
    const change = {
      account,
      mailbox: box.id,
      uids: [a.uid, b.uid, 99],
      flags: flagBits.seen,
      keywords: ['$Work'],
    };
    const added = await stores.mail.storeFlags({ ...change, mode: 'add' });
    expect(flagRows(added).map((row) => [row.uid, row.flags, row.keywords])).toEqual([
      [a.uid, 1, '$Work'],
      [b.uid, 1, '$Work'],
    ]);
    expect(added.missing).toEqual([99]);
    expect(await inbox()).toMatchObject({ unseen: 0, highestModseq: added.modseq });
    // The same again changes nothing and costs no modseq.
    expect((await stores.mail.storeFlags({ ...change, mode: 'add', keywords: ['$work'] })).modseq).toBe(0);
    await stores.mail.storeFlags({ ...change, uids: [a.uid], mode: 'remove', flags: 0 });
    const conditional = await stores.mail.storeFlags({
      ...change,
      mode: 'replace',
      flags: flagBits.deleted,
      keywords: [],
      unchangedSince: added.modseq,
    });
    expect(conditional.modified).toEqual([a.uid]);
    expect(flagRows(conditional).map((row) => [row.uid, row.flags, row.keywords])).toEqual([
      [b.uid, flagBits.deleted, ''],
    ]);
    expect(await inbox()).toMatchObject({ unseen: 1, deleted: 1 });
  });

  test('changes tell what is new, changed and gone since a modseq', async () => {
    const [a, b] = [await deliver('a'), await deliver('b')];
    const box = await inbox();
    await stores.mail.storeFlags({
      account,
      mailbox: box.id,
      uids: [a.uid],
      mode: 'add',
      flags: flagBits.deleted,
      keywords: [],
    });
    expect(await stores.mail.expunge(account, box.id, null)).toEqual([[a.uid, a.uid]]);
    const c = await deliver('c');
    const changes = await changesSince(stores.mail, account, box.id, b.modseq);
    expect([changes?.changed.map((row) => row.uid), changes?.vanished]).toEqual([[c.uid], [a.uid]]);
    const at = changes?.modseq ?? 0;
    expect(at).toBe(c.modseq);
    expect([...(await stores.mail.vanished(account, box.id, 0, at))]).toEqual([a.uid]);
    expect([...(await stores.mail.vanished(account, box.id, 0, b.modseq))]).toEqual([]);
    expect([...(await stores.mail.vanished(account, box.id, at, at))]).toEqual([]);
    expect([...(await stores.mail.changedUids(account, box.id, b.modseq))]).toEqual([c.uid]);
    expect([...(await stores.mail.changedUids(account, box.id, 0))]).toEqual([b.uid, c.uid]);
    expect((await changesSince(stores.mail, account, box.id, c.modseq))?.changed).toEqual([]);
  });

  test('expunge takes only \\Deleted among the UIDs asked for, and frees space and content', async () => {
    const all = [await deliver('a'), await deliver('b'), await deliver('c')];
    const box = await inbox();
    const uids = all.map((one) => one.uid);
    await stores.mail.storeFlags({
      account,
      mailbox: box.id,
      uids: uids.slice(0, 2),
      mode: 'add',
      flags: flagBits.deleted,
      keywords: [],
    });
    expect(await stores.mail.expunge(account, box.id, uids.slice(1))).toEqual([[uids[1], uids[1]]]);
    expect(await inbox()).toMatchObject({ messages: 2, deleted: 1 });
    expect((await stores.mail.quota(account)).messages).toBe(2);
    const next = await deliver('d');
    expect(next.uid).toBe((uids[2] ?? 0) + 1);
  });

  test('copies share content; the last one to go takes it along', async () => {
    const { uid } = await deliver('shared');
    const box = await inbox();
    const archive = await stores.mail.find(account, 'Archive');
    const copied = await stores.mail.copy(account, box.id, archive.id, [uid, 77]);
    expect([copied.from, copied.to]).toEqual([[[uid, uid]], [[1, 1]]]);
    const [row] = await stores.mail.messages(account, archive.id, [1]);
    const moved = await stores.mail.move(account, box.id, archive.id, [uid]);
    expect(moved.to).toEqual([[2, 2]]);
    expect(await inbox()).toMatchObject({ messages: 0 });
    const { highestModseq } = await inbox();
    expect([...(await stores.mail.vanished(account, box.id, 0, highestModseq))]).toEqual([uid]);
    await stores.mail.storeFlags({
      account,
      mailbox: archive.id,
      uids: [1, 2],
      mode: 'add',
      flags: flagBits.deleted,
      keywords: [],
    });
    await stores.mail.expunge(account, archive.id, [1]);
    // A store of its own holds nothing that was read before.
    const contents = () =>
      createMailStore({ ...stores, clock: systemClock, quota: null }).contents(account, [row?.email ?? 0]);
    expect((await contents()).size).toBe(1);
    await stores.mail.expunge(account, archive.id, null);
    expect((await contents()).size).toBe(0);
    expect(await stores.mail.quota(account)).toMatchObject({ used: 0, messages: 0 });
    expect(await stores.blobs.sweep(Date.now() + 1000)).toBeGreaterThan(0);
  });

  test('mailboxes: parents are made, names are checked, trees move, uidvalidity grows', async () => {
    const made = await stores.mail.create(account, 'Work/2026/Ünter');
    expect((await stores.mail.list(account)).map((entry) => entry.name)).toContain('Work/2026');
    expect(await refusal(stores.mail.create(account, 'Work'))).toBe('exists');
    expect(await refusal(stores.mail.create(account, 'a//b'))).toBe('invalid');
    expect(await refusal(stores.mail.create(account, 'INBOX'))).toBe('exists');
    expect(await refusal(stores.mail.create(account, 'Other', 'Sent'))).toBe('conflict');
    await stores.mail.rename(account, 'Work', 'Old/Work');
    expect((await stores.mail.byId(account, made.id))?.name).toBe('Old/Work/2026/Ünter');
    expect(await refusal(stores.mail.rename(account, 'Old', 'Old/below'))).toBe('invalid');
    expect(await refusal(stores.mail.remove(account, 'Old/Work'))).toBe('has-children');
    expect(await refusal(stores.mail.remove(account, 'inbox'))).toBe('invalid');
    await stores.mail.remove(account, 'Old/Work/2026/Ünter');
    const again = await stores.mail.create(account, 'Old/Work/2026/Ünter');
    expect(again.uidValidity).toBeGreaterThan(made.uidValidity);
    expect(again.id).toBeGreaterThan(made.id);
    expect(await changesSince(stores.mail, account, made.id, 0)).toBeNull();
  });

  test('RENAME INBOX moves its messages and leaves INBOX', async () => {
    await deliver('a');
    await stores.mail.rename(account, 'INBOX', 'Before');
    expect(await inbox()).toMatchObject({ messages: 0 });
    expect(await stores.mail.find(account, 'Before')).toMatchObject({ messages: 1 });
  });

  test('a subscription outlives its mailbox', async () => {
    await stores.mail.create(account, 'Gone');
    await stores.mail.subscribeTo(account, 'Gone');
    await stores.mail.remove(account, 'Gone');
    const entry = (await stores.mail.list(account)).find((one) => one.name === 'Gone');
    expect(entry).toEqual({ name: 'Gone', mailbox: null, subscribed: true });
    await stores.mail.unsubscribeFrom(account, 'Gone');
    expect(await refusal(stores.mail.unsubscribeFrom(account, 'Gone'))).toBe('not-found');
  });

  test('\\Recent is claimed once', async () => {
    await deliver('a');
    const box = await inbox();
    expect(await stores.mail.claimRecent(account, box.id)).toBe(1);
    expect(await stores.mail.claimRecent(account, box.id)).toBe(2);
  });

  test('listeners wake after the commit, of their own account only', async () => {
    const heard: number[] = [];
    const stop = stores.mail.subscribe(account, (modseq) => heard.push(modseq));
    await stores.mail.provision(8);
    heard.length = 0;
    const { modseq } = await deliver('a');
    stop();
    await deliver('b');
    expect(heard).toEqual([modseq]);
  });

  test('another account sees nothing of it', async () => {
    const { uid } = await deliver('private');
    const box = await inbox();
    await stores.mail.provision(8);
    const other = await stores.mail.find(8, 'INBOX');
    expect(other.messages).toBe(0);
    expect(await stores.mail.messages(8, box.id, [uid])).toEqual([]);
    expect(await refusal(stores.mail.append(9, 1, [await stores.mail.stage(message('x'), 10_000)]))).toBe(
      'not-found',
    );
  });

  test('everything is there after closing and opening again', async () => {
    const { uid, modseq } = await deliver('kept');
    stores = await stores.reopen();
    const box = await inbox();
    expect(box).toMatchObject({ messages: 1, highestModseq: modseq });
    const [row] = await stores.mail.messages(account, box.id, [uid]);
    const content = (await stores.mail.contents(account, [row?.email ?? 0])).get(row?.email ?? 0);
    expect(await stores.mail.bytes(content?.hash ?? '')).toEqual(message('kept'));
  });

  test('scan pages through a mailbox in order', async () => {
    const box = await inbox();
    const staged = await Promise.all(
      Array.from({ length: 30 }, (_, at) => stores.mail.stage(message(`m${at}`), 10_000)),
    );
    await stores.mail.append(account, box.id, staged);
    const uids: number[] = [];
    for await (const rows of stores.mail.scan(account, box.id, 5, 20))
      uids.push(...rows.map((row) => row.uid));
    expect(uids).toEqual(Array.from({ length: 16 }, (_, at) => at + 5));
    const { mailbox, gone } = await stores.mail.snapshot(account, box.id);
    expect([mailbox.messages, mailbox.uidNext, gone]).toEqual([30, 31, []]);
  });
});
