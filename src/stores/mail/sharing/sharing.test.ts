import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { publicAccount } from '../../../accounts/index.ts';
import { modules } from '../../../modules.ts';
import { verifyAll } from '../../../storage/index.ts';
import { describeEngines, openTestStores, refusal, type TestStores } from '../../../testing/index.ts';
import { allRights, everyone, flagBits, sharedOwner, wholeAccount } from '../index.ts';
import { limits } from '../limits.ts';
import { isAsked } from '../metadata/metadata.ts';
import { changeRights, effectiveRights, orderRights } from './rights.ts';

const ana = 7;
const ben = 8;
const cleo = 9;

describe('rights', () => {
  test.each([
    ['replace', 'lr', 'wl', 'lw'],
    ['add', 'lr', 'ws', 'lrsw'],
    ['remove', 'lrs', 'rx', 'ls'],
    ['replace', 'lr', '', ''],
  ] as const)('%s %s by %s is %s', (mode, now, letters, after) => {
    expect(changeRights(now, mode, letters)).toBe(after);
  });

  test('letters stand in their order, each once', () => {
    expect(orderRights('aettzQrl')).toBe('lrtea');
    expect(orderRights([...allRights].reverse())).toBe(allRights);
  });

  test('what any line denies is not to be had, whoever grants it', () => {
    const grants = [
      { grantee: everyone, rights: 'lrs', denied: 'i' },
      { grantee: ben, rights: 'wi', denied: 's' },
      { grantee: cleo, rights: 'a', denied: 'l' },
    ];
    expect(effectiveRights(grants, ben)).toBe('lrw');
    expect(effectiveRights(grants, cleo)).toBe('rsa');
    expect(effectiveRights(grants, 10)).toBe('lrs');
    expect(effectiveRights([], ben)).toBe('');
  });
});

test.each([
  ['/a', 0, '/a', true],
  ['/a', 0, '/a/b', false],
  ['/a', 1, '/a/b', true],
  ['/a', 1, '/a/b/c', false],
  ['/a', 1, '/ab', false],
  ['/a', 'infinity', '/a/b/c', true],
  ['', 'infinity', '/a/b/c', true],
  ['', 1, '/a', true],
] as const)('%j to depth %s asks for %j: %s', (entry, depth, name, expected) => {
  expect(isAsked({ owner: ana, entry, depth }, { owner: ana, entry: name })).toBe(expected);
  expect(isAsked({ owner: ben, entry, depth }, { owner: ana, entry: name })).toBe(false);
});

