import type { ZipEntry } from '../../formats/zip/index.ts';
import type { FileNode, FilesReader } from '../../stores/files/index.ts';
import { zipListedRows, zipNameBytesMax, zipNamesMax } from '../limits.ts';

export interface Found {
  readonly node: FileNode;
  /** Names from the archive's first folder on. */
  readonly path: string;
}

/** A backslash is a way down to programs of Windows, and so is what begins like a drive: neither leads out of the archive. */
export function nameInZip(name: string): string {
  const safe = name.normalize('NFC').replaceAll('\\', '\u2216');
  return /^[A-Za-z]:/.test(safe) ? safe.replace(':', '_') : safe;
}

/** A folder and all below it, each folder before what is in it; a page of each is held on the way down. */
export async function* below(
  files: Pick<FilesReader, 'list'>,
  { node, path }: Found,
): AsyncGenerator<Found, void, void> {
  yield { node, path };
  if (node.kind === 'file') return;
  for (let after = ''; ; ) {
    const page = await files.list(node.account, node.id, after, zipListedRows);
    for (const each of page) yield* below(files, { node: each, path: `${path}/${nameInZip(each.name)}` });
    const last = page.at(-1);
    if (!last || page.length < zipListedRows) return;
    after = last.name;
  }
}

/** Whether its list of names, which is held until the end, stays within bounds. */
export async function fits(files: Pick<FilesReader, 'list'>, top: Found): Promise<boolean> {
  let [names, bytes] = [0, 0];
  for await (const { path } of below(files, top)) {
    names++;
    bytes += Buffer.byteLength(path);
    if (names > zipNamesMax || bytes > zipNameBytesMax) return false;
  }
  return true;
}

/** What becomes smaller; photographs, films and archives do not. */
const shrinks =
  /^text\/|^application\/(json|xml|javascript|sql|rtf|msword|x-tar|wasm|postscript)\b|\+(json|xml)\b|^image\/(bmp|svg|tiff)|^audio\/(x-)?wav/;

/** Files as they are when their turn comes: what is gone by then is left out. */
export async function* entriesOf(
  files: Pick<FilesReader, 'list' | 'node' | 'open'>,
  top: Found,
): AsyncGenerator<ZipEntry, void, void> {
  for await (const { node, path } of below(files, top)) {
    if (node.kind === 'folder') {
      yield { path, modifiedMs: node.modifiedMs };
      continue;
    }
    const now = await files.node(node.account, node.id);
    if (now?.kind !== 'file') continue;
    const level = shrinks.test(now.type) ? 6 : 0;
    yield { path, modifiedMs: now.modifiedMs, file: { bytes: now.size, level, open: () => files.open(now) } };
  }
}
