import { first, run, type Script } from '../../../storage/index.ts';
import { once } from '../../acts/scripts/note.ts';
import type { NewAct } from '../../acts/types.ts';
import { daysAfter } from '../../days.ts';
import type { Told } from '../../house.ts';
import { seal } from '../../ledger/scripts/seal.ts';
import type { Day, Draft, Posting } from '../../ledger/types.ts';
import { refusal } from '../../refusals.ts';
import { partOf } from '../../rules/decimal.ts';
import type { CoopQueries } from '../../store/queries.ts';
import { type AllocationStep, allocate } from '../allocation.ts';
import { afterLevies, interestMost, shareDays } from '../interest.ts';
import { type Claim, shareOut } from '../share-out.ts';
import type { Amount, ClosedYear, MemberInterest, YearFigures, YearRules } from '../types.ts';
import { demandNoLines } from './waiting.ts';

/** A fiscal year: `[from, until)`. */
export interface Year {
  readonly year: string;
  readonly from: Day;
  readonly until: Day;
}

export interface FiguresOf extends Year, YearRules {
  readonly currency: string;
}

/** What a year came to, and what may be done with it. */
export function* yearFigures(q: CoopQueries, a: FiguresOf): Script<YearFigures> {
  const { year, from, until } = a;
  const result = 0 - sumOf(yield* run(q.payoutsResult, { from, until, asset: a.currency }));
  const changes = yield* run(q.payoutsCapital, { until });
  const capital = changes.reduce((sum, { change }) => sum + change, 0);
  const reserves = yield* run(q.payoutsReserves, { asset: a.currency });
  const losses = Math.max(0, sumOf(reserves.filter(({ account }) => account === lossesAccount)));
  const kept = 0 - sumOf(reserves.filter(({ account }) => account !== lossesAccount));
  const covered = Math.min(losses, Math.max(0, result));
  const steps = stepsOf(a, Math.max(0, capital - kept));
  const { steps: allocated, distributable: left } = allocate(Math.max(0, result) - covered, steps);
  const rule = a.allocation.find(({ to }) => to === null);
  const distributable = rule === undefined ? 0 : partOf(left, rule.part, 'down');
  const most = a.cap === null ? distributable : interestMost(capital, a.cap, distributable);
  return { year, from, until, result, covered, allocated, distributable, capital, interestMost: most };
}

const lossesAccount = 'reserve:losses';
const sumOf = (rows: readonly { readonly amount: number }[]) =>
  rows.reduce((sum, { amount }) => sum + amount, 0);

/** What goes into reserves before anything may be given out. */
function stepsOf({ allocation }: YearRules, missing: number): readonly AllocationStep[] {
  const end = allocation.findIndex(({ to }) => to === null);
  const before = end < 0 ? allocation : allocation.slice(0, end);
  return before.map(({ to, part, of, round, until }) => ({
    ...{ to: to ?? '', part, of, round },
    ...(until === null ? {} : { most: missing }),
  }));
}

export interface CloseYear extends Year, YearRules, Told {
  readonly act: NewAct;
  /** What the assembly voted as interest on shares, gross. */
  readonly interest: number;
  readonly decision: string;
  /** Why it does not wait for lines of the bank; '': it does. */
  readonly despite: string;
  /** Today. */
  readonly day: Day;
  readonly by: number;
}

/**
 * Closes a year as the assembly decided: the result, its allocation, the interest of each member with what is kept back of it, in
 * one transaction. Nothing of it is posted without the decision.
 */
export function* closeYear(q: CoopQueries, a: CloseYear): Script<string> {
  return yield* once(q, a.act, function* (): Script<string> {
    yield* demandTurn(q, a);
    const waiting = yield* demandNoLines(q, { last: daysAfter(a.until, -1), despite: a.despite });
    const figures = yield* yearFigures(q, a);
    if (a.interest > figures.interestMost)
      throw refusal('E_INTEREST_CAP', `interest for ${a.year} is at most ${figures.interestMost}`, {
        most: figures.interestMost,
      });
    const shares = yield* interestOf(q, a);
    const levied = a.levies.map(({ name }, at) => ({
      ...{ to: name, amount: shares.reduce((sum, each) => sum + (each.levied[at]?.amount ?? 0), 0) },
    }));
    const net = shares.reduce((sum, each) => sum + each.net, 0);
    const free = Math.max(0, figures.result) - figures.covered - sumOf(figures.allocated) - a.interest;
    const year: ClosedYear = {
      ...{ ...figures, interest: a.interest, levied, net, members: shares.length, free },
      ...{ decision: a.decision, linesWaiting: waiting, despite: a.despite },
      ...{ day: a.day, closed: a.now, by: a.by },
    };
    const accounts = yield* run(q.payoutsResult, { from: a.from, until: a.until, asset: a.currency });
    const drafts = draftsOf(a, year, { accounts, shares }).filter(({ postings }) => postings.length > 1);
    yield* seal(q, a, drafts);
    yield* run(q.payoutsInterestAdd, { rows: shares });
    yield* run(q.payoutsYearsAdd, { rows: [year] });
    yield* run(q.ledgerMonthClose, { month: lastMonthOf(a), now: a.now });
    return a.year;
  });
}

