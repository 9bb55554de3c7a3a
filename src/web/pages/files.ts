import { publicAccount } from '../../accounts/index.ts';
import { type Link, pathTo, type Received, type Share, type TrashEntry } from '../../stores/files/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { problem } from '../http/page.ts';
import { listedRows } from '../limits.ts';
import { webAddress } from '../links.ts';
import { sizeText } from '../public/size-text.ts';
import { forMember, type SignedIn } from './member.ts';

const day = (ms: number, { language }: Visit) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(ms);

const until = (ms: number, visit: Visit) =>
  ms === 0 ? null : html` · ${visit.say.filesUntil(day(ms, visit))}`;

/** A button that posts one value. */
function act(self: SignedIn, action: string, id: string | number, text: string): Html {
  return html`<form method="post" action="${action}">${self.field}<input type="hidden" name="id" value="${id}"><button class="quiet">${text}</button></form>`;
}

function rightsText(rights: Share['rights'] | Link['rights'], { say }: Visit): string {
  const texts = {
    read: say.filesRead,
    write: say.filesWrite,
    reshare: say.filesReshare,
    drop: say.filesDrop,
  } as const satisfies Record<Share['rights'] | Link['rights'], string>;
  return texts[rights];
}

async function nameOf(house: House, member: number): Promise<string> {
  if (member === publicAccount) return house.settings.value.coop.name;
  return (await house.accounts.accounts.member(member))?.address ?? '?';
}

const choice = (visit: Visit, of: readonly (Share['rights'] | Link['rights'])[], id: string) =>
  html`<label for="${id}">${visit.say.filesRights}</label>
<select id="${id}" name="rights">${of.map((one) => html`<option value="${one}">${rightsText(one, visit)}</option>`)}</select>`;

const input = (name: string, id: string, label: string, type: string, more: Html = html``) =>
  html`<label for="${id}">${label}</label>\n<input id="${id}" name="${name}" type="${type}" autocomplete="off"${more}>\n`;

async function shares(visit: Visit, house: House, self: SignedIn): Promise<Html> {
  const { say } = visit;
  const rows: Html[] = [];
  for (const share of (await house.sharing.sharesBy(self.member.id)).slice(0, listedRows)) {
    const path = await pathTo(house.files, share.account, share.node);
    if (path === null) continue;
    const who = share.to.kind === 'group' ? share.to.address : await nameOf(house, share.to.member);
    rows.push(html`<li><span><strong>${path}</strong> <span class="hint">${who} · ${rightsText(share.rights, visit)}${until(share.expiresMs, visit)}</span></span>
${act(self, '/files/share/revoke', share.id, say.filesUnshare)}</li>`);
  }
  return html`<h2 id="shares">${say.filesShares}</h2>
${rows.length === 0 ? html`<p>${say.filesNoShares}</p>` : html`<ul class="rows">${rows}</ul>`}
<form class="card" method="post" action="/files/share">
${self.field}
${input('path', 'share-path', say.filesPath, 'text', html` placeholder="Letters/2026" required`)}${input('with', 'share-with', say.filesWith, 'text', html` inputmode="email" autocapitalize="none" required`)}${choice(visit, ['read', 'write', 'reshare'], 'share-rights')}
${input('until', 'share-until', say.filesUntilLabel, 'date')}<button>${say.filesShare}</button>
</form>`;
}

async function received(visit: Visit, house: House, self: SignedIn): Promise<Html> {
  const { say } = visit;
  const groups = await house.accounts.accounts.groupsOf(self.member.id);
  const all: readonly Received[] = await house.sharing.receivedBy(self.member.id, groups);
  const rows: Html[] = [];
  for (const { share, name, rights } of all.slice(0, listedRows))
    rows.push(html`<li><span><strong>${name}</strong> <span class="hint">${await nameOf(house, share.account)} · ${rightsText(rights, visit)}</span></span>
${act(self, '/files/share/leave', share.id, say.filesLeave)}</li>`);
  return html`<h2 id="received">${say.filesReceived}</h2>
<p>${say.filesReceivedLead(house.sharedName)}</p>
${rows.length === 0 ? null : html`<ul class="rows">${rows}</ul>`}`;
}

