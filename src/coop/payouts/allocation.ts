import { type Fraction, partOf, type Rounding } from '../rules/decimal.ts';

/** One step of the order in which a surplus is allocated, from the country's rules. */
export interface AllocationStep {
  readonly to: string;
  readonly part: Fraction;
  /** Of the whole result, or of what the steps before have left. */
  readonly of: 'result' | 'remainder';
  readonly round: Rounding;
  /** No more than up to this total of the reserve, where the rule says when it is full. */
  readonly most?: number;
}

/** What goes where, and what may be given out. All in minor units; they add up to the result. */
export interface Allocation {
  readonly steps: readonly { readonly to: string; readonly amount: number }[];
  readonly distributable: number;
}

/** Allocates a result; a loss allocates nothing and distributes nothing. */
export function allocate(result: number, rule: readonly AllocationStep[]): Allocation {
  let left = Math.max(0, result);
  const steps = rule.map(({ to, part, of, round, most = left }) => {
    const wished = partOf(of === 'result' ? Math.max(0, result) : left, part, round);
    const amount = Math.max(0, Math.min(wished, most, left));
    left -= amount;
    return { to, amount };
  });
  return { steps, distributable: left };
}
