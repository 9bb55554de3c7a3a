import type { House, Visit } from '../house.ts';
import { html } from '../html.ts';
import { page } from '../http/page.ts';

/** `/`: what this server is, and where to go. */
export function home(visit: Visit, house: House): Response {
  const { say } = visit;
  const { name } = house.settings.value.coop;
  const trust = house.authority() === null ? null : html`<p><a href="/trust">${say.homeTrust}</a></p>`;
  return page(visit, house, {
    title: say.homeTitle,
    body: html`<p>${say.homeLead(name)}</p>
<p>${say.homeToday}</p>
<p><a class="button" href="/mail">${say.yourMail}</a></p>
<p><a href="/shares">${say.sharesTitle}</a> · <a href="/pay">${say.payTitle}</a> · <a href="/treasury">${say.treasuryTitle}</a> · <a href="/verify">${say.homeVerify}</a></p>
<p class="hint">${say.homeNew}</p>
${trust}`,
  });
}
