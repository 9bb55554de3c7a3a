import { first, run, type Script, texts } from '../../../storage/index.ts';
import type { Posting } from '../../ledger/types.ts';
import type { CoopQueries } from '../../store/queries.ts';

/** What an entry has to say. */
export interface Expected {
  readonly key: string;
  readonly date: string;
  readonly memo: string;
  readonly postings: readonly Pick<Posting, 'account' | 'amount'>[];
}

/** Whether the entry under that key says so, and nothing else; without postings, whether there is none. */
export function* isPosted(q: CoopQueries, { key, date, memo, postings }: Expected): Script<boolean> {
  const entry = first(yield* run(q.ledgerEntriesKeyed, { keys: texts([key]) }));
  if (entry === undefined || postings.length === 0) return entry === undefined && postings.length === 0;
  if (entry.date !== date || entry.memo !== memo) return false;
  return isSame(postings, yield* run(q.payoutsPosted, { seq: entry.seq }));
}

/** Accounts of persons who are erased have other names now: of them the amounts are compared. */
function isSame(expected: Expected['postings'], posted: Expected['postings']): boolean {
  const left = new Map<string, number>();
  for (const { account, amount } of expected) left.set(account, (left.get(account) ?? 0) + amount);
  const erased: number[] = [];
  for (const { account, amount } of posted) {
    if (left.get(account) === amount) left.delete(account);
    else if (account.includes(':erased-')) erased.push(amount);
    else return false;
  }
  const inOrder = (amounts: readonly number[]) => amounts.toSorted((a, b) => a - b).join(' ');
  return inOrder([...left.values()].filter((amount) => amount !== 0)) === inOrder(erased);
}
