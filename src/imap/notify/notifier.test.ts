import { expect, test } from 'vitest';
import type { Session } from '../session/session.ts';
import { AccountNotifier } from './notifier.ts';
import type { Wishes } from './wishes.ts';

const account = 7;

test('what is committed while the news are read is read with the next ones', async () => {
  let modseq = 10;
  let commit = (_: number): void => undefined;
  let whileReading = (): void => undefined;
  const asked: number[] = [];
  const mail = {
    subscribe: (_: number, hear: (modseq: number) => void) => {
      commit = (to) => {
        modseq = to;
        hear(to);
      };
      return () => undefined;
    },
    accountNews: async (_: number, since: number) => {
      asked.push(since);
      const news = { modseq, complete: true, names: [], mailboxes: [] };
      whileReading();
      return news;
    },
  };
  const session = {
    account,
    mail,
    listening: { wake: () => undefined },
    flushIfLarge: async () => undefined,
  };
  const wishes = { hasSome: () => false, has: () => false, reachOthers: false };
  const notifier = await AccountNotifier.start(
    session as unknown as Session,
    wishes as unknown as Wishes,
    { plans: [], messages: false, flags: false, expungeAtOnce: false } as never,
  );
  expect(notifier.stale).toBe(false);
  commit(11);
  expect(notifier.stale).toBe(true);
  whileReading = () => {
    whileReading = () => undefined;
    commit(12);
  };
  await notifier.report();
  expect(notifier.stale).toBe(true);
  await notifier.report();
  expect(notifier.stale).toBe(false);
  expect(asked.slice(1)).toEqual([10, 11]);

  // A hint that is beyond what there is, as after an interruption, asks once and not for ever.
  commit(Number.MAX_SAFE_INTEGER);
  modseq = 12;
  await notifier.report();
  expect(notifier.stale).toBe(false);
  notifier.close();
});
