import type { House, Visit } from '../house.ts';
import { html } from '../html.ts';
import { page } from '../http/page.ts';

/** Unknown, revoked, over, used up: all answered alike. */
export function gone(visit: Visit, house: House): Response {
  const { say } = visit;
  return page(visit, house, {
    title: say.publicGoneTitle,
    body: html`<p>${say.publicGone}</p>`,
    status: 404,
  });
}
