import type { Staged } from '../types.ts';

/** An upload that comes in pieces (tus, Nextcloud's chunks); it survives a restart. */
export interface Upload {
  /** Not to be guessed. */
  readonly id: string;
  readonly account: number;
  /** What the protocol keeps beside it; JSON text. */
  readonly about: string;
  /** Bytes that are durable, of pieces without a gap from the first on. */
  readonly offset: number;
  /** Null: not known yet. */
  readonly length: number | null;
  readonly expiresMs: number;
  /** It became something, and nothing can be added; `offset` and `length` are what that has. */
  readonly done: boolean;
}

export interface UploadPiece {
  readonly name: string;
  readonly size: number;
  readonly modifiedMs: number;
}

export interface Uploads {
  /** `id`: as the client chose it, unique within the account; absent: made here. 'exists', 'over-quota', 'limit'. */
  begin(wish: {
    readonly account: number;
    readonly id?: string;
    readonly length: number | null;
    readonly about: string;
  }): Promise<Upload>;
  upload(account: number, id: string): Promise<Upload | null>;
  setLength(account: number, id: string, length: number): Promise<Upload>;
  /**
   * Adds bytes at the end; what had arrived when the source broke off is kept and durable, then its error is thrown
   * on. 'conflict' where `offset` is not the upload's, or another append is under way; 'too-large' beyond its length.
   */
  append(
    account: number,
    id: string,
    offset: number,
    data: AsyncIterable<Uint8Array>,
    /** `whole`: where the source broke off, nothing is kept. */
    options?: { readonly whole: boolean },
  ): Promise<Upload>;
  /** A piece of that name, whole or not at all; a second one replaces it. 'limit', 'over-quota', 'too-large'. */
  putPiece(account: number, id: string, name: string, data: AsyncIterable<Uint8Array>): Promise<UploadPiece>;
  /** Null: none of that name has arrived. 'not-found': there is no such upload. */
  piece(account: number, id: string, name: string): Promise<UploadPiece | null>;
  /** In the order in which they are put together: numbers by value, other names by their characters. */
  pieces(account: number, id: string): Promise<readonly UploadPiece[]>;
  /**
   * All bytes as one content, as `FilesWriter.stage` answers it; of several uploads one behind the other. They go with
   * `end` or `finish`. 'conflict': not all is there, or no more.
   * `through`: what they go through on their way; what it throws is thrown on.
   */
  assemble(
    account: number,
    ids: string | readonly string[],
    through?: (all: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
  ): Promise<Staged>;
  /** It became something of so many bytes: they go, and that it is done is known for as long as others wait. */
  finish(account: number, id: string, bytes: number): Promise<void>;
  end(account: number, id: string): Promise<void>;
  /** Those that nobody went on with; `between` as of the files. */
  purge(between?: () => Promise<void>): Promise<void>;
  erase(account: number): Promise<void>;
}
