import { expect, test } from 'vitest';
import type { News, NewsAsked } from '../../stores/mail/index.ts';
import { SharedNews } from './shared-news.ts';

const asked: NewsAsked = { cursor: 5, goneCursor: 5, topUid: 9, vanished: true };

/** A store that answers when it is told to. */
function store() {
  const calls: { answer: (news: News | null) => void; fail: (error: Error) => void }[] = [];
  const news = () => new Promise<News | null>((answer, fail) => calls.push({ answer, fail }));
  return { calls, mail: { news } };
}

test('who asks the same after the same hint shares one answer, in flight and after', async () => {
  const { calls, mail } = store();
  const shared = new SharedNews(mail, 10);
  const answers = Array.from({ length: 1_000 }, () => shared.ask(1, 2, asked, 7));
  expect(calls).toHaveLength(1);
  calls[0]?.answer(null);
  expect(await Promise.all(answers)).toEqual(answers.map(() => null));
  // An older hint is about what the answer knows; a newer one may not be.
  void shared.ask(1, 2, asked, 6);
  expect(calls).toHaveLength(1);
  void shared.ask(1, 2, asked, 8);
  expect(calls).toHaveLength(2);
  void shared.ask(1, 2, asked, 7);
  expect(calls).toHaveLength(2);
});

test('who knows something else asks for itself', () => {
  const { calls, mail } = store();
  const shared = new SharedNews(mail, 10);
  const others = [{ cursor: 4 }, { goneCursor: 4 }, { topUid: 8 }, { vanished: false }];
  for (const other of [{}, ...others]) void shared.ask(1, 2, { ...asked, ...other }, 7);
  void shared.ask(1, 3, asked, 7);
  void shared.ask(2, 2, asked, 7);
  expect(calls).toHaveLength(7);
});

test('sharedNewsMax answers are held, until they are forgotten', () => {
  const { calls, mail } = store();
  const shared = new SharedNews(mail, 2);
  for (const mailbox of [1, 2, 3]) void shared.ask(1, mailbox, asked, 7);
  void shared.ask(1, 3, asked, 7);
  void shared.ask(1, 2, asked, 7);
  expect(calls).toHaveLength(3);
  void shared.ask(1, 1, asked, 7);
  expect(calls).toHaveLength(4);
  shared.forget();
  void shared.ask(1, 1, asked, 7);
  expect(calls).toHaveLength(5);
});

test('a failure is for those who waited', async () => {
  const { calls, mail } = store();
  const shared = new SharedNews(mail, 10);
  const waited = [shared.ask(1, 2, asked, 7), shared.ask(1, 2, asked, 7)];
  calls[0]?.fail(new Error('gone'));
  for (const each of waited) await expect(each).rejects.toThrow('gone');
  void shared.ask(1, 2, asked, 7);
  expect(calls).toHaveLength(2);
});
