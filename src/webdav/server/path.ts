import { DavError } from '../errors.ts';
import { pathSegmentsMax, segmentBytesMax, targetBytesMax } from '../limits.ts';

/** A URL's path, taken apart. */
export interface UrlPath {
  /** Decoded once, each by itself; none is '', '.' or '..', none holds '/' or a control character. */
  readonly segments: readonly string[];
  /** It ended with a slash. */
  readonly slash: boolean;
}

export interface Target {
  /** Scheme and authority in lower case where it is an absolute URI, else null. */
  readonly origin: string | null;
  /** As it came, without query. */
  readonly path: string;
  /** What stood behind '?'. */
  readonly query: string;
}

const plainPath = /^[A-Za-z0-9\-_~!*'()$&+,;=:@./]*$/;
const plainSegment = /^[A-Za-z0-9\-_~!*'().]+$/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** RFC 9112 §3.2: origin-form or absolute-form. DavError 400 and 414. */
export function readTarget(raw: string): Target {
  if (raw.length > targetBytesMax) throw new DavError(414, `the URL is longer than ${targetBytesMax} bytes`);
  // RFC 9110 §4.1: a fragment is the client's own; what is sent with one was cut together wrongly.
  if (raw.includes('#')) throw new DavError(400, 'a URL with a fragment cannot be asked for');
  const absolute = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?]*)(.*)$/s.exec(raw);
  const rest = absolute ? absolute[2] || '/' : raw;
  const [path, query] = split(rest);
  if (!path.startsWith('/')) throw new DavError(400, 'a path begins with a slash');
  return { origin: absolute?.[1]?.toLowerCase() ?? null, path, query };
}

function split(rest: string): [path: string, query: string] {
  const at = rest.indexOf('?');
  return at < 0 ? [rest, ''] : [rest.slice(0, at), rest.slice(at + 1)];
}

/** The path below a base: '' or what begins with a slash. DavError 400 where no name can be made of it. */
export function readPath(raw: string): UrlPath {
  const slash = raw.endsWith('/');
  const inner = raw.slice(raw.startsWith('/') ? 1 : 0, slash && raw.length > 1 ? -1 : undefined);
  if (inner === '') return { segments: [], slash };
  const parts = inner.split('/');
  if (parts.length > pathSegmentsMax) throw new DavError(414, `a path has at most ${pathSegmentsMax} names`);
  const plain = plainPath.test(inner);
  return { segments: parts.map((part) => checked(plain ? part : decoded(part))), slash };
}

/** One decoding and no more: `%252e` is a name of three characters and digits (THREATS 10). */
function decoded(part: string): string {
  const bytes = Buffer.allocUnsafe(part.length);
  let length = 0;
  for (let at = 0; at < part.length; at++) {
    let code = part.charCodeAt(at);
    if (code === 0x25) {
      const hex = part.slice(at + 1, at + 3);
      if (!/^[0-9A-Fa-f]{2}$/.test(hex)) throw new DavError(400, 'the URL has a % without two hex digits');
      code = Number.parseInt(hex, 16);
      at += 2;
    }
    bytes[length++] = code;
  }
  try {
    return decoder.decode(bytes.subarray(0, length));
  } catch {
    throw new DavError(400, 'the URL is not UTF-8');
  }
}

function checked(name: string): string {
  if (name === '') throw new DavError(400, 'the URL has an empty name: two slashes in a row');
  if (name === '.' || name === '..') throw new DavError(400, `the URL has the name '${name}'`);
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) throw new DavError(400, 'a name holds a control character');
    if (code === 0x2f) throw new DavError(400, 'a name holds a slash');
  }
  if (name.length * 3 > segmentBytesMax && Buffer.byteLength(name) > segmentBytesMax) {
    throw new DavError(400, `a name is longer than ${segmentBytesMax} bytes`);
  }
  return name;
}

/** As clients write it themselves: all but the unreserved characters of RFC 2396 are encoded. Needs no escaping in XML. */
export function encodeSegment(name: string): string {
  return plainSegment.test(name) ? name : encodeURIComponent(name);
}

/** `prefix` and the names, each with a slash before it. */
export function encodePath(prefix: string, path: readonly string[]): string {
  let text = prefix;
  for (const name of path) text += `/${encodeSegment(name)}`;
  return text;
}

export function startsWithPath(path: readonly string[], start: readonly string[]): boolean {
  return path.length >= start.length && start.every((name, at) => path[at] === name);
}
