import { decodeCharset } from './charset.ts';
import { htmlToText } from './html.ts';
import { previewCharsMax, previewSourceBytesMax } from './limits.ts';
import { decodeBody } from './transfer.ts';
import type { MimePart } from './types.ts';

const isPlain = ({ subtype }: MimePart) => subtype === 'plain' || subtype === 'enriched';
const isHtml = ({ subtype }: MimePart) => subtype === 'html' || subtype === 'xhtml+xml';

/** Looks for the text that a list of messages shows, while the parts of a message go by. */
export class Preview {
  #sourceBytes = 0;
  #plain = '';
  #html = '';

  /** Of the first plain part that says something, else of the first HTML part; never of an attachment. */
  get text(): string {
    return this.#plain || this.#html;
  }

  /** How many bytes of the body of a text part to keep for `addBody`, encoded. */
  wantedBytes(part: MimePart): number {
    const better = this.#plain === '' && (isPlain(part) || (this.#html === '' && isHtml(part)));
    if (!better || part.disposition?.type === 'attachment') return 0;
    return previewSourceBytesMax - this.#sourceBytes;
  }

  addBody(part: MimePart, body: Buffer): void {
    this.#sourceBytes += body.length;
    const decoded = partText(part, body);
    if (isHtml(part)) this.#html = collapse(htmlToText(decoded));
    else this.#plain = collapse(decoded);
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