async function links(visit: Visit, house: House, self: SignedIn): Promise<Html> {
  const { say } = visit;
  const rows: Html[] = [];
  for (const link of (await house.sharing.linksBy(self.member.id)).slice(0, listedRows)) {
    const path = await pathTo(house.files, link.account, link.node);
    if (path === null) continue;
    const address = webAddress(house.settings.value, `/s/${link.token}`, house.open());
    const facts = [
      rightsText(link.rights, visit),
      ...(link.label === '' ? [] : [link.label]),
      ...(link.hasPassword ? [say.filesHasPassword] : []),
      say.filesDownloads(link.downloads),
      ...(link.downloadsLeft === null ? [] : [say.filesLeft(link.downloadsLeft)]),
    ].join(' · ');
    rows.push(html`<li><span><strong>${path}</strong> <span class="hint">${facts}${until(link.expiresMs, visit)}</span><br><a href="${address}">${address}</a></span>
${act(self, '/files/link/revoke', link.token, say.filesUnlink)}</li>`);
  }
  const form = html`<form class="card" method="post" action="/files/link">
${self.field}
${input('path', 'link-path', say.filesPath, 'text', html` required`)}${choice(visit, ['read', 'write', 'drop'], 'link-rights')}
${input('label', 'link-label', say.filesLabel, 'text', html` maxlength="200"`)}${input('password', 'link-password', say.filesPassword, 'text')}${input('until', 'link-until', say.filesUntilLabel, 'date')}${input('downloads', 'link-downloads', say.filesDownloadsMax, 'number', html` min="1"`)}<button>${say.filesMakeLink}</button>
</form>`;
  const mayLink = house.settings.value.files.links === 'everybody';
  return html`<h2 id="links">${say.filesLinks}</h2>
<p>${say.filesLinksLead}</p>
${rows.length === 0 ? null : html`<ul class="rows">${rows}</ul>`}${mayLink ? form : html`<p>${say.filesLinksOff}</p>`}`;
}

async function trash(visit: Visit, house: House, self: SignedIn): Promise<Html | null> {
  const { say } = visit;
  const entries: readonly TrashEntry[] = await house.files.trash(self.member.id, 0, listedRows);
  if (entries.length === 0) return null;
  const rows = entries.map(
    ({
      node,
      from,
      removedMs,
    }) => html`<li><span><strong>${[...from, node.name].join('/')}</strong> <span class="hint">${sizeText(node.size, visit.language)} · ${day(removedMs, visit)}</span></span>
${act(self, '/files/trash/restore', node.id, say.filesRestore)}</li>`,
  );
  return html`<h2 id="trash">${say.filesTrash}</h2>\n<ul class="rows">${rows}</ul>`;
}

/** The page of a member's files; `wrong`: what was wrong with the form it was reached by. */
export async function filesPage(
  visit: Visit,
  house: House,
  self: SignedIn,
  wrong: string | null = null,
): Promise<Response> {
  const { say, language } = visit;
  const { used, quota } = await house.files.usage(self.member.id);
  const handle = house.accounts.accounts.handleOf(self.member);
  const address = webAddress(house.settings.value, `/dav/files/${encodeURIComponent(handle)}/`, house.open());
  const taken = sizeText(used, language);
  return self.page({
    title: say.yourFiles,
    status: wrong === null ? 200 : 422,
    body: html`${problem(wrong)}<p>${say.filesLead}</p>
<div class="card"><dl class="wide">
<dt>${say.filesMount}</dt><dd>${address}</dd>
<dt>${say.userName}</dt><dd>${self.member.address}</dd>
<dt>${say.filesUsed}</dt><dd>${quota === null ? taken : say.filesUsedOf(taken, sizeText(quota, language))}</dd>
</dl></div>
<form class="card" method="get" action="/files/zip">
${input('path', 'zip-path', say.filesZip, 'text', html` placeholder="Letters/2026"`)}<button>${say.filesZipGet}</button>
</form>
${await shares(visit, house, self)}
${await received(visit, house, self)}
${await links(visit, house, self)}
<p><a href="/files/versions">${say.filesVersionsAll}</a></p>
${await trash(visit, house, self)}`,
  });
}

/** GET `/files`: what is shared with whom, links, what was removed. */
export function showFiles(visit: Visit, house: House): Promise<Response> {
  return forMember(visit, house, (self) => filesPage(visit, house, self));
}
