import { defineModule, numbers, run } from '../../storage/index.ts';
import { blobUses, check, repair, restored } from './checks/checks.ts';
import { storeFlags } from './flagging/script.ts';
import { limits } from './limits.ts';
import { accountNews } from './mailboxes/account-news.ts';
import { keywordsOf } from './mailboxes/keyword-scripts.ts';
import {
  claimRecent,
  create,
  erase,
  provision,
  remove,
  rename,
  subscribe,
  unsubscribe,
} from './mailboxes/scripts.ts';
import { getMetadata, metadataChanges, setMetadata } from './metadata/scripts.ts';
import { replace } from './moving/replace-script.ts';
import { copy, expunge, move } from './moving/transfer-scripts.ts';
import { order, threading } from './order/scripts.ts';
import { mailQueries } from './queries.ts';
import { append, deliver, mailboxByName } from './scripts.ts';
import { decide, envelopeLines, narrow } from './search/find.ts';
import { addBlock, index, progress, removeBlock, thinBlock, unindexed } from './search/scripts.ts';
import { cross } from './sharing/crossing-script.ts';
import { findShared, grant, rightsAbove, rightsOfMember, sharedWith } from './sharing/rights-scripts.ts';
import { mailTables } from './tables.ts';
import {
  type ChangedAfter,
  countBlocks,
  fewNews,
  firstUnseen,
  manyNews,
  opening,
  present,
  rowNews,
  rowsChanged,
} from './uids/scripts.ts';

interface Messages {
  readonly account: number;
  readonly mailbox: number;
  readonly uids: readonly number[];
  readonly since?: number;
}

interface Emails {
  readonly account: number;
  readonly emails: readonly number[];
}

interface PageWith {
  readonly account: number;
  readonly mailbox: number;
  readonly from: number;
  readonly to: number;
  /** `numbers` of those that are wanted; and all above that id. */
  readonly emails: string;
  readonly above: number;
  readonly mask: number;
  readonly value: number;
}

/** The operations of mail: point reads run at once, those that may touch many rows go to a reader thread. */
export const { module: mailModule, operations: mailOperations } = defineModule({
  name: 'mail',
  tables: mailTables,
  queries: mailQueries,
  operations: ({ read, recall, scan, write }) => {
    type Q = ReturnType<typeof mailQueries>;
    function* rows(q: Q, { account, mailbox, uids, since }: Messages) {
      const args = { account, mailbox, uids: numbers(uids) };
      return yield* since === undefined
        ? run(q.messageRows, args)
        : run(q.messageRowsSince, { ...args, since });
    }
    function* contents(q: Q, { account, emails }: Emails) {
      return yield* run(q.emailContents, { account, emails: numbers(emails) });
    }
    return {
      check: scan(check),
      blobUses: scan(blobUses),
      repair: write(repair),
      restored: write(restored),
      append: write(append),
      deliver: write(deliver),
      replace: write(replace),
      storeFlags: write(storeFlags),
      copy: write(copy),
      move: write(move),
      expunge: write(expunge),
      create: write(create),
      remove: write(remove),
      rename: write(rename),
      subscribe: write(subscribe),
      unsubscribe: write(unsubscribe),
      provision: write(provision),
      erase: write(erase),
      claimRecent: write(claimRecent),
      cross: write(cross),
      grant: write(grant),
      grants: read(function* (q, a: { account: number; mailbox: number }) {
        return yield* run(q.rightsOf, a);
      }),
      rightsOfMember: read(rightsOfMember),
      rightsAbove: read(rightsAbove),
      findShared: read(findShared),
      sharedWith: read(sharedWith),
      getMetadata: read(getMetadata),
      setMetadata: write(setMetadata),
      metadataChanges: read(metadataChanges),
      setQuota: write(function* (q, a: { account: number; quota: number | null }) {
        return (yield* run(q.accountQuota, a)).length === 1;
      }),
      account: recall(function* (q, a: { account: number }) {
        return (yield* run(q.accountFind, a))[0] ?? null;
      }),
      list: recall(function* (q, a: { account: number }) {
        const mailboxes = yield* run(q.mailboxAll, a);
        const subscriptions = yield* run(q.subscriptions, a);
        return { mailboxes, subscriptions: subscriptions.map((row) => row.name) };
      }),
      find: recall(function* (q, a: { account: number; name: string }) {
        const mailbox = yield* mailboxByName(q, a.account, a.name);
        const subscribed = yield* run(q.subscribedTo, { account: a.account, name: mailbox.name });
        return { ...mailbox, subscribed: subscribed.length > 0 };
      }),
      byId: recall(function* (q, a: { account: number; mailbox: number }) {
        const mailbox = (yield* run(q.mailboxFind, a))[0];
        if (!mailbox) return null;
        const subscribed = yield* run(q.subscribedTo, { account: a.account, name: mailbox.name });
        return { ...mailbox, subscribed: subscribed.length > 0 };
      }),
      opening: recall(opening),
      countBlocks: scan(countBlocks),
      fewPresent: read(present),
      manyPresent: scan(present),
      fewNews: recall(fewNews),
      manyNews: scan(manyNews),
      rowsChanged: scan(function* (q, a: ChangedAfter) {
        return yield* rowsChanged(q, a);
      }),
      firstUnseen: read(firstUnseen),
      keywordsOf: recall(keywordsOf),
      deletedSize: scan(function* (q, a: { account: number; mailbox: number }) {
        return (yield* run(q.messageDeletedSize, a))[0]?.size ?? 0;
      }),
      rowNews: recall(rowNews),
      fewMessages: read(rows),
      manyMessages: scan(rows),
      page: scan(function* (q, a: { account: number; mailbox: number; from: number; to: number }) {
        return yield* run(q.messagePage, { ...a, limit: limits.pageRows });
      }),
      vanished: scan(function* (q, a: { account: number; mailbox: number; since: number; upTo: number }) {
        return Uint32Array.from(yield* run(q.expungedBetween, a), (row) => row.uid).sort();
      }),
      accountNews: read(accountNews),
      changedUids: scan(function* (q, a: { account: number; mailbox: number; since: number }) {
        return Uint32Array.from(yield* run(q.messageChangedUids, a), (row) => row.uid).sort();
      }),
      order: scan(order),
      threading: scan(threading),
      fewContents: read(contents),
      manyContents: scan(contents),
      narrow: scan(narrow),
      decide: scan(decide),
      envelopeLines: scan(envelopeLines),
      sentDays: scan(function* (q, { account, emails }: Emails) {
        return yield* run(q.searchDays, { account, emails: numbers(emails) });
      }),
      pageWith: scan(function* (q, a: PageWith) {
        return yield* run(q.messagePageWith, { ...a, limit: limits.pageRows });
      }),
      searchBehind: scan(function* (q, { after }: { after: number }) {
        const rows = yield* run(q.searchBehind, { after, limit: limits.pageRows });
        return rows.map(({ account }) => account);
      }),
      unindexed: read(unindexed),
      index: write(index),
      searchWaiting: scan(function* (q, a: { account: number }) {
        return yield* run(q.waitingAll, a);
      }),
      addBlock: write(addBlock),
      thinBlock: scan(thinBlock),
      removeBlock: write(removeBlock),
      searchProgress: scan(progress),
    };
  },
  integrity: (operations) => ({
    checks: [operations.check],
    blobUses: operations.blobUses,
    repair: operations.repair,
    restored: operations.restored,
  }),
});
