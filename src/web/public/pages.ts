import type { FileNode } from '../../stores/files/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { page, problem } from '../http/page.ts';
import { listedRows } from '../limits.ts';
import { addressOf, type Place } from './place.ts';
import { sizeText } from './size-text.ts';

function facts({ kind, size, modifiedMs }: FileNode, { language }: Visit): string {
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(modifiedMs);
  return kind === 'folder' ? date : `${sizeText(size, language)} · ${date}`;
}

function uploadForm({ say }: Visit): Html {
  return html`<form class="card" method="post" enctype="multipart/form-data">
<label for="files">${say.publicFiles}</label>
<input id="files" name="files" type="file" multiple required>
<p class="hint">${say.publicNumbered}</p>
<button>${say.publicSend}</button>
</form>`;
}

/** How many files were taken, as the address says behind an upload. */
function thanks({ url, say }: Visit): Html | null {
  const count = /^\d{1,4}$/.test(url.searchParams.get('taken') ?? '')
    ? Number(url.searchParams.get('taken'))
    : null;
  return count === null ? null : html`<p role="status">${say.publicTaken(count)}</p>\n`;
}

/** Files go in; nothing is seen of what is there, not even the folder's name. */
export function dropPage(visit: Visit, house: House, { link }: Place): Response {
  const { say } = visit;
  return page(visit, house, {
    title: link.label === '' ? say.publicDrop : link.label,
    body: html`${thanks(visit)}<p>${say.publicDropLead}</p>\n${uploadForm(visit)}`,
  });
}

/** The page of a link to one file: looking at it counts as no download. */
export function filePage(visit: Visit, house: House, { link, node }: Place): Response {
  const { say } = visit;
  const left =
    link.downloadsLeft === null ? null : html`<p class="hint">${say.publicLeft(link.downloadsLeft)}</p>`;
  return page(visit, house, {
    title: node.name,
    body: html`<p>${facts(node, visit)}</p>
<p><a class="button" href="${addressOf(link, [])}?download">${say.publicDownload}</a></p>${left}`,
  });
}

function crumbs({ link, path }: Place, name: string): Html | null {
  if (path.length === 0) return null;
  const steps = path.slice(0, -1).map((step, at) => {
    return html` / <a href="${addressOf(link, path.slice(0, at + 1))}">${step}</a>`;
  });
  return html`<p><a href="${addressOf(link, [])}">${name}</a>${steps}</p>\n`;
}

function row(visit: Visit, { link, path }: Place, node: FileNode): Html {
  const address = addressOf(link, [...path, node.name]);
  const mark = node.kind === 'folder' ? '/' : '';
  const download =
    node.kind === 'folder' ? null : html` · <a href="${address}?download">${visit.say.publicDownload}</a>`;
  return html`<li><a href="${address}">${node.name}${mark}</a><span class="hint">${facts(node, visit)}${download}</span></li>`;
}

/** What is in a folder, a page at a time. */
export async function folderPage(visit: Visit, house: House, place: Place): Promise<Response> {
  const { say, url } = visit;
  const { link, node, path } = place;
  const after = url.searchParams.get('after') ?? '';
  const found = await house.files.list(node.account, node.id, after, listedRows + 1);
  const rows = found.slice(0, listedRows);
  const last = rows.at(-1);
  const more =
    found.length > listedRows && last
      ? html`<p><a href="${addressOf(link, path)}?after=${encodeURIComponent(last.name)}">${say.publicMore}</a></p>`
      : null;
  const root = path.length === 0 ? node : await house.files.node(link.account, link.node);
  const list = html`<ul class="rows">${rows.map((one) => row(visit, place, one))}</ul>`;
  const zip = html`<p><a class="button" href="${addressOf(link, path)}?zip">${say.zipAll}</a></p>\n`;
  return page(visit, house, {
    title: node.name,
    body: html`${thanks(visit)}${crumbs(place, root?.name ?? '')}${rows.length === 0 ? null : zip}${rows.length === 0 ? html`<p>${say.publicEmpty}</p>` : list}${more}
${link.rights === 'write' ? uploadForm(visit) : null}`,
  });
}

/** What went wrong with an upload; what was taken before it is there. */
export function refusedPage(visit: Visit, house: House, text: string, status: number): Response {
  const { say } = visit;
  const body = html`${problem(text)}<p><a class="button" href="${visit.url.pathname}">${say.publicAgain}</a></p>`;
  return page(visit, house, { title: say.publicRefused, body, status });
}
