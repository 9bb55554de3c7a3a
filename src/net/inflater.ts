import type { Duplex, Readable } from 'node:stream';
import { constants, createInflateRaw } from 'node:zlib';
import { inflateChunkBytes, inflateRatioMax } from './limits.ts';

export interface InflaterOptions {
  readonly socket: Duplex;
  /** Bytes of the stream that came before; they are inflated first. */
  readonly early: Buffer;
  /** How much more than `inflateRatioMax` allows may come out. */
  readonly surplusBytesMax: number;
  received(bytes: Buffer): void;
  /** The stream is corrupt, or a bomb: `code` says which. Nothing more comes. */
  failed(code: string): void;
}

/**
 * What is received, inflated (RFC 1951). Nothing is inflated that the reader of `stream` has no room for; then the
 * socket waits too. Who sends far more than it has sent is cut off: it would cost us a thousand times what it costs
 * him (THREATS 6).
 */
export class Inflater {
  readonly stream: Readable;
  readonly #options: InflaterOptions;
  readonly #inflate: ReturnType<typeof createInflateRaw>;
  #consumed = 0;
  #surplus = 0;

  constructor(options: InflaterOptions) {
    // A client that leaves in the middle of a block is gone, not wrong.
    const finishFlush = constants.Z_SYNC_FLUSH;
    const inflate = createInflateRaw({ chunkSize: inflateChunkBytes, finishFlush });
    this.#options = options;
    this.#inflate = inflate;
    this.stream = inflate;
    inflate.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.code ?? error.name));
    inflate.on('data', this.#onData);
    if (options.early.length > 0) inflate.write(options.early);
    options.socket.pipe(inflate);
    const gone = () => {
      // After the client's end the rest is still read.
      if (!options.socket.readableEnded) inflate.destroy();
    };
    if (options.socket.destroyed) gone();
    else options.socket.on('close', gone);
  }

  /** Lets go of the socket; what was not read is dropped. */
  stop(): void {
    this.#options.socket.unpipe(this.#inflate);
    this.#inflate.destroy();
  }

  readonly #onData = (bytes: Buffer): void => {
    const consumed = this.#inflate.bytesWritten;
    const allowed = (consumed - this.#consumed) * inflateRatioMax;
    this.#consumed = consumed;
    this.#surplus = Math.max(0, this.#surplus + bytes.length - allowed);
    this.#options.received(bytes);
    if (this.#surplus <= this.#options.surplusBytesMax) return;
    this.stop();
    this.#fail('bomb');
  };

  #fail(code: string): void {
    this.#options.socket.unpipe(this.#inflate);
    this.#options.failed(code);
  }
}
