import { type Clock, randomToken, StoreError } from '../../../base/index.ts';
import type { BlobStore, Database, StoredBlob } from '../../../storage/index.ts';
import type { Reserves } from '../reserves.ts';
import type { FilesWriter, Staged } from '../types.ts';
import { Inlet } from './inlet.ts';
import { limits } from './limits.ts';
import { uploadOperations as operations } from './module.ts';
import { nameAt } from './names.ts';
import type { NewPiece, UploadRow } from './scripts.ts';
import type { Upload, UploadPiece, Uploads } from './types.ts';

export interface UploadsOptions {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly files: Pick<FilesWriter, 'stage' | 'usage'>;
  /** What is on its way in; that of `createFilesStore`. */
  readonly reserves: Reserves;
  /** The largest file taken; asked each time. */
  fileBytesMax(): number;
  /** In place of the limit, for tests. */
  readonly pieceBytes?: number;
}

function uploadOf({ id, account, about, bytes, length, expires, done }: UploadRow): Upload {
  return { id, account, about, offset: bytes, length, expiresMs: expires, done };
}

function pieceOf(row: { name: string; size: number; modified: number }): UploadPiece {
  return { name: row.name, size: row.size, modifiedMs: row.modified };
}

const isNumber = /^\d+$/;

/** Numbers by value, other names by their characters, behind them. */
function byName({ name: a }: { name: string }, { name: b }: { name: string }): number {
  const [one, two] = [isNumber.test(a), isNumber.test(b)];
  if (one !== two) return one ? -1 : 1;
  if (one) {
    const [x, y] = [BigInt(a), BigInt(b)];
    if (x !== y) return x < y ? -1 : 1;
  }
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function demandText(text: string, bytesMax: number, what: string): void {
  if (text === '' || Buffer.byteLength(text) > bytesMax || /[/\p{Cc}]/u.test(text) || !text.isWellFormed())
    throw new StoreError('invalid', `this cannot be the name of ${what}`);
}

/** Uploads over one database and one blob store. */
class UploadsStore implements Uploads {
  readonly #options: UploadsOptions;
  readonly #pieceBytes: number;
  /** Where something is being appended. */
  readonly #busy = new Set<string>();

  constructor(options: UploadsOptions) {
    this.#options = options;
    this.#pieceBytes = options.pieceBytes ?? limits.pieceBytes;
    options.reserves.from((account) => this.#database.call(operations.reserved, { account }));
  }

  get #database(): Database {
    return this.#options.database;
  }

  get #now(): number {
    return this.#options.clock.nowMs();
  }

  /** Bytes that uploads of the account may take in all, beside what else is on its way in; null: no limit. */
  async #room(account: number): Promise<number | null> {
    const { used, quota } = await this.#options.files.usage(account);
    return quota === null ? null : Math.max(0, quota - used - this.#options.reserves.staged(account));
  }

  /** What uploads hold has changed, or may have: whoever else brings something must know. */
  async #told<T>(account: number, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      await this.#options.reserves.ask(account);
    }
  }

  async begin(wish: Parameters<Uploads['begin']>[0]): Promise<Upload> {
    const { account, length, about, id = randomToken(limits.idBits) } = wish;
    demandText(id, limits.idBytesMax, 'an upload');
    this.#demandLength(length);
    if (Buffer.byteLength(about) > limits.aboutBytesMax)
      throw new StoreError('too-large', 'too much is said of the upload');
    const room = await this.#room(account);
    const begun = this.#database.call(operations.begin, { account, id, length, about, room, now: this.#now });
    return uploadOf(await this.#told(account, begun));
  }

  #demandLength(length: number | null): void {
    if (length === null) return;
    if (!Number.isSafeInteger(length) || length < 0) throw new StoreError('invalid', 'this is no length');
    const sizeMax = this.#options.fileBytesMax();
    if (length > sizeMax) throw new StoreError('too-large', 'the file is too large', { sizeMax });
  }

  async upload(account: number, id: string): Promise<Upload | null> {
    const row = await this.#database.call(operations.find, { account, id });
    return row && row.expires > this.#now ? uploadOf(row) : null;
  }

  async setLength(account: number, id: string, length: number): Promise<Upload> {
    this.#demandLength(length);
    const room = await this.#room(account);
    const set = this.#database.call(operations.setLength, { account, id, length, room, now: this.#now });
    return uploadOf(await this.#told(account, set));
  }

  async #demand(account: number, id: string): Promise<Upload> {
    const upload = await this.upload(account, id);
    if (!upload) throw new StoreError('not-found', 'there is no such upload');
    return upload;
  }

  /** How many bytes the upload may grow by, and what it is refused with beyond. */
  async #growth({
    account,
    offset,
    length,
  }: Upload): Promise<{ most: number; reason: 'too-large' | 'over-quota' }> {
    const most = Math.max(0, (length ?? this.#options.fileBytesMax()) - offset);
    const room = await this.#room(account);
    if (room === null || length !== null) return { most, reason: 'too-large' };
    const free = Math.max(0, room - (await this.#database.call(operations.reserved, { account })));
    return free < most ? { most: free, reason: 'over-quota' } : { most, reason: 'too-large' };
  }

  async append(
    account: number,
    id: string,
    offset: number,
    data: AsyncIterable<Uint8Array>,
    options?: { readonly whole: boolean },
  ): Promise<Upload> {
    const key = `${account} ${id}`;
    if (this.#busy.has(key)) throw new StoreError('conflict', 'the upload is being written to');
    this.#busy.add(key);
    try {
      const upload = await this.#demand(account, id);
      if (upload.offset !== offset)
        throw new StoreError('conflict', 'the upload is at another place', { offset: upload.offset });
      const { most, reason } = await this.#growth(upload);
      const inlet = new Inlet(data, most);
      try {
        const grown = options?.whole ? await this.#takeWhole(upload, inlet) : await this.#take(upload, inlet);
        if (inlet.fault) throw told(inlet.fault.error, reason);
        return grown;
      } finally {
        await inlet.close();
      }
    } finally {
      this.#busy.delete(key);
    }
  }

  /** Piece after piece, each durable before the next is read. */
  async #take(upload: Upload, inlet: Inlet): Promise<Upload> {
    let grown = upload;
    while (await inlet.more()) {
      const blob = await this.#options.blobs.put(inlet.piece(this.#pieceBytes));
      grown = await this.#add(grown, [{ name: nameAt(grown.offset), blob }]);
    }
    return grown;
  }

  /** All of them or none. */
  async #takeWhole(upload: Upload, inlet: Inlet): Promise<Upload> {
    const pieces: NewPiece[] = [];
    let at = upload.offset;
    try {
      while (await inlet.more()) {
        const blob = await this.#options.blobs.put(inlet.piece(this.#pieceBytes));
        pieces.push({ name: nameAt(at), blob });
        at += blob.size;
      }
      return inlet.fault || pieces.length === 0 ? upload : await this.#add(upload, pieces);
    } finally {
      for (const { blob } of pieces) this.#options.blobs.release(blob);
    }
  }

  /** Names the blobs and ends the hold on them. */
  async #add({ account, id, offset }: Upload, pieces: readonly NewPiece[]): Promise<Upload> {
    try {
      const room = await this.#room(account);
      const now = this.#now;
      const added = this.#database.call(operations.addPieces, { account, id, offset, pieces, room, now });
      return uploadOf(await this.#told(account, added));
    } finally {
      for (const { blob } of pieces) this.#options.blobs.release(blob);
    }
  }

  async putPiece(
    account: number,
    id: string,
    name: string,
    data: AsyncIterable<Uint8Array>,
  ): Promise<UploadPiece> {
    demandText(name, limits.nameBytesMax, 'a piece');
    const upload = await this.#demand(account, id);
    const { most, reason } = await this.#growth({ ...upload, offset: 0 });
    const blob: StoredBlob = await this.#options.blobs
      .put(data, { sizeMax: most })
      .catch((error: unknown) => {
        throw told(error, reason);
      });
    try {
      const room = await this.#room(account);
      const now = this.#now;
      const pieces = [{ name, blob }];
      const args = { account, id, offset: null, pieces, room, now };
      await this.#told(account, this.#database.call(operations.addPieces, args));
      return { name, size: blob.size, modifiedMs: now };
    } finally {
      this.#options.blobs.release(blob);
    }
  }

  async piece(account: number, id: string, name: string): Promise<UploadPiece | null> {
    const row = await this.#database.call(operations.piece, { account, id, name, now: this.#now });
    return row && pieceOf(row);
  }

  async pieces(account: number, id: string): Promise<readonly UploadPiece[]> {
    await this.#demand(account, id);
    const rows = await this.#database.call(operations.pieces, { account, id });
    return rows.map(pieceOf).sort(byName);
  }

  async assemble(
    account: number,
    ids: string | readonly string[],
    through = (all: AsyncIterable<Uint8Array>) => all,
  ): Promise<Staged> {
    const rows: { readonly hash: string }[] = [];
    let [bytes, held] = [0, 0];
    for (const id of typeof ids === 'string' ? [ids] : ids) {
      const { length, offset, done } = await this.#demand(account, id);
      if (done) throw new StoreError('conflict', 'the upload is done');
      if (length !== null && offset !== length)
        throw new StoreError('conflict', 'the upload is not whole', { offset });
      bytes += offset;
      held += Math.max(length ?? 0, offset);
      const pieces = await this.#database.call(operations.pieces, { account, id });
      rows.push(...pieces.toSorted(byName));
    }
    const { blobs, files } = this.#options;
    async function* all(): AsyncGenerator<Uint8Array> {
      for (const { hash } of rows) yield* blobs.stream(hash) as AsyncIterable<Uint8Array>;
    }
    return files.stage(account, through(all()), bytes, 0, held);
  }

  async finish(account: number, id: string, bytes: number): Promise<void> {
    while (await this.#database.call(operations.finish, { account, id, bytes, now: this.#now }));
    await this.#options.reserves.ask(account);
  }

  async end(account: number, id: string): Promise<void> {
    while (await this.#database.call(operations.end, { account, id, now: this.#now }));
    await this.#options.reserves.ask(account);
  }

  async purge(between = async () => {}): Promise<void> {
    for (;;) {
      const over = await this.#database.call(operations.over, { now: this.#now });
      for (const { account, id } of over) {
        await this.end(account, id);
        await between();
      }
      if (over.length < limits.stepRows) return;
    }
  }

  async erase(account: number): Promise<void> {
    for (const id of await this.#database.call(operations.of, { account })) await this.end(account, id);
  }
}

/** What is too large for the quota is said to be that. */
function told(error: unknown, reason: 'too-large' | 'over-quota'): unknown {
  const tooLarge = error instanceof StoreError && error.reason === 'too-large';
  return tooLarge && reason === 'over-quota'
    ? new StoreError('over-quota', 'there is no room for this upload')
    : error;
}

export function createUploads(options: UploadsOptions): Uploads {
  return new UploadsStore(options);
}
