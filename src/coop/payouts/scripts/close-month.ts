import { sumTree } from '../../../formats/merkle/index.ts';
import { one, run, type Script } from '../../../storage/index.ts';
import { once } from '../../acts/scripts/note.ts';
import type { NewAct } from '../../acts/types.ts';
import { lastDayOf, monthAfter } from '../../days.ts';
import { saltsFor } from '../../hash.ts';
import type { Told } from '../../house.ts';
import { seal } from '../../ledger/scripts/seal.ts';
import { coinAsset, type Draft, type Month, type Posting } from '../../ledger/types.ts';
import { refusal } from '../../refusals.ts';
import { partOf } from '../../rules/decimal.ts';
import type { CoopQueries } from '../../store/queries.ts';
import { type Claim, shareOut } from '../share-out.ts';
import { chunksOf } from '../tree.ts';
import type { ClosedMonth, MonthPreview, MonthRules } from '../types.ts';
import { demandNoLines, linesWaiting } from './waiting.ts';

export interface CloseMonth extends Told, MonthRules {
  readonly act: NewAct;
  readonly month: Month;
  /** Why it does not wait for lines of the bank; '': it does. */
  readonly despite: string;
  readonly by: number;
}

/**
 * Shares a month out: one transaction seals the entries, keeps what each member gets with the tree that shows it, and closes the
 * month. A month is shared out once, and after the one before it.
 */
export function* closeMonth(q: CoopQueries, a: CloseMonth): Script<ClosedMonth> {
  return yield* once(q, a.act, () => shareMonthOut(q, a));
}

function* shareMonthOut(q: CoopQueries, a: CloseMonth): Script<ClosedMonth> {
  const [done] = yield* run(q.payoutsMonth, { month: a.month });
  if (done) throw refusal('E_MONTH_CLOSED', `${a.month} was shared out already`, { month: a.month });
  const [last] = yield* run(q.payoutsMonthLast, {});
  if (last && a.month !== monthAfter(last.month))
    throw refusal('E_MONTH_ORDER', `${last.month} was shared out last: ${monthAfter(last.month)} is next`, {
      next: monthAfter(last.month),
    });
  const waiting = yield* demandNoLines(q, { last: lastDayOf(a.month), despite: a.despite });
  const sums = yield* sumsOf(q, a, last);
  const { claims, coins, coinsLeft } = yield* claimsOf(q, a.month, sums.pool);
  const pays = shareOut(sums.pool, claims, a.month) ?? [];
  const salts = saltsFor(
    pays.map(({ id }) => `pay:${a.month}:${id}`),
    a.saltSeed,
  );
  const leaves = pays.map(({ id, paid }, at) => ({ salt: salts[at] ?? Buffer.alloc(0), id, amount: paid }));
  const { levels, places } = sumTree(leaves);
  const root = levels.at(-1)?.[0]?.hash.toString('hex') ?? '';
  const postings = pays.flatMap(({ id, paid }) => (paid > 0 ? [euros(a, `member:${id}`, -paid)] : []));
  const drafts = draftsOf(a, { ...sums, root, claims, postings });
  const entries = yield* seal(q, a, drafts);
  const month: ClosedMonth = {
    ...{ month: a.month, ...sums, root, coins, coinsLeft, members: claims.length },
    paid: pays.reduce((sum, { paid }) => sum + paid, 0),
    entry: entries.find(({ key }) => key === payKey(a.month))?.seq ?? 0,
    ...{ linesWaiting: waiting, despite: a.despite, closed: a.now, by: a.by },
  };
  const rows = pays.map(({ id, weight, paid }, at) => ({
    ...{ month: a.month, member: Number(id), coins: weight, paid },
    ...{ salt: leaves[at]?.salt, place: places[at] },
  }));
  yield* run(q.payoutsSharesAdd, { rows: rows as never });
  yield* run(q.payoutsTreeAdd, { rows: chunksOf(levels).map((chunk) => ({ month: a.month, ...chunk })) });
  yield* run(q.payoutsMonthsAdd, { rows: [month] });
  yield* run(q.ledgerMonthClose, { month: a.month, now: a.now });
  return month;
}

