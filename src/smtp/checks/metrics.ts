import type { Metrics } from '../../observability/index.ts';
import type { Verdict } from './types.ts';

export interface CheckCounters {
  counted(verdict: Verdict, seconds: number): void;
}

/** By result; none of the labels is a domain. */
export function checkCounters(metrics: Metrics): CheckCounters {
  const results = metrics.counter({
    name: 'myco_smtp_checks_total',
    help: 'Results of SPF, DKIM (the best signature), ARC and DMARC for mail from other servers',
    kind: 'counter',
    labels: ['check', 'result'],
  });
  const actions = metrics.counter({
    name: 'myco_smtp_dmarc_actions_total',
    help: 'What was done with mail from other servers by the DMARC policy of its author',
    kind: 'counter',
    labels: ['action'],
  });
  const seconds = metrics.histogram({
    name: 'myco_smtp_check_seconds',
    help: 'Time from the end of a message to its verdict',
    kind: 'histogram',
    labels: [],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 20],
  });
  return {
    counted(verdict, took) {
      const dkim = verdict.dkim.some(({ result }) => result === 'pass') ? 'pass' : verdict.dkim[0]?.result;
      const found = {
        spf: verdict.spf.result,
        dkim: dkim ?? 'none',
        arc: verdict.arc.result,
        dmarc: verdict.dmarc?.result ?? 'none',
      };
      for (const [check, result] of Object.entries(found)) results.with({ check, result }).inc();
      actions.with({ action: verdict.disposition.action }).inc();
      seconds.with({}).observe(took);
    },
  };
}