const lastMonthOf = ({ until }: Year) => daysAfter(until, -1).slice(0, 7);

/** A year is closed once, after the one before, and when the pay of its months stands in it. */
function* demandTurn(q: CoopQueries, a: CloseYear): Script<void> {
  const last = first(yield* run(q.payoutsYearLast, {}));
  if (last !== undefined && last.year >= a.year)
    throw refusal('E_YEAR_CLOSED', `${last.year} was closed already`, { year: last.year });
  if (last !== undefined && last.until !== a.from)
    throw refusal('E_YEAR_ORDER', `${last.year} was closed last: the year after it is next`);
  const month = first(yield* run(q.payoutsMonthLast, {}));
  if (month === undefined || month.month < lastMonthOf(a))
    throw refusal('E_YEAR_OPEN', `${lastMonthOf(a)} was not shared out: its pay belongs to the year`);
}

/** Interest by paid-up capital and the days for which it was (COOP.md §1, A8), and what is kept back of it. */
function* interestOf(q: CoopQueries, a: CloseYear): Script<readonly MemberInterest[]> {
  if (a.interest === 0) return [];
  const weights = new Map<number, number>();
  for (const { member, day, change } of yield* run(q.payoutsCapital, { until: a.until })) {
    const days = shareDays([{ shares: change, from: day, until: a.until }], a);
    weights.set(member, (weights.get(member) ?? 0) + days);
  }
  const claims: Claim[] = [...weights]
    .filter(([member, weight]) => member > 0 && weight > 0)
    .map(([member, weight]) => ({ id: `${member}`, weight }));
  const paid = shareOut(a.interest, claims, a.year);
  if (paid === null) throw refusal('E_INTEREST_CAP', `nobody held shares in ${a.year}`, { most: 0 });
  return paid.map(({ id, weight, paid: gross }) => {
    const { taken, net } = afterLevies(gross, a.levies);
    const levied = taken.map(({ name, amount }) => ({ to: name, amount }));
    return { year: a.year, member: Number(id), weight, gross, levied, net };
  });
}

interface Rows {
  readonly accounts: readonly { readonly account: string; readonly amount: number }[];
  readonly shares: readonly MemberInterest[];
}

/** The result from income and expenses, into reserves, and to members. */
export function draftsOf(
  a: Pick<CloseYear, 'year' | 'day' | 'decision' | 'currency'>,
  year: ClosedYear,
  { accounts, shares }: Rows,
): readonly Draft[] {
  const of = (account: string, amount: number): readonly Posting[] =>
    amount === 0 ? [] : [{ account, asset: a.currency, amount }];
  const common = { date: a.day, memo: `decision ${a.decision}` };
  const own = `result:${a.year}`;
  const { result, covered, free, interest, levied } = year;
  const allocated: readonly Amount[] = [...year.allocated, { to: 'reserve:free', amount: free }];
  const reserved = covered + sumOf(allocated);
  return [
    {
      ...{ ...common, key: `result:${a.year}`, kind: 'year.result' },
      postings: [...accounts.flatMap(({ account, amount }) => of(account, -amount)), ...of(own, -result)],
    },
    {
      ...{ ...common, key: `allocation:${a.year}`, kind: 'year.allocation' },
      postings: [
        ...of(own, result < 0 ? result : reserved),
        ...of(lossesAccount, result < 0 ? -result : -covered),
        ...allocated.flatMap(({ to, amount }) => of(to, -amount)),
      ],
    },
    {
      ...{ ...common, key: `interest:${a.year}`, kind: 'share.interest' },
      postings: [
        ...of(own, interest),
        ...shares.flatMap(({ member, net }) => of(`interest:${member}`, -net)),
        ...levied.flatMap(({ to, amount }) => of(`levy:${to}`, -amount)),
      ],
    },
  ];
}