/** What the next month to be shared out would come to as things are; `first` where none was yet. Writes nothing. */
export function* previewMonth(
  q: CoopQueries,
  a: MonthRules & { readonly first: Month },
): Script<MonthPreview> {
  const [last] = yield* run(q.payoutsMonthLast, {});
  const month = last === undefined ? a.first : monthAfter(last.month);
  const sums = yield* sumsOf(q, { month, memberShare: a.memberShare }, last);
  const { claims, coins, coinsLeft } = yield* claimsOf(q, month, sums.pool);
  const waiting = yield* linesWaiting(q, { last: lastDayOf(month) });
  const paid = coins === 0 ? 0 : sums.pool;
  return { month, ...sums, coins, coinsLeft, members: claims.length, paid, linesWaiting: waiting };
}

const payKey = (month: Month) => `payout:${month}`;

interface Sums {
  readonly received: number;
  readonly credited: number;
  readonly turnoverBefore: number;
  readonly turnover: number;
  readonly poolBefore: number;
  readonly pool: number;
}

/** What the month came to; a turnover below zero and a pool that nobody had coins for go on from the month before. */
function* sumsOf(
  q: CoopQueries,
  a: MonthRules & { readonly month: Month },
  last: ClosedMonth | undefined,
): Script<Sums> {
  const { received, credited } = one(
    yield* run(q.payoutsTurnover, { after: last?.month ?? '', month: a.month }),
  );
  const turnoverBefore = Math.min(0, last?.turnover ?? 0);
  const poolBefore = last === undefined ? 0 : last.pool - last.paid;
  const turnover = turnoverBefore + received - credited;
  const pool = poolBefore + partOf(Math.max(0, turnover), a.memberShare, 'down');
  if (![received, credited, turnover, pool].every(Number.isSafeInteger))
    throw refusal('E_AMOUNT', 'the turnover of the month is more than can be counted');
  return { received, credited, turnoverBefore, turnover, poolBefore, pool };
}

const coinsIn = (claims: readonly Claim[]) => claims.reduce((sum, { weight }) => sum + weight, 0);

/**
 * Who has coins; who had more taken back than deposited has none until as many are deposited. Where there is no pool for them
 * they stay, and count in the next month.
 */
function* claimsOf(
  q: CoopQueries,
  month: Month,
  pool: number,
): Script<{ readonly claims: readonly Claim[]; readonly coins: number; readonly coinsLeft: number }> {
  const rows = yield* run(q.payoutsCoins, { month });
  const claims = rows
    .filter(({ coins }) => coins > 0)
    .map(({ member, coins }) => ({ id: `${member}`, weight: coins }));
  const coins = coinsIn(claims);
  return pool === 0 ? { claims: [], coins: 0, coinsLeft: coins } : { claims, coins, coinsLeft: 0 };
}

const euros = ({ currency }: Told, account: string, amount: number): Posting => ({
  account,
  asset: currency,
  amount,
});

interface Outcome extends Sums {
  readonly root: string;
  readonly claims: readonly Claim[];
  /** What is owed to members, below zero. */
  readonly postings: readonly Posting[];
}

/** What is owed for the month, and the coins that are gone for it. */
function draftsOf(a: CloseMonth, { pool, poolBefore, root, claims, postings }: Outcome): readonly Draft[] {
  const date = lastDayOf(a.month);
  const coins = coinsIn(claims);
  const left = coins === 0 ? [euros(a, 'pool:carried', -(pool - poolBefore))] : postings;
  const before = coins === 0 ? 0 : poolBefore;
  const of = [euros(a, 'expense:mycoin', pool - poolBefore), euros(a, 'pool:carried', before), ...left];
  const owed = of.filter(({ amount }) => amount !== 0);
  const memo = root === '' ? '' : `sum root ${root}`;
  const converted = claims.map(({ id, weight }) => ({
    account: `coins:${id}`,
    asset: coinAsset,
    amount: weight,
  }));
  return [
    {
      key: payKey(a.month),
      date,
      kind: coins === 0 ? 'mycoin.carried' : 'mycoin.payout',
      memo,
      postings: owed,
    },
    {
      ...{ key: `convert:${a.month}`, date, kind: 'mycoin.conversion', memo: '' },
      postings: [{ account: 'mycoin:converted', asset: coinAsset, amount: -coins }, ...converted],
    },
  ].filter(({ postings: rows }) => rows.length > 1);
}
