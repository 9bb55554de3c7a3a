import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { randomToken, StoreError } from '../../base/index.ts';
import { syncFolder, syncFolderNow } from './disk.ts';
import { limits } from './limits.ts';
import { parseSegmentName, segmentName } from './segment-file.ts';

interface OpenFile {
  readonly opened: Promise<FileHandle>;
  /** Once it is open. */
  handle: FileHandle | null;
  users: number;
  /** Closed as soon as nobody uses it. */
  dropped: boolean;
}

function closeUnused(file: OpenFile): void {
  if (file.users > 0) return;
  file.opened.then((handle) => handle.close()).catch(() => {});
}

function failed(opened: Promise<unknown>): Promise<boolean> {
  return opened.then(
    () => false,
    () => true,
  );
}

/** Paths and open files of a blob folder: `segments/`, `files/ab/<hash>`, `incoming/`. Names come from numbers and hashes only. */
export class BlobFiles {
  readonly segments: string;
  readonly #files: string;
  readonly #incoming: string;
  /** Kind by number; only one file exists per number. */
  readonly #known = new Map<number, 'raw' | 'zst'>();
  /** By segment, or by the hash of a file of its own; the longest unused first. */
  readonly #open = new Map<number | string, OpenFile>();
  /** The one used last. */
  #newest: OpenFile | null = null;
  /** Folders of `files/` whose own name is durable. */
  readonly #durable = new Set<string>();
  #last = 0;

  constructor(folder: string) {
    this.segments = join(folder, 'segments');
    this.#files = join(folder, 'files');
    this.#incoming = join(folder, 'incoming');
    // What a crash left half received was never acknowledged.
    rmSync(this.#incoming, { recursive: true, force: true });
    for (const path of [this.segments, this.#files, this.#incoming])
      mkdirSync(path, { recursive: true, mode: 0o700 });
    for (const path of [folder, dirname(folder)]) syncFolderNow(path);
    for (const name of readdirSync(this.segments)) {
      const parsed = parseSegmentName(name);
      if (!parsed) continue;
      this.#known.set(parsed.segment, parsed.kind);
      this.#last = Math.max(this.#last, parsed.segment);
    }
  }

  nextSegment(kind: 'raw' | 'zst'): number {
    this.#last++;
    this.#known.set(this.#last, kind);
    return this.#last;
  }

  /** Segments on disk with their kind and size. */
  listSegments(): { segment: number; kind: 'raw' | 'zst'; bytes: number }[] {
    const found: { segment: number; kind: 'raw' | 'zst'; bytes: number }[] = [];
    for (const [segment, kind] of this.#known) {
      const entry = statSync(join(this.segments, segmentName(segment, kind)), { throwIfNoEntry: false });
      if (entry) found.push({ segment, kind, bytes: entry.size });
    }
    return found;
  }

  temporary(): string {
    return join(this.#incoming, randomToken(80));
  }

  pathOf(hash: string): string {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new StoreError('corrupt', 'a blob has no proper hash');
    return join(this.#files, hash.slice(0, 2), hash);
  }

  /** Gives a temporary file its final name, durably. */
  async adopt(temporary: string, hash: string): Promise<void> {
    const path = this.pathOf(hash);
    const folder = dirname(path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(temporary, path);
    await syncFolder(folder);
    if (this.#durable.has(folder)) return;
    await syncFolder(this.#files);
    this.#durable.add(folder);
  }

  /** Runs `work` on the open file; it stays open until `work` is over, whoever removes or crowds it out meanwhile. */
  async withFile<T>(segment: number, hash: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
    const key = segment === 0 ? hash : segment;
    const file = this.#open.get(key) ?? this.#opening(segment, hash);
    this.#used(key, file);
    file.users++;
    try {
      file.handle = await file.opened;
      return await work(file.handle);
    } catch (error) {
      if (await failed(file.opened)) this.#forget(key, file);
      throw error;
    } finally {
      file.users--;
      if (file.dropped) closeUnused(file);
      this.#trim();
    }
  }

  #opening(segment: number, hash: string): OpenFile {
    const kind = this.#known.get(segment);
    if (segment !== 0 && kind === undefined)
      throw new StoreError('corrupt', 'a segment is missing', { segment });
    const path = segment === 0 ? this.pathOf(hash) : join(this.segments, segmentName(segment, kind ?? 'raw'));
    return { opened: open(path, 'r'), handle: null, users: 0, dropped: false };
  }

  /** The newest stand last, so that the first are those longest unused. */
  #used(key: number | string, file: OpenFile): void {
    if (this.#newest === file) return;
    this.#open.delete(key);
    this.#open.set(key, file);
    this.#newest = file;
  }

  /** The descriptor of a file that is open; good until the caller lets others run. Null: `withFile` opens it. */
  descriptorOf(segment: number, hash: string): number | null {
    const key = segment === 0 ? hash : segment;
    const file = this.#open.get(key);
    if (file === undefined || file.handle === null) return null;
    this.#used(key, file);
    return file.handle.fd;
  }

  /** Files in use may exceed the limit for the moment; unused ones do not. */
  #trim(): void {
    for (const [key, file] of this.#open) {
      if (this.#open.size <= limits.openFilesMax) return;
      if (file.users === 0) this.#forget(key, file);
    }
  }

  #forget(key: number | string, file: OpenFile): void {
    if (this.#open.get(key) === file) this.#open.delete(key);
    if (this.#newest === file) this.#newest = null;
    file.dropped = true;
    closeUnused(file);
  }

  get openFiles(): number {
    return this.#open.size;
  }

  async removeSegment(segment: number): Promise<number> {
    const kind = this.#known.get(segment);
    if (kind === undefined) return 0;
    const path = join(this.segments, segmentName(segment, kind));
    this.#known.delete(segment);
    return this.#remove(path, segment);
  }

  removeFile(hash: string): Promise<number> {
    return this.#remove(this.pathOf(hash), hash);
  }

  async #remove(path: string, key: number | string): Promise<number> {
    const file = this.#open.get(key);
    if (file) this.#forget(key, file);
    const entry = await stat(path).catch(() => null);
    await rm(path, { force: true });
    return entry?.size ?? 0;
  }

  /** Hashes of the files that have a file of their own, folder by folder. */
  async *ownFiles(): AsyncGenerator<string[]> {
    for (const folder of await readdir(this.#files)) yield await readdir(join(this.#files, folder));
  }

  /** Copies to `target` what is not there with the same size. */
  async copyTo(target: string): Promise<void> {
    for (const source of [this.segments, this.#files]) await copyTree(source, join(target, basename(source)));
  }

  async close(): Promise<void> {
    const files = [...this.#open.values()];
    this.#open.clear();
    this.#newest = null;
    await Promise.all(files.map((file) => file.opened.then((handle) => handle.close()).catch(() => {})));
  }
}

async function copyTree(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory()) {
      await copyTree(from, to);
      continue;
    }
    const [is, was] = [await stat(from), await stat(to).catch(() => null)];
    if (was?.size === is.size && was.mtimeMs === is.mtimeMs) continue;
    await copyFile(from, to);
    await utimes(to, is.atime, is.mtime);
    const copied = await open(to, 'r');
    await copied.sync().finally(() => copied.close());
  }
  await syncFolder(target);
}

/** SHA-256 of bytes, lower-case hex. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
