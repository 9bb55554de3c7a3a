import type { Readable } from 'node:stream';
import { disposition } from '../../net/index.ts';
import type { FileNode, FilesReader } from '../../stores/files/index.ts';
import { Bare, looksOnly } from '../bare.ts';
import type { DavPrivilege } from '../types.ts';
import type { Slot } from './slots.ts';

/** What a browser shows and does not run. */
const shown =
  /^(?:image\/(?:png|jpeg|gif|webp|avif|bmp)|(?:audio|video)\/[a-z0-9.+-]+|text\/plain|application\/pdf)$/;

/** What was sent, for whoever has the address. */
export class SentFile extends Bare {
  readonly kind = 'file';
  readonly isCollection = false;
  readonly #files: FilesReader;
  readonly #node: FileNode;

  constructor(files: FilesReader, path: readonly string[], node: FileNode) {
    super(path);
    this.#files = files;
    this.#node = node;
  }

  /** Null where it is deleted, lies in the trash, or has another content by now: that one was not sent. */
  static async of(
    files: FilesReader,
    path: readonly string[],
    { account, file, sha256 }: Pick<Slot, 'account' | 'file' | 'sha256'>,
  ): Promise<SentFile | null> {
    const node = await files.node(account, Number(file));
    return node?.kind === 'file' && node.hash === sha256 ? new SentFile(files, path, node) : null;
  }

  override get etag(): string {
    return `"${this.#node.hash}"`;
  }

  override get length(): number {
    return this.#node.size;
  }

  override get type(): string {
    const { type } = this.#node;
    return type.startsWith('text/plain') ? 'text/plain; charset=utf-8' : type;
  }

  override get modifiedMs(): number {
    return this.#node.modifiedMs;
  }

  open(range?: readonly [start: number, end: number]): Readable {
    return this.#files.open(this.#node, range);
  }

  readNow(): Buffer | null {
    return this.#files.readNow(this.#node);
  }

  headers(): Readonly<Record<string, string>> {
    const { type, name } = this.#node;
    const isShown = shown.test((type.split(';')[0] ?? '').trim().toLowerCase());
    return {
      'Content-Disposition': disposition(isShown ? 'inline' : 'attachment', name),
      'Content-Security-Policy': isShown
        ? "default-src 'none'; frame-ancestors 'none'"
        : "sandbox; default-src 'none'; frame-ancestors 'none'",
      // What an address leads to never changes; it may end.
      'Cache-Control': 'private, max-age=86400',
      'Referrer-Policy': 'no-referrer',
      'X-Robots-Tag': 'noindex',
    };
  }

  may(privilege: DavPrivilege): boolean {
    return looksOnly(privilege);
  }
}
