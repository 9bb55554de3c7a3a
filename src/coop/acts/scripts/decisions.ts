import { first, run, type Script } from '../../../storage/index.ts';
import { refusal } from '../../refusals.ts';
import type { ActsQueries } from '../queries.ts';
import type { Decision, DecisionKind, NewAct } from '../types.ts';
import { once } from './note.ts';

type Row = Awaited<ReturnType<ActsQueries['actsDecision']['execute']>>[number];

export const decisionOf = ({ act, reference, kind, day, title, document }: Row): Decision => ({
  ...{ act, reference, kind: kind as DecisionKind, on: day, title, document },
});

/** Records a decision, once under its reference. */
export function* decide(
  q: ActsQueries,
  a: { readonly act: NewAct; readonly decision: Omit<Decision, 'act'> },
): Script<Decision> {
  const { decision } = a;
  const { reference, kind, on, title, document } = decision;
  return yield* once(q, a.act, function* (act): Script<Decision> {
    const known = first(yield* run(q.actsDecision, { reference }));
    if (known) throw refusal('E_REFERENCE', `${reference} stands for another decision`, { reference });
    yield* run(q.actsDecisionAdd, { act, reference, kind, day: on, title, document });
    return { ...decision, act };
  });
}

/** The decision that something rests on. Refuses with E_DECISION where there is none, or one of another kind. */
export function* demandDecision(
  q: ActsQueries,
  a: { readonly reference: string; readonly kinds: readonly DecisionKind[] },
): Script<Decision> {
  const row = first(yield* run(q.actsDecision, { reference: a.reference }));
  if (row === undefined) throw refusal('E_DECISION', `no decision ${a.reference} was recorded`);
  const decision = decisionOf(row);
  if (!a.kinds.includes(decision.kind))
    throw refusal(
      'E_DECISION',
      `${a.reference} is of the kind ${decision.kind}; that takes ${a.kinds.join(' or ')}`,
    );
  return decision;
}

/** A page of decisions. */
export function* decisionsPage(q: ActsQueries, a: { readonly after: number }): Script<readonly Decision[]> {
  return (yield* run(q.actsDecisions, a)).map(decisionOf);
}
