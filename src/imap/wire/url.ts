import { Decoder } from './decoder.ts';
import { SyntaxFault } from './fault.ts';
import { parseSection, type Section } from './sections.ts';

/** A message, or a part of one, of the server that is spoken to. RFC 5092 §5.1, RFC 5550 §3.1 for `partial`. */
export interface MessageUrl {
  /** The mailbox, in Unicode; `relative` names stand beside the selected one; null is the selected one itself. */
  readonly mailbox: { readonly name: string; readonly relative: boolean } | null;
  readonly uidValidity: number | null;
  readonly uid: number;
  /** Null is the whole message. */
  readonly section: Section | null;
  /** `length` null: up to the end. */
  readonly partial: { readonly offset: number; readonly length: number | null } | null;
}

const form =
  /^([^;?#]*)(?:;UIDVALIDITY=([1-9]\d{0,9}))?\/?;UID=([1-9]\d{0,9})(?:\/?;SECTION=([^;?#]+?))?(?:\/?;PARTIAL=(\d{1,15})(?:\.([1-9]\d{0,14}))?)?$/i;
const number32Max = 0xffff_ffff;

/**
 * `/mailbox;UIDVALIDITY=n/;UID=n/;SECTION=s/;PARTIAL=n.n`, parts of it optional. Null where the text is no such
 * URL: also where it has a scheme or a server (RFC 4469 §3 knows only those of the session itself).
 */
export function parseMessageUrl(text: string): MessageUrl | null {
  const match = form.exec(text);
  if (match === null || /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(text)) return null;
  const [, path = '', uidValidity, uid, section, offset, length] = match;
  const name = decodePercent(path.replace(/^\//, '').replace(/\/$/, ''));
  const inside = section === undefined ? null : decodeSection(section);
  const numbers = [Number(uid), Number(uidValidity ?? 1)];
  if (name === null || inside === undefined || numbers.some((value) => value > number32Max)) return null;
  return {
    mailbox: name === '' ? null : { name, relative: !path.startsWith('/') },
    uidValidity: uidValidity === undefined ? null : Number(uidValidity),
    uid: Number(uid),
    section: inside,
    partial: offset === undefined ? null : { offset: Number(offset), length: length ? Number(length) : null },
  };
}

/** Percent-encoded UTF-8; null where it is none, or holds what no name may. */
function decodePercent(text: string): string | null {
  if (/[^!-~]/.test(text)) return null;
  try {
    const decoded = decodeURIComponent(text);
    return /\p{Cc}/u.test(decoded) ? null : decoded;
  } catch {
    return null;
  }
}

/** Undefined where it is no section. */
function decodeSection(text: string): Section | undefined {
  const decoded = decodePercent(text);
  if (decoded === null) return undefined;
  try {
    const decoder = new Decoder([{ kind: 'text', bytes: Buffer.from(`[${decoded}]`) }]);
    const section = parseSection(decoder);
    decoder.end();
    return section;
  } catch (error) {
    if (error instanceof SyntaxFault) return undefined;
    throw error;
  }
}
