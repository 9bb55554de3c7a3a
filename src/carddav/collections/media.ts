import { refusal } from '../conditions.ts';

export type ServedVersion = '3.0' | '4.0';

export const servedVersions: readonly ServedVersion[] = ['3.0', '4.0'];

/** What cards were called before RFC 6350; such a client reads version 3.0. */
const older: ReadonlySet<string> = new Set(['text/x-vcard', 'text/directory']);
/** Said by clients that do not know what they send. */
const unsaid: ReadonlySet<string> = new Set(['', 'application/octet-stream', 'text/plain']);

/** DavError 415 where a body is said to be no card (RFC 6352 §6.3.2.1). */
export function demandCardType(header: string | null): void {
  const [type = ''] = (header ?? '').split(';');
  const name = type.trim().toLowerCase();
  if (name === 'text/vcard' || older.has(name) || unsaid.has(name)) return;
  throw refusal('supported-address-data', 'address books hold text/vcard', '', 415);
}

export const contentTypeOf = (version: string): string => `text/vcard; charset=utf-8; version=${version}`;

interface Range {
  readonly type: string;
  readonly version: string | null;
  readonly quality: number;
}

/**
 * Which version a GET is to be answered with (RFC 6352 §5.1.1, RFC 9110 §12.5.1): as it is kept, unless the client likes the
 * other better. Null: neither.
 */
export function versionFor(accept: string, kept: ServedVersion): ServedVersion | null {
  const ranges = accept.split(',').map(readRange);
  const other = kept === '3.0' ? '4.0' : '3.0';
  const [own, converted] = [qualityOf(ranges, kept), qualityOf(ranges, other)];
  if (own === 0 && converted === 0) return null;
  return converted > own ? other : kept;
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const value = (name: string) =>
    parameters
      .find((parameter) => parameter.startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .replaceAll('"', '');
  const quality = Number(value('q') ?? '1');
  const version = older.has(type) ? '3.0' : (value('version') ?? null);
  return { type, version, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The most specific range that fits decides. */
function qualityOf(ranges: readonly Range[], version: ServedVersion): number {
  const fits: readonly ((range: Range) => boolean)[] = [
    (range) => (range.type === 'text/vcard' || older.has(range.type)) && range.version === version,
    (range) => range.type === 'text/vcard' && range.version === null,
    (range) => range.type === 'text/*',
    (range) => range.type === '*/*',
  ];
  for (const fit of fits) {
    const found = ranges.find(fit);
    if (found) return found.quality;
  }
  return 0;
}
