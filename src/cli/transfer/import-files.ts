import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../../base/index.ts';
import type { By, FileNode, FilesWriter } from '../../stores/files/index.ts';
import type { Session } from '../admin/index.ts';

export interface ImportedFiles {
  readonly files: number;
  readonly folders: number;
  /** Already there with the same content. An import that was interrupted is simply run again. */
  readonly known: number;
  readonly refused: readonly { readonly place: string; readonly reason: string }[];
}

/** What is about one file; anything else ends the import. */
const aboutOne: ReadonlySet<string> = new Set(['invalid', 'too-large', 'exists', 'locked', 'conflict']);

class Import {
  readonly #files: FilesWriter;
  readonly #by: By;
  readonly #session: Session;
  readonly #refused: { place: string; reason: string }[] = [];
  #counts = { files: 0, folders: 0, known: 0 };

  constructor(files: FilesWriter, by: By, session: Session) {
    this.#files = files;
    this.#by = by;
    this.#session = session;
  }

  get result(): ImportedFiles {
    return { ...this.#counts, refused: this.#refused };
  }

  async take(dir: string, folder: FileNode): Promise<void> {
    for (const name of (await readdir(dir)).sort()) {
      this.#session.signal.throwIfAborted();
      const place = join(dir, name);
      try {
        await this.#one(place, name, folder);
      } catch (error) {
        const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        if (!missing && !(error instanceof StoreError && aboutOne.has(error.reason))) throw error;
        this.#refused.push({ place, reason: missing ? 'it cannot be found by its name' : error.message });
      }
    }
  }

  async #one(place: string, name: string, { account, id }: FileNode): Promise<void> {
    const found = await lstat(place);
    const { chain, missing } = await this.#files.find(account, [name], id);
    const there = missing.length === 0 ? chain.at(-1) : undefined;
    const target = { account, folder: id, name };
    if (found.isDirectory()) {
      if (there?.kind === 'file') throw new StoreError('exists', 'a file has that name');
      if (!there) this.#counts.folders++;
      await this.take(place, there ?? (await this.#files.makeFolder(target, { by: this.#by })));
      return;
    }
    // A link may lead anywhere on the operator's machine (THREATS 10).
    if (!found.isFile()) throw new StoreError('invalid', 'it is neither a file nor a folder');
    const content = await this.#files.stage(account, createReadStream(place), found.size);
    try {
      if (there?.kind === 'file' && there.hash === content.hash) {
        this.#counts.known++;
        return;
      }
      await this.#files.put(target, content, { by: this.#by, modifiedMs: Math.floor(found.mtimeMs) });
    } finally {
      content.release();
    }
    this.#counts.files++;
    if (this.#counts.files % 100 === 0)
      this.#session.progress({ what: 'files imported', done: this.#counts.files });
  }
}

/** Puts a folder's files into the member's home, with their times; what has other content there becomes a version. */
export async function importFiles(
  files: FilesWriter,
  account: number,
  dir: string,
  session: Session,
): Promise<ImportedFiles> {
  const root = await files.root(account);
  const work = new Import(files, { member: account, tokens: [] }, session);
  await work.take(dir, root);
  return work.result;
}
