import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { collectionsAddress, davx5 } from './davx5.ts';
import type { SignedIn } from './member.ts';

/** What a program asks for that syncs calendars and contacts; null where nothing is reached by https. */
export function calendarPrograms({ say }: Visit, house: House, { member }: SignedIn): Html | null {
  const server = collectionsAddress(house);
  if (server === null) return null;
  return html`<h2>${say.calendarPrograms}</h2>
<p>${say.calendarProgramsLead}</p>
<div class="card"><dl class="wide">
<dt>${say.server}</dt><dd>${server}</dd>
<dt>${say.userName}</dt><dd>${member.address}</dd>
</dl></div>
${davx5(house, { say, address: member.address, password: null })}`;
}
