import type { MimePart } from './types.ts';

export interface ByteRange {
  start: number;
  end: number;
}

/** Writes the part numbers of RFC 9051 §6.4.5 into a tree; see `MimePart.path`. */
export function numberParts(root: MimePart): void {
  numberFrom(root, '');
}

function numberFrom(part: MimePart, path: string): void {
  part.path = path;
  const prefix = path === '' ? '' : `${path}.`;
  for (const [i, child] of part.children.entries()) numberFrom(child, `${prefix}${i + 1}`);
  if (!part.message) return;
  const { root } = part.message;
  const own = path === '' ? '1' : path;
  numberFrom(root, root.children.length > 0 ? own : `${own}.1`);
}

/**
 * The part a section number names: '' the message itself, '1' also the only part of a message that is no
 * multipart, '2.1' the first part of the message at '2'. Undefined where there is none.
 */
export function findPart(root: MimePart, path: string): MimePart | undefined {
  if (path === '') return root;
  let part: MimePart | undefined = root;
  let atTop = true;
  for (const digits of path.split('.')) {
    if (!/^[1-9]\d{0,8}$/.test(digits)) return undefined;
    const number = Number(digits);
    if (!atTop && part.message) {
      part = part.message.root;
      atTop = true;
    }
    if (part.children.length > 0) {
      part = part.children[number - 1];
      atTop = false;
    } else if (atTop && number === 1) atTop = false;
    else return undefined;
    if (!part) return undefined;
  }
  return part;
}

/**
 * Where the bytes of BODY[path.what] are; `null` is BODY[path]. HEADER and TEXT are those of the message at `path`,
 * or of the whole; MIME is the header of the part. Undefined where the section does not exist.
 */
export function sectionRange(
  root: MimePart,
  path: string,
  what: 'MIME' | 'HEADER' | 'TEXT' | null,
): ByteRange | undefined {
  const part = findPart(root, path);
  if (!part) return undefined;
  if (what === null) return { start: path === '' ? part.headerStart : part.bodyStart, end: part.bodyEnd };
  if (what === 'MIME') return path === '' ? undefined : headerOf(part);
  const message = path === '' ? part : part.message?.root;
  if (!message) return undefined;
  return what === 'HEADER' ? headerOf(message) : { start: message.bodyStart, end: message.bodyEnd };
}

function headerOf(part: MimePart): ByteRange {
  return { start: part.headerStart, end: part.bodyStart };
}
