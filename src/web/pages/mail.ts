import type { CredentialInfo } from '../../accounts/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { problem } from '../http/page.ts';
import { bestMailDoors, type MailDoor, mailDoors } from '../mail-doors.ts';
import type { Messages } from '../messages/index.ts';
import { calendarPrograms } from './calendar-programs.ts';
import { chatClientRows } from './chat-clients.ts';
import { noticesForm } from './chat-notices.ts';
import { forMember, type SignedIn } from './member.ts';

function doorRows(doors: readonly MailDoor[], say: Messages): Html[] {
  return doors.map(({ host, port, security }, index) => {
    const secured = security === 'tls' ? say.securityTls : say.securityStarttls;
    const preferred =
      index === 0 && doors.length > 1 ? html`<br><span class="hint">${say.preferred}</span>` : null;
    const or = index === 0 ? null : html`<h3>${say.or}</h3>`;
    return html`${or}<dl>
<dt>${say.server}</dt><dd>${host}</dd>
<dt>${say.port}</dt><dd>${port}</dd>
<dt>${say.security}</dt><dd>${secured}${preferred}</dd>
</dl>`;
  });
}

function settingsOf(visit: Visit, house: House, self: SignedIn): Html {
  const { say } = visit;
  const settings = house.settings.value;
  const doors = mailDoors(settings, house.open());
  if (!bestMailDoors(settings, house.open())) return problem(say.mailClosed) ?? html``;
  const of = (protocol: MailDoor['protocol']) =>
    doorRows(
      doors.filter((door) => door.protocol === protocol),
      say,
    );
  return html`<p>${say.mailLead}</p>
<div class="card"><dl class="wide">
<dt>${say.address}</dt><dd>${self.member.address}</dd>
<dt>${say.userName}</dt><dd>${self.member.address}</dd>
<dt>${say.authentication}</dt><dd>${say.normalPassword}</dd>
</dl></div>
<div class="cards">
<section class="card"><h2>${say.incoming}</h2>${of('imap')}</section>
<section class="card"><h2>${say.outgoing}</h2>${of('smtp')}</section>
</div>
<p><a href="/mail/apple.mobileconfig">${say.appleProfile}</a><br><span class="hint">${say.appleProfileLead}</span></p>`;
}

function device({ id, name, created }: CredentialInfo, visit: Visit, field: Html): Html {
  const { say, language } = visit;
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(created);
  return html`<li><span><strong>${name}</strong> <span class="hint">${say.madeOn(date)}</span></span>
<form method="post" action="/mail/app-password/revoke">${field}<input type="hidden" name="id" value="${id}"><button class="quiet">${say.revoke}</button></form></li>`;
}

/** The page of a member's mail; `wrong`: what was wrong with the form it was reached by. */
export async function mailPage(
  visit: Visit,
  house: House,
  self: SignedIn,
  wrong: string | null = null,
): Promise<Response> {
  const { say } = visit;
  const credentials = await house.accounts.admin.credentials(self.member.id);
  const devices = credentials.filter(({ kind, revoked }) => kind === 'app-password' && revoked === null);
  const chat = await chatClientRows(visit, house, self, credentials);
  const list = devices.map((one) => device(one, visit, self.field));
  const trust = html`<h2>${say.trustTitle}</h2>\n<p>${say.trustLead}</p>
<p><a href="/trust">${say.homeTrust}</a> · <a href="/ca.crt">ca.crt</a></p>`;
  return self.page({
    title: say.yourMail,
    status: wrong === null ? 200 : 422,
    body: html`${problem(wrong)}${settingsOf(visit, house, self)}
${calendarPrograms(visit, house, self)}
${house.authority() === null ? null : trust}
<h2 id="devices">${say.appPasswords}</h2>
<p>${say.appPasswordLead}</p>
<form class="card" method="post" action="/mail/app-password">
${self.field}
<label for="name">${say.deviceName}</label>
<input id="name" name="name" placeholder="${say.devicePlaceholder}" maxlength="100" autocomplete="off" required>
<button>${say.makeAppPassword}</button>
</form>
${list.length === 0 ? null : html`<ul class="rows">${list}</ul>`}
${chat}
${await noticesForm(visit, house, self)}
<p><a href="/directory">${say.directoryTitle}</a></p>`,
  });
}

/** GET `/mail`: what a mail program asks for, and passwords for devices. */
export function showMail(visit: Visit, house: House): Promise<Response> {
  return forMember(visit, house, (self) => mailPage(visit, house, self));
}
