import { FormatError } from '../../base/index.ts';
import { tagsMax } from './limits.ts';

/**
 * `v=DMARC1; p=none;` as names and values in their order (RFC 6376 §3.2): names in lower case, values as written without
 * the white space around them.
 */
export function readTags(text: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  const parts = text.split(';');
  if (parts.at(-1)?.trim() === '') parts.pop();
  if (parts.length > tagsMax) throw new FormatError(`more than ${tagsMax} tags`);
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = part.slice(0, equals < 0 ? part.length : equals).trim();
    if (equals < 0) throw new FormatError(`'${shown(name)}' has no value: expected name=value`);
    if (!/^[a-z][a-z0-9_]*$/i.test(name)) throw new FormatError(`'${shown(name)}' is no name of a tag`);
    const key = name.toLowerCase();
    if (tags.has(key)) throw new FormatError(`'${key}' stands twice`);
    tags.set(key, part.slice(equals + 1).trim());
  }
  return tags;
}

/** The first tag must be `v=` with this very value. */
export function checkVersion(tags: ReadonlyMap<string, string>, version: string): void {
  const [first] = tags;
  if (first?.[0] !== 'v' || first[1] !== version) throw new FormatError(`does not begin with v=${version}`);
}

/** A piece of somebody's record in a sentence of ours. */
export function shown(text: string): string {
  const line = text.replace(/[^\x20-\x7e]/g, '?');
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

/** A list such as `mailto:a@b, https://c`: each with its scheme in lower case. */
export function readUris(text: string, schemes: readonly string[]): string[] {
  return text.split(',').map((entry) => {
    const uri = entry.trim();
    const scheme = /^([a-z][a-z0-9+.-]*):./i.exec(uri)?.[1]?.toLowerCase();
    if (scheme === undefined || !schemes.includes(scheme)) {
      throw new FormatError(`'${shown(uri)}' is no address that starts with ${schemes.join(': or ')}:`);
    }
    if (scheme === 'mailto' && !/^mailto:[^@\s]+@[^@\s]+$/i.test(uri)) {
      throw new FormatError(`'${shown(uri)}' names no mail address`);
    }
    return uri;
  });
}
