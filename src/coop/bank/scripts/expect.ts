import { run, type Script } from '../../../storage/index.ts';
import { refusal } from '../../refusals.ts';
import type { BankQueries } from '../queries.ts';
import type { Expected, Purpose } from '../types.ts';

/**
 * Keeps that somebody pays; rooms call it inside the script that makes what is paid for. The same again answers the same,
 * another thing under the same reference is refused.
 */
export function* expectPayment(
  q: BankQueries,
  a: {
    readonly reference: string;
    readonly purpose: Purpose;
    readonly subject: number;
    readonly amount: number;
    readonly now: number;
  },
): Script<Expected> {
  if (!Number.isSafeInteger(a.amount) || a.amount <= 0)
    throw refusal('E_AMOUNT', 'what is expected is a whole number of minor units above nothing');
  const [found] = yield* run(q.bankExpectedByReference, { reference: a.reference });
  if (found === undefined) {
    const [made] = yield* run(q.bankExpect, { ...a });
    if (made === undefined) throw new Error('what is expected was not kept');
    return made;
  }
  const same = found.purpose === a.purpose && found.subject === a.subject && found.amount === a.amount;
  if (!same) throw refusal('E_REFERENCE', `the reference ${a.reference} stands for something else`);
  return found;
}

/** Another amount is due: never less than came. Nothing is due any more where it is what came. */
export function* expectOther(
  q: BankQueries,
  a: { readonly reference: string; readonly amount: number },
): Script<Expected> {
  const [changed] = yield* run(q.bankExpectOther, { ...a });
  if (changed === undefined)
    throw refusal('E_REFERENCE', `under ${a.reference} not so little can be expected, for more came`);
  return changed;
}

/** It is not expected any more; what came stays where it is, and what comes is put before a person. */
export function* expectNothing(q: BankQueries, a: { readonly reference: string }): Script<void> {
  yield* run(q.bankExpectNothing, a);
}
