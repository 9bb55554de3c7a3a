import type { AddressEntry } from '../address/index.ts';
import { decodeCharset } from './charset.ts';
import { decodeHeader } from './encoded-words.ts';
import { htmlToText } from './html.ts';
import { previewCharsMax, searchTextCharsMax, textSourceBytesMax } from './limits.ts';
import { composed } from './nfc.ts';
import { fileName } from './part.ts';
import { decodeBody } from './transfer.ts';
import type { MimePart } from './types.ts';

/** Gathers what is searched and shown of a message while its parts go by. */
export class SearchText {
  #lines: string[] = [];
  #chars = 0;
  #truncated = false;
  #sourceBytes = 0;
  #plain = '';
  #html = '';

  /** How many encoded bytes of text bodies may still be kept. */
  get budgetBytes(): number {
    return this.#chars >= searchTextCharsMax ? 0 : textSourceBytesMax - this.#sourceBytes;
  }

  get text(): string {
    return composed(this.#lines.join('\n')).slice(0, searchTextCharsMax).toWellFormed();
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  /** Of the first plain part that says something, else of the first HTML part; never of an attachment. */
  get preview(): string {
    return this.#plain || this.#html;
  }

  addLine(text: string): void {
    const room = searchTextCharsMax - this.#chars;
    const normal = text.length > room ? text.slice(0, Math.max(0, room)) : text;
    if (normal.length < text.length) this.#truncated = true;
    if (normal === '') return;
    this.#lines.push(normal);
    this.#chars += normal.length + 1;
  }

  /** Whether nothing more fits, so that what comes need not even be decoded. */
  #skips(): boolean {
    if (this.#chars < searchTextCharsMax) return false;
    this.#truncated = true;
    return true;
  }

  addSubject(raw: string | null): void {
    if (raw && !this.#skips()) this.addLine(decodeHeader(raw));
  }

  addAddresses(entries: readonly AddressEntry[]): void {
    for (const entry of entries) {
      if (this.#skips()) return;
      if (entry.kind === 'group') {
        this.addLine(decodeHeader(entry.name));
        this.addAddresses(entry.members);
        continue;
      }
      const spec = entry.domain === '' ? entry.local : `${entry.local}@${entry.domain}`;
      this.addLine(entry.name === null ? spec : `${decodeHeader(entry.name)} ${spec}`);
    }
  }

  addFileName(part: MimePart): void {
    const name = this.#skips() ? null : fileName(part);
    if (name !== null) this.addLine(name);
  }

  /** The body of a text part, still encoded; `whole` false where its end was not kept. */
  addBody(part: MimePart, body: Buffer, whole: boolean): void {
    this.#sourceBytes += body.length;
    if (!whole) this.#truncated = true;
    if (body.length === 0) return;
    const decoded = partText(part, body);
    const isHtml = part.subtype === 'html' || part.subtype === 'xhtml+xml';
    const text = isHtml ? htmlToText(decoded) : decoded;
    this.addLine(text);
    if (part.disposition?.type === 'attachment') return;
    if (this.#plain !== '') return;
    if (isHtml) this.#html ||= collapse(text);
    else if (part.subtype === 'plain' || part.subtype === 'enriched') this.#plain ||= collapse(text);
  }
}

/** The body of a text part, as it stands in the message, decoded; HTML with its tags. */
export function partText(part: MimePart, body: Uint8Array): string {
  const charset = part.params.find(([name]) => name === 'charset')?.[1] ?? 'us-ascii';
  return decodeCharset(decodeBody(body, part.encoding), charset);
}

// What newsletters stuff their previews with: soft hyphens, joiners, combining grapheme joiners.
const invisible = /^(?:\p{Cf}|\u034f)+$/u;

/** The beginning of a text with every run of white space as one space, words without ink left out. */
function collapse(text: string): string {
  let out = '';
  // Words are looked at from the start until there are enough: the rest of the text costs nothing.
  for (const match of text.matchAll(/[^\s\p{Cc}\u200b\ufeff]+/gu)) {
    if (invisible.test(match[0])) continue;
    out += (out === '' ? '' : ' ') + match[0].slice(0, previewCharsMax + 1);
    if (out.length >= previewCharsMax) break;
  }
  if (out.length <= previewCharsMax) return out.toWellFormed();
  const cut = out.slice(0, previewCharsMax);
  return (cut.isWellFormed() ? cut : cut.slice(0, -1)).toWellFormed().trimEnd();
}