describeEngines('sharing', (engine) => {
  let stores: TestStores;
  let plans: number;
  beforeEach(async () => {
    stores = await openTestStores(engine);
    for (const account of [ana, ben]) await stores.mail.provision(account);
    plans = (await stores.mail.create(ana, 'Plans')).id;
  });
  afterEach(() => stores.close());

  const grant = (grantee: number, rights: string, more: { mailbox?: number; negative?: boolean } = {}) =>
    stores.mail.sharing.grant({
      account: ana,
      mailbox: more.mailbox ?? plans,
      grantee,
      mode: 'replace',
      rights,
      negative: more.negative ?? false,
    });
  const names = async (member: number) =>
    (await stores.mail.sharing.sharedWith(member)).map(({ account, mailbox, rights }) => [
      account,
      mailbox.name,
      rights,
    ]);

  test('what is granted is found by both sides; the owner is not its own guest', async () => {
    await grant(ben, 'lr');
    await grant(everyone, 'lw');
    expect(await stores.mail.sharing.grants(ana, plans)).toEqual([
      { grantee: everyone, rights: 'lw', denied: '' },
      { grantee: ben, rights: 'lr', denied: '' },
    ]);
    expect(await names(ben)).toEqual([[ana, 'Plans', 'lrw']]);
    expect(await names(cleo)).toEqual([[ana, 'Plans', 'lw']]);
    expect(await names(ana)).toEqual([]);
    expect((await stores.mail.sharing.find(ana, 'Plans', ben))?.rights).toBe('lrw');
    expect(await stores.mail.sharing.find(ana, 'Nothing', ben)).toBe(null);
    expect(await stores.mail.sharing.rights(ana, plans, cleo)).toBe('lw');
    expect(await stores.mail.sharing.rights(ana, 999, cleo)).toBe(null);
  });

  test('a line that is empty is gone; a denial alone shares nothing', async () => {
    await grant(ben, 'lr');
    await grant(ben, 'r', { negative: true });
    expect(await names(ben)).toEqual([[ana, 'Plans', 'l']]);
    await grant(ben, '');
    expect(await stores.mail.sharing.grants(ana, plans)).toEqual([{ grantee: ben, rights: '', denied: 'r' }]);
    expect(await names(ben)).toEqual([]);
    await grant(ben, '', { negative: true });
    expect(await stores.mail.sharing.grants(ana, plans)).toEqual([]);
  });

  test('owner and grantee hear of a change, and of none where nothing changed', async () => {
    const heard: string[] = [];
    for (const [who, account] of Object.entries({ ana, ben, cleo })) {
      stores.mail.subscribe(account, () => heard.push(who));
    }
    await grant(ben, 'lr');
    expect(heard.sort()).toEqual(['ana', 'ben']);
    await grant(ben, 'rl');
    expect(heard).toHaveLength(2);
  });

  test("two members who share with each other at once do not stand in each other's way", async () => {
    const other = (await stores.mail.create(ben, 'Plans')).id;
    const back = (rights: string) =>
      stores.mail.sharing.grant({
        account: ben,
        mailbox: other,
        grantee: ana,
        mode: 'replace',
        rights,
        negative: false,
      });
    const rounds = ['l', 'lr', 'lrs', 'lrsw', 'l', 'lr', 'lrs', 'lrsw'];
    await Promise.all(rounds.flatMap((rights) => [grant(ben, rights), back(rights)]));
    expect((await names(ben)).length + (await names(ana)).length).toBe(2);
  });

  test('new mailboxes have the ACL of the nearest above; RENAME keeps it, DELETE takes it along', async () => {
    await grant(ben, 'lrk');
    const deep = await stores.mail.create(ana, 'Plans/2027/May');
    expect(await names(ben)).toEqual(
      expect.arrayContaining([
        [ana, 'Plans/2027', 'lrk'],
        [ana, 'Plans/2027/May', 'lrk'],
      ]),
    );
    expect(await stores.mail.sharing.rightsAbove(ana, 'Plans/2027/June/1', ben)).toBe('lrk');
    expect(await stores.mail.sharing.rightsAbove(ana, 'Elsewhere', ben)).toBe(null);
    await stores.mail.rename(ana, 'Plans/2027', 'Old');
    expect(await stores.mail.sharing.rights(ana, deep.id, ben)).toBe('lrk');
    await stores.mail.remove(ana, 'Old/May');
    expect(await stores.mail.sharing.rights(ana, deep.id, ben)).toBe(null);
    expect(await stores.mail.sharing.grants(ana, deep.id)).toEqual([]);
  });

  test('an account that is erased leaves no rights behind, neither given nor taken', async () => {
    const other = (await stores.mail.create(ben, 'Mine')).id;
    await grant(ben, 'lr');
    await stores.mail.sharing.grant({
      account: ben,
      mailbox: other,
      grantee: ana,
      mode: 'replace',
      rights: 'lr',
      negative: false,
    });
    await stores.mail.sharing.setMetadata({ account: ana, mailbox: plans }, [
      { owner: ben, entry: '/comment', value: Buffer.from('x') },
    ]);
    await stores.mail.erase(ben);
    expect(await stores.mail.sharing.grants(ana, plans)).toEqual([]);
    expect(await names(ana)).toEqual([]);
    const kept = await stores.mail.sharing.metadata(
      { account: ana, mailbox: plans },
      [{ owner: ben, entry: '', depth: 'infinity' }],
      null,
    );
    expect(kept.entries).toEqual([]);
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
  });

  test(`grantsMax: an account grants rights ${limits.grantsMax} times at most`, async () => {
    const lines = 250;
    await Promise.all(Array.from({ length: lines }, (_, at) => grant(100 + at, 'l')));
    const levels = limits.grantsMax / lines - 1;
    await stores.mail.create(ana, ['Plans', ...Array.from({ length: levels }, (_, at) => at)].join('/'));
    expect(await refusal(grant(99, 'l'))).toBe('limit');
    expect(await refusal(grant(100, 'lr'))).toBe('accepted');
    await grant(100, '');
    expect(await refusal(grant(99, 'l'))).toBe('accepted');
  });

  test("names that lead to what others share are nobody's own", async () => {
    for (const name of ['Public', 'Public/x', 'Other Users', 'Other Users/ben']) {
      expect(await refusal(stores.mail.create(ana, name)), name).toBe('invalid');
      expect(await refusal(stores.mail.rename(ana, 'Plans', name)), name).toBe('invalid');
    }
    expect(await refusal(stores.mail.create(ana, 'public'))).toBe('accepted');
    expect(await refusal(stores.mail.subscribeTo(ana, 'Public/News'))).toBe('accepted');
  });

  test('the account of the co-op has no mailboxes of its own and no quota', async () => {
    expect(await stores.mail.list(publicAccount)).toEqual([]);
    expect((await stores.mail.create(publicAccount, 'News')).name).toBe('News');
    expect(await stores.mail.quota(publicAccount)).toEqual({ used: 0, limit: null, messages: 0 });
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
  });

  const place = () => ({ account: ana, mailbox: plans });
  const all = (owner: number) => [{ owner, entry: '', depth: 'infinity' as const }];
  const set = (owner: number, entry: string, value: string | Buffer | null) =>
    stores.mail.sharing.setMetadata(place(), [
      { owner, entry, value: typeof value === 'string' ? Buffer.from(value) : value },
    ]);
  const values = async (owner: number, sizeMax: number | null = null) => {
    const { entries, longest } = await stores.mail.sharing.metadata(place(), all(owner), sizeMax);
    return [entries.map(({ entry, value }) => `${entry}=${value?.toString()}`), longest];
  };

  test('annotations: each owner has its own; NUL and any octet come back', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 0]);
    await set(ben, '/comment', 'of ben');
    await set(sharedOwner, '/comment', bytes);
    expect(await values(ben)).toEqual([['/comment=of ben'], 0]);
    const shared = await stores.mail.sharing.metadata(place(), all(sharedOwner), null);
    expect(shared.entries[0]?.value).toEqual(bytes);
    await set(ben, '/comment', null);
    expect(await values(ben)).toEqual([[], 0]);
  });

  test('annotations that are too large are left out and the largest is named', async () => {
    await set(ana, '/a', 'x'.repeat(10));
    await set(ana, '/a/b', 'x'.repeat(11));
    await set(ana, '/c', 'x'.repeat(30));
    expect(await values(ana, 10)).toEqual([['/a=xxxxxxxxxx'], 30]);
  });

  test('changes are told with their names, removals too, and those of others are not', async () => {
    const since = (await stores.mail.find(ana, 'Plans')).highestModseq;
    await set(ben, '/comment', 'x');
    await set(sharedOwner, '/comment', 'y');
    await set(sharedOwner, '/comment', null);
    const ofBen = await stores.mail.sharing.metadataChanges(ana, ben, since);
    expect(ofBen.changes).toMatchObject([
      { mailbox: plans, owner: sharedOwner, entry: '/comment', modseq: ofBen.modseq },
      { mailbox: plans, owner: ben, entry: '/comment' },
    ]);
    expect((await stores.mail.sharing.metadataChanges(ana, cleo, since)).changes).toHaveLength(1);
    // RFC 7162 §3.2: the modseq of the mailbox is that of its annotations too; its counters did not move.
    const { highestModseq, countedModseq } = await stores.mail.find(ana, 'Plans');
    expect(highestModseq).toBe(ofBen.modseq);
    expect(countedModseq).toBeLessThanOrEqual(since);
    const nothing = { modseq: ofBen.modseq, changes: [] };
    expect(await stores.mail.sharing.metadataChanges(ana, ben, ofBen.modseq)).toEqual(nothing);
  });

  test('annotations follow their mailbox; INBOX keeps its own and gives a copy', async () => {
    await set(sharedOwner, '/comment', 'plans');
    await stores.mail.rename(ana, 'Plans', 'Later');
    expect(await values(sharedOwner)).toEqual([['/comment=plans'], 0]);
    const inbox = (await stores.mail.find(ana, 'INBOX')).id;
    await stores.mail.sharing.setMetadata({ account: ana, mailbox: inbox }, [
      { owner: sharedOwner, entry: '/comment', value: Buffer.from('in') },
    ]);
    await stores.mail.rename(ana, 'INBOX', 'Before');
    const before = (await stores.mail.find(ana, 'Before')).id;
    for (const mailbox of [inbox, before]) {
      const found = await stores.mail.sharing.metadata({ account: ana, mailbox }, all(sharedOwner), null);
      expect(found.entries.map(({ value }) => value?.toString())).toEqual(['in']);
    }
    await stores.mail.remove(ana, 'Later');
    expect(await values(sharedOwner)).toEqual([[], 0]);
    expect(await refusal(set(sharedOwner, '/comment', 'x'))).toBe('not-found');
  });

  test('metadataEntriesMax and metadataBytesMax: one that is refused changes nothing', async () => {
    const many = Array.from({ length: limits.metadataEntriesMax }, (_, at) => ({
      owner: ana,
      entry: `/vendor/x/${at}`,
      value: Buffer.from('v'),
    }));
    await stores.mail.sharing.setMetadata(place(), many);
    expect(await refusal(set(ana, '/comment', 'one more'))).toBe('limit');
    await set(ana, '/vendor/x/0', null);
    expect(await refusal(set(ana, '/comment', 'in its place'))).toBe('accepted');
    const half = Buffer.alloc(limits.metadataBytesMax / 2, 'x');
    const whole = { account: ana, mailbox: wholeAccount };
    const put = (entry: string) =>
      stores.mail.sharing.setMetadata(whole, [{ owner: sharedOwner, entry, value: half }]);
    await put('/a');
    await put('/b');
    expect(await refusal(set(sharedOwner, '/c', 'x'))).toBe('limit');
    expect(await values(sharedOwner)).toEqual([[], 0]);
  });

  const everyFlag = { flags: -1, keywords: true };
  async function fill(count: number): Promise<void> {
    for (let at = 0; at < count; at++) {
      const bytes = Buffer.from(`Subject: m${at}\r\n\r\nhello ${at}\r\n`);
      const staged = await stores.mail.stage(bytes, 1_000);
      const flags = at % 2 ? flagBits.seen | flagBits.flagged : 0;
      await stores.mail.append(ana, plans, [{ ...staged, flags, keywords: at % 2 ? ['one', 'two'] : [] }]);
    }
  }
  const contentOf = async (account: number, mailbox: number, uid: number) => {
    const [row] = await stores.mail.messages(account, mailbox, [uid]);
    const content = (await stores.mail.contents(account, [row?.email ?? 0])).get(row?.email ?? 0);
    return { row, bytes: content && (await stores.mail.bytes(content.hash)).toString() };
  };

  test('messages go into another account whole; what both hold is stored once', async () => {
    await fill(4);
    const box = (await stores.mail.find(ben, 'INBOX')).id;
    const to = { account: ben, mailbox: box };
    const copied = await stores.mail.sharing.transfer(place(), to, [2, 3], {
      only: everyFlag,
      leaves: false,
    });
    expect(copied).toMatchObject({ from: [[2, 3]], to: [[1, 2]] });
    const { row, bytes } = await contentOf(ben, box, 1);
    expect(bytes).toContain('hello 1');
    expect(row).toMatchObject({ flags: flagBits.seen | flagBits.flagged, keywords: 'one two' });
    expect(await stores.mail.find(ben, 'INBOX')).toMatchObject({ messages: 2, unseen: 1 });
    const { used, messages } = await stores.mail.quota(ben);
    expect([used, messages]).toEqual([(await stores.mail.find(ben, 'INBOX')).size, 2]);
    expect(await stores.mail.keywords(ben, box)).toEqual(['one', 'two']);
    await stores.mail.erase(ana);
    expect((await contentOf(ben, box, 2)).bytes).toContain('hello 2');
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
  });

  test('messages that share a content share one there too', async () => {
    await fill(1);
    await stores.mail.copy(ana, plans, plans, [1]);
    const box = (await stores.mail.find(ben, 'INBOX')).id;
    const to = { account: ben, mailbox: box };
    await stores.mail.sharing.transfer(place(), to, [1, 2], { only: everyFlag, leaves: false });
    const rows = await stores.mail.messages(ben, box, [1, 2]);
    expect(new Set(rows.map(({ email }) => email)).size).toBe(1);
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
    await stores.mail.storeFlags({
      ...to,
      uids: [1],
      mode: 'add',
      flags: flagBits.deleted,
      keywords: [],
    });
    await stores.mail.expunge(ben, box, null);
    expect((await contentOf(ben, box, 2)).bytes).toContain('hello 0');
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
  });

  test('MOVE leaves nothing behind; flags that may not go along do not', async () => {
    await fill(3);
    const heard: number[] = [];
    for (const account of [ana, ben]) stores.mail.subscribe(account, () => heard.push(account));
    const box = (await stores.mail.find(ben, 'INBOX')).id;
    const to = { account: ben, mailbox: box };
    const moved = await stores.mail.sharing.transfer(place(), to, [1, 2, 99], {
      only: { flags: flagBits.seen, keywords: false },
      leaves: true,
    });
    expect(moved).toMatchObject({ from: [[1, 2]], to: [[1, 2]] });
    expect((await contentOf(ben, box, 2)).row).toMatchObject({ flags: flagBits.seen, keywords: '' });
    expect(await stores.mail.find(ben, 'INBOX')).toMatchObject({ messages: 2, unseen: 1 });
    expect(await stores.mail.find(ana, 'Plans')).toMatchObject({ messages: 1 });
    expect([...(await stores.mail.vanished(ana, plans, 0, 99))]).toEqual([1, 2]);
    expect((await stores.mail.quota(ana)).messages).toBe(1);
    expect(new Set(heard)).toEqual(new Set([ana, ben]));
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
  });

  test('the quota of the target counts, and what is refused changes nothing', async () => {
    await fill(3);
    const box = (await stores.mail.find(ben, 'INBOX')).id;
    await stores.mail.setQuota(ben, (await stores.mail.find(ana, 'Plans')).size - 1);
    const to = { account: ben, mailbox: box };
    const all = { only: everyFlag, leaves: true };
    expect(await refusal(stores.mail.sharing.transfer(place(), to, [1, 2, 3], all))).toBe('over-quota');
    expect(await stores.mail.find(ana, 'Plans')).toMatchObject({ messages: 3 });
    expect(await stores.mail.find(ben, 'INBOX')).toMatchObject({ messages: 0, uidNext: 1 });
    const gone = { account: ben, mailbox: 999 };
    expect(await refusal(stores.mail.sharing.transfer(place(), gone, [1], all))).toBe('not-found');
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
  });

  test("two members who move into each other at once do not stand in each other's way", async () => {
    await fill(8);
    const box = (await stores.mail.find(ben, 'INBOX')).id;
    const to = { account: ben, mailbox: box };
    const leaves = { only: everyFlag, leaves: true };
    await stores.mail.sharing.transfer(place(), to, [1, 2, 3, 4], leaves);
    const forth = [5, 6, 7, 8].map((uid) => stores.mail.sharing.transfer(place(), to, [uid], leaves));
    const back = [1, 2, 3, 4].map((uid) => stores.mail.sharing.transfer(to, place(), [uid], leaves));
    await Promise.all([...forth, ...back]);
    expect((await stores.mail.find(ana, 'Plans')).messages).toBe(4);
    expect((await stores.mail.find(ben, 'INBOX')).messages).toBe(4);
    expect(await verifyAll({ ...stores, modules })).toEqual([]);
  });
});
