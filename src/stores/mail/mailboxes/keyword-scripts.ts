import { run, type Script } from '../../../storage/index.ts';
import { splitKeywords } from '../flags.ts';
import { limits } from '../limits.ts';
import type { MailQueries } from '../queries.ts';

interface Box {
  readonly account: number;
  readonly mailbox: number;
}

/** The keywords that the rows carry; nothing is looked at where they carry none. */
export function keywordsIn(rows: readonly { readonly keywords: string }[]): string[] {
  const texts = new Set<string>();
  for (const { keywords } of rows) if (keywords !== '') texts.add(keywords);
  return [...texts].flatMap(splitKeywords);
}

/**
 * What is known and what comes to it, in the order in which it was first seen; keywords compare without case (RFC 9051
 * §2.3.2). Beyond the limit a mailbox has keywords that are not listed.
 */
function together(known: readonly string[], more: readonly string[]): string[] {
  const keys = new Set(known.map((keyword) => keyword.toLowerCase()));
  const all = [...known];
  for (const keyword of more) {
    const key = keyword.toLowerCase();
    if (keys.has(key) || all.length >= limits.keywordsListedMax) continue;
    keys.add(key);
    all.push(keyword);
  }
  return all;
}

/** The keywords that were ever used in the mailbox, first ones first. */
export function* keywordsOf(q: MailQueries, a: Box): Script<string[]> {
  return splitKeywords((yield* run(q.keywordsOf, { ...a }))[0]?.keywords ?? '');
}

/** Messages of the mailbox carry these now; they stay listed when no message carries them any more. */
export function* noteKeywords(q: MailQueries, box: Box, keywords: readonly string[]): Script<void> {
  if (keywords.length === 0) return;
  const known = yield* keywordsOf(q, box);
  const all = together(known, keywords);
  if (all.length > known.length) yield* run(q.keywordsKeep, { ...box, keywords: all.join(' ') });
}

/** For messages that go from one mailbox to another unseen: whatever is known there is known here. */
export function* shareKeywords(
  q: MailQueries,
  a: { readonly account: number; readonly from: number; readonly to: number },
): Script<void> {
  const { account } = a;
  yield* noteKeywords(q, { account, mailbox: a.to }, yield* keywordsOf(q, { account, mailbox: a.from }));
}

/** The mailboxes whose list lacks what messages carry, with what it should be; null where there is no mailbox. */
function* wrongKeywords(q: MailQueries, account: number): Script<Map<number, string[] | null>> {
  const known = new Map<number, string[]>();
  for (const row of yield* run(q.keywordsAll, { account }))
    known.set(row.mailbox, splitKeywords(row.keywords));
  const wrong = new Map<number, string[] | null>();
  const mailboxes = new Set((yield* run(q.mailboxAll, { account })).map(({ id }) => id));
  for (const mailbox of known.keys()) if (!mailboxes.has(mailbox)) wrong.set(mailbox, null);
  for (const { mailbox, keywords } of yield* run(q.keywordsUsed, { account })) {
    if (!mailboxes.has(mailbox)) continue;
    const before = wrong.get(mailbox) ?? known.get(mailbox) ?? [];
    const all = together(before, splitKeywords(keywords));
    if (all.length > before.length) wrong.set(mailbox, all);
  }
  return wrong;
}

export function* keywordFaults(q: MailQueries, account: number): Script<string[]> {
  const faults: string[] = [];
  for (const [mailbox, keywords] of yield* wrongKeywords(q, account)) {
    const what =
      keywords === null
        ? 'keywords are kept of a mailbox that is not there'
        : 'a keyword of its messages is not listed';
    faults.push(`mailbox ${mailbox}: ${what}`);
  }
  return faults;
}

export function* mendKeywords(q: MailQueries, account: number): Script<string[]> {
  const mended: string[] = [];
  for (const [mailbox, keywords] of yield* wrongKeywords(q, account)) {
    if (keywords === null) yield* run(q.keywordsForget, { account, mailbox });
    else yield* run(q.keywordsKeep, { account, mailbox, keywords: keywords.join(' ') });
    mended.push(`mailbox ${mailbox}: keywords listed again`);
  }
  return mended;
}
