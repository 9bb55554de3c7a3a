import type { TrustStore } from '../../stores/trust/index.ts';
import type { DmarcReport } from './dmarc-format.ts';
import type { TlsReport } from './tls-format.ts';

/** Null where the same report came before. */
export function keepDmarc(
  trust: TrustStore,
  report: Omit<DmarcReport, 'rows'>,
  counted: { readonly rows: readonly string[]; readonly total: number; readonly failed: number },
  receivedMs: number,
): Promise<number | null> {
  const { reporter, reportId, begins, ends, policy } = report;
  const { total, failed, rows } = counted;
  return trust.addReport(
    {
      kind: 'dmarc',
      reporter,
      reportId,
      domain: policy.domain,
      begins,
      ends,
      received: receivedMs,
      total,
      failed,
    },
    rows,
  );
}

/** The same; a report of several domains is kept under the first. */
export function keepTls(trust: TrustStore, report: TlsReport, receivedMs: number): Promise<number | null> {
  const { reporter, reportId, begins, ends, policies } = report;
  const failed = policies.reduce((sum, policy) => sum + policy.failed, 0);
  const total = policies.reduce((sum, policy) => sum + policy.succeeded, failed);
  const domain = policies[0]?.domain ?? '';
  return trust.addReport(
    { kind: 'tls', reporter, reportId, domain, begins, ends, received: receivedMs, total, failed },
    policies.map((policy) => JSON.stringify(policy)),
  );
}
