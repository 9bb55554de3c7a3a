import { type Reason, StoreError } from '../../base/index.ts';
import type { Consent } from '../../carddav/index.ts';
import type { House, Visit } from '../house.ts';
import { html } from '../html.ts';
import { problem, seeOther } from '../http/page.ts';
import type { Messages } from '../messages/index.ts';
import { forMember, type SignedIn } from './member.ts';

/** What is wrong with what was typed; anything else is ours. */
const problems: Partial<Record<Reason, (say: Messages) => string>> = {
  invalid: (say) => say.directoryPhoneRefused,
  'not-found': (say) => say.directoryNoPhoto,
  'too-large': (say) => say.directoryPhotoTooLarge,
};

async function directoryPage(
  visit: Visit,
  house: House,
  self: SignedIn,
  refused: { readonly wrong: string; readonly consent: Consent } | null = null,
): Promise<Response> {
  const { say } = visit;
  const kept = await house.directory.consentOf(self.member.id);
  const { phone, photo } = refused?.consent ?? kept ?? { phone: '', photo: false };
  const hide = html`<form method="post" action="/directory">${self.field}<input type="hidden" name="shown" value="no"><button class="quiet">${say.directoryHide}</button></form>`;
  return self.page({
    title: say.directoryTitle,
    status: refused ? 422 : 200,
    body: html`${problem(refused?.wrong ?? null)}<p>${say.directoryLead}</p>
<p><strong>${kept ? say.directoryShown : say.directoryHidden}</strong></p>
${kept ? hide : null}
<form class="card" method="post" action="/directory">
${self.field}<input type="hidden" name="shown" value="yes">
<dl><dt>${say.directoryName}</dt><dd>${self.member.name}</dd><dt>${say.address}</dt><dd>${self.member.address}</dd></dl>
<label for="phone">${say.directoryPhone}</label>
<input id="phone" name="phone" type="tel" maxlength="64" autocomplete="tel" value="${phone}">
<label><input type="checkbox" name="photo" value="yes"${photo ? html` checked` : null}> ${say.directoryPhoto}</label>
<button>${kept ? say.directoryChange : say.directoryShow}</button>
</form>`,
  });
}

/** GET `/directory`: whether the other members find this one, and what they see. */
export function showDirectory(visit: Visit, house: House): Promise<Response> {
  return forMember(visit, house, (self) => directoryPage(visit, house, self));
}

/** POST `/directory`: consents, or takes it back. */
export async function changeDirectory(visit: Visit, house: House): Promise<Response> {
  const fields = await house.forms.read(visit.request, visit.secure);
  return forMember(visit, house, async (self) => {
    if (fields.get('shown') !== 'yes') {
      await house.directory.hide(self.member.id);
      return seeOther('/directory');
    }
    const consent = { phone: fields.get('phone') ?? '', photo: fields.get('photo') === 'yes' };
    try {
      await house.directory.show(self.member, consent);
      return seeOther('/directory');
    } catch (error) {
      const say = error instanceof StoreError ? problems[error.reason] : undefined;
      if (!say) throw error;
      return directoryPage(visit, house, self, { wrong: say(visit.say), consent });
    }
  });
}
