import type { Metrics } from '../observability/index.ts';

/** Counted by method; methods that are not declared count as `other`. */
export interface DavCounters {
  answered(method: string, status: number): void;
  received(bytes: number): void;
  sent(bytes: number): void;
}

export function davCounters(metrics: Metrics, methods: readonly string[]): DavCounters {
  const requests = metrics.counter({
    name: 'myco_dav_requests_total',
    help: 'Requests answered, by method and class of the status',
    kind: 'counter',
    labels: ['method', 'class'],
  });
  const bytes = metrics.counter({
    name: 'myco_dav_body_bytes_total',
    help: 'Bytes of the bodies of requests (in) and answers (out)',
    kind: 'counter',
    labels: ['direction'],
  });
  const known = new Set(methods);
  const inward = bytes.with({ direction: 'in' });
  const outward = bytes.with({ direction: 'out' });
  return {
    answered(method, status) {
      requests
        .with({ method: known.has(method) ? method : 'other', class: `${Math.floor(status / 100)}xx` })
        .inc();
    },
    received: (count) => inward.inc(count),
    sent: (count) => outward.inc(count),
  };
}
