import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { webAddress } from '../links.ts';
import type { SignedIn } from './member.ts';

/**
 * What a program asks for that syncs calendars and contacts, and a link that fills it in on Android: DAVx⁵ takes
 * `davx5:` for https, the user name before the server. Null where nothing is reached by https.
 */
export function calendarPrograms({ say }: Visit, house: House, { member }: SignedIn): Html | null {
  const https = house.open().filter(({ door }) => door === 'https');
  if (https.length === 0) return null;
  const address = webAddress(house.settings.value, '/', https);
  const user = encodeURIComponent(member.address);
  const davx5 = address.replace(/^https:\/\//, `davx5://${user}@`);
  return html`<h2>${say.calendarPrograms}</h2>
<p>${say.calendarProgramsLead}</p>
<div class="card"><dl class="wide">
<dt>${say.server}</dt><dd>${address}</dd>
<dt>${say.userName}</dt><dd>${member.address}</dd>
</dl></div>
<p><a href="${davx5}">${say.davx5}</a><br><span class="hint">${say.davx5Lead}</span></p>`;
}
