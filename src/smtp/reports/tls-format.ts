import { z } from 'zod';
import { FormatError } from '../../base/index.ts';
import { reportTextCharsMax, tlsFailuresMax, tlsPoliciesMax } from './limits.ts';

/** One kind of failure (RFC 8460 §4.4). */
export interface TlsFailure {
  readonly type: string;
  readonly mxHost: string;
  readonly address: string;
  readonly count: number;
}

/** What came of TLS under one policy. */
export interface TlsPolicyResult {
  readonly policy: string;
  readonly policyText: readonly string[];
  readonly mxHosts: readonly string[];
  readonly domain: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly failures: readonly TlsFailure[];
}

export interface TlsReport {
  readonly reporter: string;
  readonly contact: string;
  readonly reportId: string;
  /** Ms since 1970. */
  readonly begins: number;
  readonly ends: number;
  readonly policies: readonly TlsPolicyResult[];
}

/** RFC 8460 §4.4. */
export function formatTlsReport(report: TlsReport): string {
  return JSON.stringify({
    'organization-name': report.reporter,
    'date-range': {
      'start-datetime': new Date(report.begins).toISOString(),
      'end-datetime': new Date(report.ends).toISOString(),
    },
    'contact-info': report.contact,
    'report-id': report.reportId,
    policies: report.policies.map((result) => ({
      policy: {
        'policy-type': result.policy,
        ...(result.policyText.length > 0 ? { 'policy-string': result.policyText } : {}),
        'policy-domain': result.domain,
        ...(result.mxHosts.length > 0 ? { 'mx-host': result.mxHosts } : {}),
      },
      summary: {
        'total-successful-session-count': result.succeeded,
        'total-failure-session-count': result.failed,
      },
      ...(result.failures.length > 0
        ? {
            'failure-details': result.failures.map((failure) => ({
              'result-type': failure.type,
              ...(failure.mxHost === '' ? {} : { 'receiving-mx-hostname': failure.mxHost }),
              ...(failure.address === '' ? {} : { 'receiving-ip': failure.address }),
              'failed-session-count': failure.count,
            })),
          }
        : {}),
    })),
  });
}

/** Clean: it is shown on the operator's terminal. */
const text = z.string().transform((value) =>
  value
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .trim()
    .slice(0, reportTextCharsMax),
);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).catch(0);
const texts = z.array(text).max(100).catch([]);
const failureShape = z.object({
  'result-type': text,
  'receiving-mx-hostname': text.catch(''),
  'receiving-ip': text.catch(''),
  'failed-session-count': count,
});
const shape = z.object({
  'organization-name': text,
  'contact-info': text.catch(''),
  'report-id': text,
  'date-range': z.object({ 'start-datetime': text, 'end-datetime': text }),
  policies: z
    .array(
      z.object({
        policy: z.object({
          'policy-type': text,
          'policy-string': texts,
          'policy-domain': text,
          // One name where there is one, says an example of the RFC.
          'mx-host': z.union([text.transform((one) => [one]), texts]).catch([]),
        }),
        summary: z.object({
          'total-successful-session-count': count,
          'total-failure-session-count': count,
        }),
        'failure-details': z.array(failureShape).max(tlsFailuresMax).optional(),
      }),
    )
    .max(tlsPoliciesMax),
});

/** Reads a report of others. Throws FormatError for what is none. */
export function readTlsReport(bytes: Buffer): TlsReport {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new FormatError('the report is no JSON');
  }
  const read = shape.safeParse(json);
  if (!read.success) {
    const [first] = read.error.issues;
    throw new FormatError(`this is no TLS report: ${first?.path.join('.') ?? ''}: ${first?.message ?? ''}`);
  }
  const { data } = read;
  return {
    reporter: data['organization-name'],
    contact: data['contact-info'],
    reportId: data['report-id'],
    begins: timeOf(data['date-range']['start-datetime']),
    ends: timeOf(data['date-range']['end-datetime']),
    policies: data.policies.map(({ policy, summary, 'failure-details': failures = [] }) => ({
      policy: policy['policy-type'],
      policyText: policy['policy-string'],
      mxHosts: policy['mx-host'],
      domain: policy['policy-domain'].toLowerCase(),
      succeeded: summary['total-successful-session-count'],
      failed: summary['total-failure-session-count'],
      failures: failures.map((failure) => ({
        type: failure['result-type'],
        mxHost: failure['receiving-mx-hostname'],
        address: failure['receiving-ip'],
        count: failure['failed-session-count'],
      })),
    })),
  };
}

function timeOf(text: string): number {
  const ms = Date.parse(text);
  return Number.isFinite(ms) ? ms : 0;
}
