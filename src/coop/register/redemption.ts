import { type Fraction, partOf } from '../rules/decimal.ts';

/** A request in the queue, in the order in which it was made. Amounts in minor units. */
export interface Asked {
  readonly id: string;
  readonly amount: number;
}

/** What is paid of it now, and what stays in the queue. */
export interface Redeemed extends Asked {
  readonly paid: number;
  readonly queued: number;
}

/** What capital may not go below: a fraction of the highest that it ever was, rounded so that the floor is kept. */
export const floorOf = (highest: number, rule: Fraction): number => partOf(highest, rule, 'up');

/** First come, first served, down to the floor; who comes after may be paid in part, in whole shares of `step`. */
export function redeem(
  capital: { readonly now: number; readonly floor: number; readonly step: number },
  queue: readonly Asked[],
): readonly Redeemed[] {
  let free = Math.max(0, capital.now - capital.floor);
  return queue.map(({ id, amount }) => {
    const paid = Math.min(amount, free - (free % capital.step));
    // Nobody is paid before somebody who came earlier and still waits.
    free = paid < amount ? 0 : free - paid;
    return { id, amount, paid, queued: amount - paid };
  });
}

/** What a share is worth when it is given back: its part of an uncovered loss is taken off, in the co-op's favour. */
export function worthOf(nominal: number, capital: number, uncoveredLoss: number): number {
  if (uncoveredLoss <= 0) return nominal;
  if (uncoveredLoss >= capital) return 0;
  const left = capital - uncoveredLoss;
  return partOf(nominal, { num: BigInt(left), den: BigInt(capital) }, 'down');
}
