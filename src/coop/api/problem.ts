import { type Reason, StoreError } from '../../base/index.ts';
import { codeOf, type Refusal, refusals } from '../refusals.ts';
import { apiPath } from './path.ts';

/** RFC 9110 §15.5: what a reason is answered with, where the code of the refusal has no status of its own. */
const statusOfReason = {
  'not-found': 404,
  exists: 409,
  denied: 403,
  'over-quota': 507,
  'too-large': 413,
  limit: 422,
  conflict: 409,
  locked: 409,
  invalid: 422,
  'has-children': 409,
  disabled: 403,
  'no-space': 507,
  unavailable: 503,
  corrupt: 500,
} as const satisfies Record<Reason, number>;

const statusOfCode: Readonly<Partial<Record<Refusal, number>>> = {
  E_JSON: 400,
  E_QUERY: 400,
  E_CURSOR: 400,
  E_KEY_MISSING: 400,
  E_SIGN_IN: 401,
  E_METHOD: 405,
  E_CHANGED: 412,
  E_MEDIA: 415,
  // RFC 6585 §3, §4.
  E_MATCH_MISSING: 428,
  E_RATE: 429,
  E_FAULT: 500,
};

export const statusOf = (code: Refusal): number => statusOfCode[code] ?? statusOfReason[refusals[code][0]];

/** RFC 9457: `type` leads to what the code means; `code` is the one of the closed list. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: Refusal;
  readonly [more: string]: unknown;
}

export function problemOf(
  code: Refusal,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): Problem {
  const [, title] = refusals[code];
  return { ...more, type: `${apiPath}/refusals/${code}`, title, status: statusOf(code), detail, code };
}

export function problemAnswer(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { ...headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
}

/** The one place where what a route threw becomes an answer; our own faults are logged, and told by their number alone. */
export function refused(error: unknown, fault: (error: unknown) => string): Response {
  const code = codeOf(error);
  if (code === 'E_FAULT' || !(error instanceof StoreError))
    return problemAnswer(
      problemOf('E_FAULT', 'something is wrong here, not with what you asked', { incident: fault(error) }),
    );
  const { code: _, retryAfterSeconds, ...details } = error.details;
  const wait = code === 'E_BUSY' ? 2 : retryAfterSeconds;
  const headers: Record<string, string> = wait === undefined ? {} : { 'retry-after': String(wait) };
  if (code === 'E_SIGN_IN') headers['www-authenticate'] = 'Bearer realm="co-op"';
  return problemAnswer(problemOf(code, error.message, details), headers);
}
