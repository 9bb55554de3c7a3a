import type { CredentialInfo } from '../../accounts/index.ts';
import type { ChatClient } from '../../chat/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { seeOther } from '../http/page.ts';
import { forMember, type SignedIn } from './member.ts';

function row(
  { id, software, device, isThere, seenMs, credential }: ChatClient,
  passwords: readonly CredentialInfo[],
  { say, language }: Visit,
  field: Html,
): Html {
  const seen = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(seenMs);
  const password = passwords.find((one) => String(one.id) === credential);
  const facts = [
    software === '' ? null : software,
    isThere ? say.chatIsThere : say.chatLastSeen(seen),
    password === undefined
      ? null
      : password.kind === 'password'
        ? say.chatByOwnPassword
        : say.chatByPassword(password.name),
  ].filter((fact) => fact !== null);
  return html`<li><span><strong>${device === '' ? say.chatUnnamed : device}</strong> <span class="hint">${facts.join(', ')}</span></span>
<form method="post" action="/mail/chat/end">${field}<input type="hidden" name="client" value="${id}"><button class="quiet">${say.chatEnd}</button></form></li>`;
}

/** The programs that a member chats with, below the passwords that they came by; nothing where there is none. */
export async function chatClientRows(
  visit: Visit,
  house: House,
  { member, field }: SignedIn,
  passwords: readonly CredentialInfo[],
): Promise<Html | null> {
  const clients = (await house.chat?.of(member.id)) ?? [];
  if (clients.length === 0) return null;
  const { say } = visit;
  const list = clients.map((client) => row(client, passwords, visit, field));
  return html`<h2 id="chat">${say.chatClients}</h2>
<p>${say.chatClientsLead}</p>
<ul class="rows">${list}</ul>`;
}

/** POST `/mail/chat/end`: one that is gone already stays so. */
export async function endChatClient(visit: Visit, house: House): Promise<Response> {
  const fields = await house.forms.read(visit.request, visit.secure);
  return forMember(visit, house, async ({ member }) => {
    await house.chat?.end(member.id, fields.get('client') ?? '');
    return seeOther('/mail#chat');
  });
}
