import { DavError } from '../errors.ts';
import { metadataBytesMax, metadataNamesMax, metadataPairsMax } from './limits.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** tus 1.0.0, Upload-Metadata: a key, and behind a space its value in base64; pairs by commas. DavError 400. */
export function readMetadata(text: string | undefined): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (text === undefined || text.trim() === '') return metadata;
  const pairs = text.split(',');
  if (text.length > metadataBytesMax || pairs.length > metadataPairsMax)
    throw new DavError(400, 'Upload-Metadata says too much');
  for (const pair of pairs) {
    const [, key, value = ''] =
      /^\s*([\x21-\x2b\x2d-\x7e]+)(?: ([A-Za-z0-9+/_-]*={0,2}))?\s*$/.exec(pair) ?? [];
    if (key === undefined || metadata.has(key)) throw new DavError(400, 'Upload-Metadata cannot be read');
    try {
      metadata.set(key, utf8.decode(Buffer.from(value, 'base64')));
    } catch {
      throw new DavError(400, `'${key}' of Upload-Metadata is not UTF-8`);
    }
  }
  return metadata;
}

/** What an upload shall become. */
export interface Goal {
  /** Names of the folder below the member's home. */
  readonly folder: readonly string[];
  readonly name: string;
  /** Media type; null: found out from the name. */
  readonly type: string | null;
  readonly modifiedMs: number | null;
}

function nameOf(text: string): string {
  if (text === '' || text === '.' || text === '..' || /[/\0]/.test(text))
    throw new DavError(400, 'Upload-Metadata names what can be no file or folder');
  return text;
}

/** `filename`, and beside it `path` (of the folder), `filetype` and `mtime` (ms since 1970). DavError 400. */
export function goalOf(metadata: ReadonlyMap<string, string>): Goal {
  const filename = metadata.get('filename') ?? metadata.get('name');
  if (filename === undefined) throw new DavError(400, 'Upload-Metadata names no filename');
  const folder = (metadata.get('path') ?? '').split('/').filter((name) => name !== '');
  if (folder.length > metadataNamesMax) throw new DavError(400, 'the path is too deep');
  const modified = metadata.get('mtime') ?? '';
  return {
    folder: folder.map(nameOf),
    name: nameOf(filename),
    type: metadata.get('filetype') || null,
    modifiedMs: /^\d{1,15}$/.test(modified) ? Number(modified) : null,
  };
}
