import { type NoticeKind, noticeKinds } from '../../stores/conversations/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { seeOther } from '../http/page.ts';
import type { Messages } from '../messages/index.ts';
import { forMember, type SignedIn } from './member.ts';

const labels: Readonly<Record<NoticeKind, (say: Messages) => string>> = {
  mail: (say) => say.noticesMail,
  invitations: (say) => say.noticesInvitations,
};

/** Of what a member wants to hear in chat; null where nobody may ask for it. */
export async function noticesForm(
  { say }: Visit,
  house: House,
  { member, field }: SignedIn,
): Promise<Html | null> {
  const wanted = (await house.notices?.of(member.id)) ?? null;
  if (wanted === null) return null;
  const boxes = noticeKinds.map(
    (kind) =>
      html`<label><input type="checkbox" name="${kind}" value="yes"${wanted.has(kind) ? html` checked` : null}> ${labels[kind](say)}</label>`,
  );
  return html`<h2 id="notices">${say.notices}</h2>
<p>${say.noticesLead}</p>
<form class="card" method="post" action="/mail/chat/notices">
${field}
${boxes}
<button>${say.noticesKeep}</button>
</form>`;
}

/** POST `/mail/chat/notices`: what is not chosen is not told. */
export async function chooseNotices(visit: Visit, house: House): Promise<Response> {
  const fields = await house.forms.read(visit.request, visit.secure);
  return forMember(visit, house, async ({ member }) => {
    await house.notices?.choose(
      member.id,
      noticeKinds.filter((kind) => fields.get(kind) === 'yes'),
    );
    return seeOther('/mail#notices');
  });
}
