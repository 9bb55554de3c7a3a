import { Readable } from 'node:stream';
import { StoreError } from '../../base/index.ts';
import { disposition } from '../../net/index.ts';
import { type FileNode, type FileVersion, pathTo } from '../../stores/files/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { problem, seeOther } from '../http/page.ts';
import { listedRows } from '../limits.ts';
import { sizeText } from '../public/size-text.ts';
import { notFound } from './errors.ts';
import { forMember, type SignedIn } from './member.ts';

const moment = (ms: number, { language }: Visit) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(ms);

const numberIn = (text: string | undefined) => (/^[1-9]\d{0,14}$/.test(text ?? '') ? Number(text) : 0);

/** GET `/files/versions`: the member's files that have earlier contents, a page at a time. */
export function showVersioned(visit: Visit, house: House): Promise<Response> {
  return forMember(visit, house, async (self) => {
    const { say, url, language } = visit;
    const after = numberIn(url.searchParams.get('after') ?? '');
    const { files, next } = await house.files.versioned(self.member.id, after, listedRows);
    const rows = files.map(
      ({ node, path, versions, bytes }) =>
        html`<li><a href="/files/versions/${node.id}">${path.join('/')}</a><span class="hint">${say.filesVersionCount(versions)} · ${sizeText(bytes, language)}</span></li>`,
    );
    const more =
      next === null ? null : html`<p><a href="/files/versions?after=${next}">${say.publicMore}</a></p>`;
    return self.page({
      title: say.filesVersions,
      body: html`${rows.length === 0 ? html`<p>${say.filesNoVersions}</p>` : html`<ul class="rows">${rows}</ul>`}${more}
<p><a href="/files">${say.filesBack}</a></p>`,
    });
  });
}

/** A file of the member's own tree; null for what is none. */
async function fileOf({ files }: House, self: SignedIn, id: number): Promise<FileNode | null> {
  const node = id === 0 ? null : await files.node(self.member.id, id);
  return node?.kind === 'file' ? node : null;
}

function button(self: SignedIn, { id }: FileNode, number: number, action: string, text: string): Html {
  return html`<form method="post" action="/files/versions/${id}/${action}">${self.field}<input type="hidden" name="number" value="${number}"><button class="quiet">${text}</button></form>`;
}

async function versionsPage(
  visit: Visit,
  house: House,
  self: SignedIn,
  file: FileNode,
  wrong: string | null = null,
): Promise<Response> {
  const { say, language } = visit;
  const path = await pathTo(house.files, file.account, file.id);
  const versions = await house.files.versions(file.account, file.id);
  const rows = versions.map(
    ({ number, size, modifiedMs, replacedMs }) =>
      html`<li><span><a href="/files/versions/${file.id}/${number}">${moment(modifiedMs, visit)}</a> <span class="hint">${sizeText(size, language)} · ${say.filesUntil(moment(replacedMs, visit))}</span></span>
${button(self, file, number, 'restore', say.filesVersionRestore)}${button(self, file, number, 'remove', say.filesVersionRemove)}</li>`,
  );
  return self.page({
    title: say.filesVersions,
    status: wrong === null ? 200 : 422,
    body: html`${problem(wrong)}<p><strong>${path ?? file.name}</strong></p>
${rows.length === 0 ? html`<p>${say.filesNoVersions}</p>` : html`<ul class="rows">${rows}</ul>`}
<p><a href="/files/versions">${say.filesVersionsAll}</a></p>`,
  });
}

/** GET `/files/versions/<file>`. */
export function showVersions(visit: Visit, house: House): Promise<Response> {
  return forMember(visit, house, async (self) => {
    const file = await fileOf(house, self, numberIn(visit.params.file));
    return file ? versionsPage(visit, house, self, file) : notFound(visit, house);
  });
}

/** GET `/files/versions/<file>/<number>`: to be kept, never shown: what is in it runs nothing here. */
export function sendVersion(visit: Visit, house: House): Promise<Response> {
  return forMember(visit, house, async (self) => {
    const file = await fileOf(house, self, numberIn(visit.params.file));
    const all: readonly FileVersion[] = file ? await house.files.versions(file.account, file.id) : [];
    const version = all.find(({ number }) => String(number) === visit.params.number);
    if (!file || !version) return notFound(visit, house);
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': String(version.size),
      'content-disposition': disposition('attachment', file.name),
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'cache-control': 'private, no-store',
    };
    if (visit.request.method === 'HEAD') return new Response(null, { headers });
    const stream = Readable.toWeb(house.files.open(version)) as ReadableStream<Uint8Array>;
    return new Response(stream, { headers });
  });
}

type Act = (house: House, file: FileNode, number: number) => Promise<unknown>;

function change(act: Act) {
  return async (visit: Visit, house: House): Promise<Response> => {
    const fields = await house.forms.read(visit.request, visit.secure);
    return forMember(visit, house, async (self) => {
      const { say } = visit;
      const file = await fileOf(house, self, numberIn(visit.params.file));
      if (!file) return notFound(visit, house);
      try {
        await act(house, file, numberIn(fields.get('number') ?? ''));
        return seeOther(`/files/versions/${file.id}`);
      } catch (error) {
        const reason = error instanceof StoreError ? error.reason : null;
        if (reason === 'not-found') return versionsPage(visit, house, self, file, say.filesVersionGone);
        if (reason === 'locked') return versionsPage(visit, house, self, file, say.filesLocked);
        if (reason === 'over-quota') return versionsPage(visit, house, self, file, say.filesFull);
        throw error;
      }
    });
  };
}

/** POST `/files/versions/<file>/restore`: what the file holds now becomes a version itself. */
export const restoreVersion = change((house, { account, id }, number) =>
  house.files.restoreVersion(account, id, number, { member: account, tokens: [] }),
);

/** POST `/files/versions/<file>/remove`: for good. */
export const removeVersion = change((house, { account, id }, number) =>
  house.files.removeVersion(account, id, number),
);
