import { defineModule, numbers, run } from '../../storage/index.ts';
import { blobUses, check, repair, restored } from './checks.ts';
import { limits } from './limits.ts';
import {
  claimRecent,
  create,
  erase,
  provision,
  remove,
  rename,
  subscribe,
  unsubscribe,
} from './mailbox-scripts.ts';
import { mailQueries } from './queries.ts';
import { replace } from './replace-script.ts';
import { append, copy, deliver, expunge, mailboxById, mailboxByName, move, storeFlags } from './scripts.ts';
import { mailTables } from './tables.ts';

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

/** The operations of mail: point reads run at once, those that may touch many rows go to a reader thread. */
export const { module: mailModule, operations: mailOperations } = defineModule({
  name: 'mail',
  tables: mailTables,
  queries: mailQueries,
  operations: ({ read, scan, write }) => {
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
    function* changes(q: Q, a: { account: number; mailbox: number; since: number }) {
      const mailbox = (yield* run(q.mailboxFind, a))[0] ?? null;
      if (!mailbox || mailbox.highestModseq <= a.since) return { mailbox, changed: [], vanished: [] };
      const changed = yield* run(q.messageChanged, a);
      const vanished = yield* run(q.expungedSince, a);
      changed.sort((x, y) => x.uid - y.uid);
      return { mailbox, changed, vanished: vanished.map((row) => row.uid) };
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
      setQuota: write(function* (q, a: { account: number; quota: number | null }) {
        return (yield* run(q.accountQuota, a)).length === 1;
      }),
      account: read(function* (q, a: { account: number }) {
        return (yield* run(q.accountFind, a))[0] ?? null;
      }),
      list: read(function* (q, a: { account: number }) {
        const mailboxes = yield* run(q.mailboxAll, a);
        const subscriptions = yield* run(q.subscriptions, a);
        return { mailboxes, subscriptions: subscriptions.map((row) => row.name) };
      }),
      find: read(function* (q, a: { account: number; name: string }) {
        const mailbox = yield* mailboxByName(q, a.account, a.name);
        const subscribed = yield* run(q.subscribedTo, { account: a.account, name: mailbox.name });
        return { ...mailbox, subscribed: subscribed.length > 0 };
      }),
      byId: read(function* (q, a: { account: number; mailbox: number }) {
        const mailbox = (yield* run(q.mailboxFind, a))[0];
        if (!mailbox) return null;
        const subscribed = yield* run(q.subscribedTo, { account: a.account, name: mailbox.name });
        return { ...mailbox, subscribed: subscribed.length > 0 };
      }),
      snapshot: scan(function* (q, a: { account: number; mailbox: number }) {
        const mailbox = yield* mailboxById(q, a.account, a.mailbox);
        const subscribed = yield* run(q.subscribedTo, { account: a.account, name: mailbox.name });
        const uids = Uint32Array.from(yield* run(q.messageUids, a), (row) => row.uid);
        return { mailbox: { ...mailbox, subscribed: subscribed.length > 0 }, uids };
      }),
      deletedSize: scan(function* (q, a: { account: number; mailbox: number }) {
        return (yield* run(q.messageDeletedSize, a))[0]?.size ?? 0;
      }),
      fewMessages: read(rows),
      manyMessages: scan(rows),
      page: scan(function* (q, a: { account: number; mailbox: number; from: number; to: number }) {
        return yield* run(q.messagePage, { ...a, limit: limits.pageRows });
      }),
      changes: read(changes),
      manyChanges: scan(changes),
      vanished: scan(function* (q, a: { account: number; mailbox: number; since: number; upTo: number }) {
        return Uint32Array.from(yield* run(q.expungedBetween, a), (row) => row.uid).sort();
      }),
      changedUids: scan(function* (q, a: { account: number; mailbox: number; since: number }) {
        return Uint32Array.from(yield* run(q.messageChangedUids, a), (row) => row.uid).sort();
      }),
      fewContents: read(contents),
      manyContents: scan(contents),
      texts: scan(function* (q, { account, emails }: Emails) {
        return yield* run(q.emailTexts, { account, emails: numbers(emails) });
      }),
    };
  },
  integrity: (operations) => ({
    checks: [operations.check],
    blobUses: operations.blobUses,
    repair: operations.repair,
    restored: operations.restored,
  }),
});
