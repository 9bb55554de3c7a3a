import type { Metrics } from '../../../observability/index.ts';
import type { Verdict } from './types.ts';

/** One verdict of a guard. */
export type GuardCounter = (guard: string, verdict: Verdict['kind']) => void;

export function guardCounter(metrics: Metrics): GuardCounter {
  const counter = metrics.counter({
    name: 'myco_smtp_guards_total',
    help: 'Verdicts on strangers, by guard',
    kind: 'counter',
    labels: ['guard', 'outcome'],
  });
  return (guard, outcome) => counter.with({ guard, outcome }).inc();
}
