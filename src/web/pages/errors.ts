import { type Reason, randomToken, StoreError } from '../../base/index.ts';
import type { House, Visit } from '../house.ts';
import { html } from '../html.ts';
import { FormRefused } from '../http/form-refused.ts';
import { page } from '../http/page.ts';

/** What a page that did not expect the refusal answers. RFC 9110 §15.5, RFC 4918 §11.5 for 507. */
export const statusOf = {
  'not-found': 404,
  exists: 409,
  denied: 403,
  'over-quota': 507,
  'too-large': 413,
  limit: 409,
  conflict: 409,
  locked: 423,
  invalid: 422,
  'has-children': 409,
  disabled: 403,
  'no-space': 507,
  unavailable: 503,
  corrupt: 500,
} as const satisfies Record<Reason, number>;

export function notFound(visit: Visit, house: House): Response {
  const { say } = visit;
  const body = html`<p>${say.notFound}</p>\n<p><a href="/">${say.home}</a></p>`;
  return page(visit, house, { title: say.notFoundTitle, body, status: 404 });
}

/** `allow`: the methods that the address knows (RFC 9110 §15.5.6). */
export function wrongMethod(visit: Visit, house: House, allow: readonly string[]): Response {
  const { say } = visit;
  const headers = { allow: allow.join(', ') };
  return page(visit, house, {
    title: say.methodTitle,
    body: html`<p>${say.method}</p>`,
    status: 405,
    headers,
  });
}

/** The one place where what a page threw becomes an answer: only our own faults are logged, under an id. */
export function failed(visit: Visit, house: Pick<House, 'settings' | 'log'>, error: unknown): Response {
  const { say } = visit;
  if (error instanceof FormRefused) {
    const text = error.status === 413 ? say.formTooLarge : say.form;
    return page(visit, house, { title: say.formTitle, body: html`<p>${text}</p>`, status: error.status });
  }
  const status = error instanceof StoreError ? statusOf[error.reason] : 500;
  if (status === 503) {
    const headers = { 'retry-after': '2' };
    return page(visit, house, {
      title: say.faultTitle,
      body: html`<p>${say.refusedBusy}</p>`,
      status,
      headers,
    });
  }
  if (error instanceof StoreError && status < 500) {
    return page(visit, house, { title: say.methodTitle, body: html`<p>${error.message}</p>`, status });
  }
  const incident = randomToken(40);
  house.log.error('page failed', { error, incident });
  return page(visit, house, { title: say.faultTitle, body: html`<p>${say.fault(incident)}</p>`, status });
}
