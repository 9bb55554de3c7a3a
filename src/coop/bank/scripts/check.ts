import { numbers, one, run, type Script } from '../../../storage/index.ts';
import type { CoopQueries } from '../../store/queries.ts';
import { stepRows } from '../limits.ts';
import { unmatched } from './book.ts';

interface Faults {
  readonly next: number | null;
  readonly faults: readonly string[];
}

/** Each line stands in the ledger, and what of it was matched and what is left make it up; what was received adds up. */
export function* bankCheck(q: CoopQueries, { after }: { readonly after: number }): Script<Faults> {
  const lines = yield* run(q.bankLinesChecked, { after });
  const sums = yield* run(q.bankMatchSums, { lines: numbers(lines.map(({ id }) => id)) });
  const matched = new Map(sums.map(({ line, amount }) => [line, amount]));
  const faults: string[] = [];
  for (const { id, amount, left, state, booked } of lines) {
    const isRepeated = state === 'repeated';
    if (isRepeated === (booked !== null))
      faults.push(`line ${id} is ${state}, and the ledger has ${booked === null ? 'no' : 'an'} entry of it`);
    if (!isRepeated && booked !== null && booked !== amount)
      faults.push(`line ${id} is ${amount}, and the ledger says ${booked}`);
    const isDone = matched.has(id);
    if (state === 'queued' ? left === 0 : left !== 0)
      faults.push(`line ${id} is ${state} and has ${left} left`);
    if ((isDone || state === 'queued') && (matched.get(id) ?? 0) + left !== amount)
      faults.push(`line ${id} is ${amount}, of which ${matched.get(id) ?? 0} is matched and ${left} left`);
  }
  const last = lines.length < stepRows ? undefined : lines.at(-1);
  if (last === undefined) faults.push(...(yield* checkSums(q)));
  return { next: last?.id ?? null, faults: faults.map((fault) => `bank: ${fault}`) };
}

function* checkSums(q: CoopQueries): Script<readonly string[]> {
  const faults: string[] = [];
  for (const { id, received, matched } of yield* run(q.bankExpectedChecked, {}))
    faults.push(`what is expected by ${id} says ${received} came, and ${matched ?? 0} was matched`);
  const { left } = one(yield* run(q.bankLeft, {}));
  const [balance] = yield* run(q.bankClearing, { account: unmatched });
  if ((balance?.amount ?? 0) !== -left)
    faults.push(`${left} waits for a person, and the ledger says ${-(balance?.amount ?? 0)}`);
  return faults;
}
