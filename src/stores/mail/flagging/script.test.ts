import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeEngines, openTestStores, type TestStores } from '../../../testing/index.ts';
import { applyFlags } from '../flags.ts';
import { type FlagRow, flagBits, flagRows } from '../index.ts';
import { limits } from '../limits.ts';

const account = 7;
const messagesCount = 60;

describeEngines('a change of flags', (engine) => {
  let stores: TestStores;
  let mailbox: number;

  beforeEach(async () => {
    stores = await openTestStores(engine);
    await stores.mail.provision(account);
    mailbox = (await stores.mail.find(account, 'INBOX')).id;
    const { blob, parsed } = await stores.mail.stage(Buffer.from('Subject: x\r\n\r\ny\r\n'), 1_000);
    const incoming = Array.from({ length: messagesCount }, () => ({ blob, parsed }));
    await stores.mail.append(account, mailbox, incoming);
    // Uids 11 to 20 are gone.
    const uids = Array.from({ length: 10 }, (_, at) => 11 + at);
    await stores.mail.storeFlags({
      account,
      mailbox,
      uids,
      mode: 'add',
      flags: flagBits.deleted,
      keywords: [],
    });
    await stores.mail.expunge(account, mailbox, null);
  });

  afterEach(() => stores.close());

  async function rowsNow(): Promise<FlagRow[]> {
    const rows: FlagRow[] = [];
    for await (const page of stores.mail.scan(account, mailbox, 1, messagesCount)) {
      for (const { uid, modseq, flags, keywords } of page) rows.push({ uid, modseq, flags, keywords });
    }
    return rows;
  }

  test('does to every message what it does to one, whether uids lie side by side or scattered', async () => {
    const uid = fc.integer({ min: 1, max: messagesCount + 5 });
    const stretch = fc.tuple(uid, fc.integer({ min: 0, max: 3 * limits.neighbourUidsMin }));
    const uids = fc.oneof(
      fc.uniqueArray(uid, { maxLength: 20 }),
      fc.array(stretch, { minLength: 1, maxLength: 3 }).map((list) => {
        const all = list.flatMap(([from, more]) => Array.from({ length: more + 1 }, (_, at) => from + at));
        return [...new Set(all)].sort((a, b) => a - b);
      }),
    );
    const change = fc.record({
      uids,
      mode: fc.constantFrom('add', 'remove', 'replace'),
      flags: fc.integer({ min: 0, max: 31 }),
      keywords: fc.subarray(['$Work', 'later']),
      sinceLast: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        for (const { sinceLast, ...asked } of changes) {
          const before = await rowsNow();
          const known = Math.max(...before.map((row) => row.modseq)) - 1;
          const since = sinceLast ? { unchangedSince: known } : {};
          const stored = await stores.mail.storeFlags({ account, mailbox, ...asked, ...since });
          const named = new Set(asked.uids);
          const refused = before.filter((row) => named.has(row.uid) && sinceLast && row.modseq > known);
          const meant = before.filter((row) => named.has(row.uid) && !refused.includes(row));
          const due = meant.map((row) => {
            const state = applyFlags(row, asked.mode, asked.flags, asked.keywords);
            const isSame = state.flags === row.flags && state.keywords === row.keywords;
            return { uid: row.uid, ...state, modseq: isSame ? row.modseq : stored.modseq };
          });
          expect(flagRows(stored)).toEqual(due);
          expect(stored.modified.toSorted((a, b) => a - b)).toEqual(refused.map((row) => row.uid));
          const there = new Set(before.map((row) => row.uid));
          expect(stored.missing).toEqual(asked.uids.filter((one) => !there.has(one)));
          const state = new Map(due.map((row) => [row.uid, row]));
          const after = before.map((row) => state.get(row.uid) ?? row);
          expect(await rowsNow()).toEqual(after);
          const box = await stores.mail.byId(account, mailbox);
          expect(box).toMatchObject({
            unseen: after.filter((row) => (row.flags & flagBits.seen) === 0).length,
            deleted: after.filter((row) => (row.flags & flagBits.deleted) !== 0).length,
            highestModseq: stored.modseq === 0 ? stored.before : stored.modseq,
          });
        }
      }),
      { seed: 3, numRuns: 25 },
    );
  });

  test('says where the mailbox stood before, and that nothing changed', async () => {
    const asked = {
      account,
      mailbox,
      uids: [1, 2],
      mode: 'add',
      flags: flagBits.seen,
      keywords: [],
    } as const;
    const { highestModseq } = (await stores.mail.byId(account, mailbox)) ?? {};
    const first = await stores.mail.storeFlags(asked);
    expect(first.before).toBe(highestModseq);
    expect(await stores.mail.storeFlags(asked)).toMatchObject({ modseq: 0, before: first.modseq });
    const none = await stores.mail.storeFlags({ ...asked, uids: [] });
    expect(none).toEqual({ modseq: 0, before: first.modseq, states: [], modified: [], missing: [] });
    await expect(stores.mail.storeFlags({ ...asked, mailbox: 99 })).rejects.toMatchObject({
      reason: 'not-found',
    });
  });
});
