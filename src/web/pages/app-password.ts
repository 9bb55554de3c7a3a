import type { Scope } from '../../accounts/index.ts';
import { StoreError } from '../../base/index.ts';
import type { House, Visit } from '../house.ts';
import { html } from '../html.ts';
import { seeOther } from '../http/page.ts';
import { davx5 } from './davx5.ts';
import { mailPage } from './mail.ts';
import { forMember } from './member.ts';

/** All that a device does; not `api`, so that a lost device cannot change the account. */
const deviceScopes: readonly Scope[] = ['mail', 'submission', 'dav', 'chat'];

/** POST `/mail/app-password`: the answer is the only time that the password is seen. */
export async function makeAppPassword(visit: Visit, house: House): Promise<Response> {
  const fields = await house.forms.read(visit.request, visit.secure);
  const { say } = visit;
  return forMember(visit, house, async (self) => {
    const name = (fields.get('name') ?? '').normalize('NFC').trim();
    try {
      const { password } = await house.accounts.admin.addAppPassword(self.member.id, name, deviceScopes);
      self.changed();
      const link = davx5(house, { say, address: self.member.address, password });
      const android = link === null ? null : html`<h2>${say.appPasswordDavx5}</h2>\n${link}`;
      return self.page({
        title: say.appPasswordTitle,
        body: html`<p>${say.appPasswordShown(name)}</p>
<p><span class="secret">${password}</span></p>
${android}
<p><a class="button" href="/mail">${say.back}</a></p>`,
      });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.reason === 'invalid') return mailPage(visit, house, self, say.deviceNameRefused);
      if (error.reason === 'limit') return mailPage(visit, house, self, say.tooManyAppPasswords);
      throw error;
    }
  });
}

/** POST `/mail/app-password/revoke`: one that is revoked already stays so. */
export async function revokeAppPassword(visit: Visit, house: House): Promise<Response> {
  const fields = await house.forms.read(visit.request, visit.secure);
  return forMember(visit, house, async (self) => {
    const id = /^[1-9]\d{0,14}$/.test(fields.get('id') ?? '') ? Number(fields.get('id')) : 0;
    try {
      await house.accounts.admin.revokeAppPassword(self.member.id, id);
      self.changed();
    } catch (error) {
      if (!(error instanceof StoreError) || error.reason !== 'not-found') throw error;
    }
    return seeOther('/mail#devices');
  });
}
