import { sumTree } from '../../../formats/merkle/index.ts';
import { type Findings, first, run, type Script } from '../../../storage/index.ts';
import { lastDayOf } from '../../days.ts';
import type { CoopQueries } from '../../store/queries.ts';
import { chunksOf } from '../tree.ts';
import type { ClosedMonth } from '../types.ts';
import { isPosted } from './posted.ts';

type Share = Awaited<ReturnType<CoopQueries['payoutsSharesAll']['execute']>>[number];

/** A month a step (`after`: 202603): what each member got is what was published, what is owed, and what the tree says. */
export function* checkMonths(q: CoopQueries, { after }: { readonly after: number }): Script<Findings> {
  const before = after < 0 ? '' : `${Math.floor(after / 100)}-${String(after % 100).padStart(2, '0')}`;
  const month = first(yield* run(q.payoutsMonthAfter, { month: before }));
  if (month === undefined) return { next: null, faults: [] };
  const shares = yield* run(q.payoutsSharesAll, { month: month.month });
  const faults: string[] = [];
  const sum = (of: 'paid' | 'coins') => shares.reduce((total, share) => total + share[of], 0);
  if (sum('paid') !== month.paid || sum('coins') !== month.coins || shares.length !== month.members)
    faults.push(`the shares of ${month.month} are not what the month came to`);
  if (!(yield* isTreeOf(q, month, shares)))
    faults.push(`the tree of ${month.month} is not that of its shares`);
  if (!(yield* isOwed(q, month, shares)))
    faults.push(`the ledger says something else of ${month.month} than its shares`);
  return {
    next: Number(month.month.replace('-', '')),
    faults: faults.map((fault) => `payouts: ${fault}`),
  };
}

/** The tree is made again, and each node, and the place of each leaf, compared. */
function* isTreeOf(q: CoopQueries, { month, root }: ClosedMonth, shares: readonly Share[]): Script<boolean> {
  const kept = yield* run(q.payoutsTreeOf, { month });
  if (shares.some(({ paid }) => !Number.isSafeInteger(paid) || paid < 0)) return false;
  const { levels, places } = sumTree(
    shares.map(({ salt, member, paid }) => ({ salt, id: `${member}`, amount: paid })),
  );
  const made = chunksOf(levels);
  const top = levels.at(-1)?.[0]?.hash.toString('hex') ?? '';
  return (
    top === root &&
    shares.every(({ place }, at) => place === places[at]) &&
    made.length === kept.length &&
    made.every(({ nodes }, at) => kept[at]?.nodes.equals(nodes) === true)
  );
}

function* isOwed(q: CoopQueries, of: ClosedMonth, shares: readonly Share[]): Script<boolean> {
  const { month, pool, poolBefore, root, coins } = of;
  const common = { date: lastDayOf(month), memo: root === '' ? '' : `sum root ${root}` };
  const isCarried = coins === 0;
  const postings = [
    { account: 'expense:mycoin', amount: pool - poolBefore },
    { account: 'pool:carried', amount: isCarried ? poolBefore - pool : poolBefore },
    ...shares.map(({ member, paid }) => ({ account: `member:${member}`, amount: -paid })),
  ].filter(({ amount }) => amount !== 0);
  const converted = shares.map((share) => ({ account: `coins:${share.member}`, amount: share.coins }));
  const gone = isCarried ? [] : [{ account: 'mycoin:converted', amount: -coins }, ...converted];
  const isPaid = yield* isPosted(q, { ...common, key: `payout:${month}`, postings });
  return isPaid && (yield* isPosted(q, { ...common, memo: '', key: `convert:${month}`, postings: gone }));
}
