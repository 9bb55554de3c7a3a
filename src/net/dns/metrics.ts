import type { CounterHandle, Metrics } from '../../observability/index.ts';
import type { DnsFailure } from './types.ts';

/** `remembered` is any answer that was known already. */
export type QuestionOutcome = DnsFailure | 'answered' | 'remembered';

export const dnsQuestions = {
  name: 'myco_dns_questions_total',
  help: 'Questions to the DNS, by what came of them',
  kind: 'counter',
  labels: ['outcome'],
} as const;

export type QuestionCounter = (outcome: QuestionOutcome) => void;

export function questionCounter(metrics: Metrics | undefined): QuestionCounter {
  if (metrics === undefined) return () => undefined;
  const family = metrics.counter(dnsQuestions);
  const handles = new Map<QuestionOutcome, CounterHandle>();
  return (outcome) => {
    const handle = handles.get(outcome) ?? family.with({ outcome });
    handles.set(outcome, handle);
    handle.inc();
  };
}
