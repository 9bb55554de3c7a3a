import type { House, ShownInvitation, Visit } from '../house.ts';
import { html } from '../html.ts';
import { page } from '../http/page.ts';
import { picture } from './davx5.ts';

/** Programs that know what to do with an invitation (XEP-0379, XEP-0401), where they are to be had. */
const programs = [
  { on: 'Android', name: 'Conversations', href: 'https://conversations.im/' },
  { on: 'Android', name: 'Cheogram', href: 'https://cheogram.com/' },
  { on: 'iOS, macOS', name: 'Monal', href: 'https://monal-im.org/' },
  { on: 'Linux', name: 'Dino', href: 'https://dino.im/' },
  { on: 'Linux, Windows', name: 'Gajim', href: 'https://gajim.org/' },
] as const;

/** GET `/invite/<token>` only looks: programs that fetch links must not use them up. */
export async function showInvitation(visit: Visit, house: House): Promise<Response> {
  const { say } = visit;
  const invitation = await house.invitation(visit.params.token ?? '');
  if (invitation === null) {
    const body = html`<p>${say.inviteGone}</p>`;
    return page(visit, house, { title: say.inviteGoneTitle, body, status: 404 });
  }
  const { uri } = invitation;
  const list = programs.map(
    ({ on, name, href }) => html`<li>${on}: <a href="${href}" rel="noreferrer">${name}</a></li>\n`,
  );
  return page(visit, house, {
    title: say.inviteTitle,
    body: html`<p>${leadOf(visit, house, invitation)}</p>
<ol>
<li>${say.inviteProgram}
<ul>
${list}</ul></li>
<li>${say.inviteOpen}<br><a class="button" href="${uri}">${say.inviteButton}</a></li>
</ol>
${picture(uri, say.invitePicture)}
<p class="hint">${say.inviteScan}</p>`,
  });
}

function leadOf({ say }: Visit, house: House, { from, address }: ShownInvitation): string {
  const coop = house.settings.value.coop.name;
  if (from !== null) return say.inviteContact(from, coop);
  return address === null ? say.inviteAccount(coop) : say.inviteAddress(address, coop);
}
