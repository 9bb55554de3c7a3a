import { numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { MailQueries } from '../queries.ts';
import { ownersOf, rowsPerBlock } from './blocks.ts';

/** Where the search index of an account does not have what it should: a search would miss messages. */
export function* indexFaults(q: MailQueries, account: number): Script<string[]> {
  const searched = (yield* run(q.accountFind, { account }))[0]?.searched ?? 0;
  const emails = new Set<number>();
  for (const { id } of yield* run(q.emailCounts, { account })) if (id <= searched) emails.add(id);
  const texts = new Set((yield* run(q.searchTextIds, { account })).map(({ id }) => id));
  const { indexed, faults } = yield* inColumns(q, account);
  const miss = (set: ReadonlySet<number>, from: ReadonlySet<number>) =>
    [...set].filter((id) => !from.has(id)).length;
  const say = (count: number, what: string) => {
    if (count > 0) faults.push(`search index: ${what} ${count} contents`);
  };
  say(miss(emails, texts), 'has no text of');
  say(miss(texts, emails), 'has a text too many of');
  say(miss(emails, indexed), 'does not know');
  return faults;
}

/** The emails whose columns wait or lie in blocks; a block keeps those of emails that are gone for a while. */
function* inColumns(q: MailQueries, account: number): Script<{ indexed: Set<number>; faults: string[] }> {
  const faults: string[] = [];
  const indexed = new Set((yield* run(q.waitingAll, { account })).map(({ id }) => id));
  const parts = new Map((yield* run(q.sliceCounts, { account })).map((row) => [row.block, row.parts]));
  const blocks = (yield* run(q.blockNumbers, { account })).map(({ block }) => block);
  for (let at = 0; at < blocks.length; at += limits.blocksLookedAtCount) {
    const some = numbers(blocks.slice(at, at + limits.blocksLookedAtCount));
    for (const { block, owners } of yield* run(q.blockOwners, { account, blocks: some })) {
      for (const { email } of ownersOf(owners)) indexed.add(email);
      const count = parts.get(block) ?? 0;
      parts.delete(block);
      if (count !== rowsPerBlock)
        faults.push(`search index: block ${block} has ${count} parts of ${rowsPerBlock}`);
    }
  }
  for (const block of parts.keys()) faults.push(`search index: parts of block ${block}, which is not there`);
  return { indexed, faults };
}
