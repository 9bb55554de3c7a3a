import type { Readable } from 'node:stream';

/** Who reads a connection as it comes. What it throws ends the connection. */
export interface OctetReader {
  /** Node's own buffer, as long as what the system gave; it may be kept. */
  onOctets(octets: Buffer): void;
  /** The client ended its half, and waits for ours. Not told where the connection broke, or was ended here: `Connection.closed` is. */
  onEnd(): void;
}

/** The flow of octets to a reader. */
export interface OctetFlow {
  /** Nothing is told until `resume`; after a buffer's worth the client is made to wait. */
  pause(): void;
  resume(): void;
}

/** What a connection does with whoever reads it, when the stream beneath changes. */
export interface StreamReader {
  attach(stream: Readable): void;
  /** Lets go of the stream, leaving it stopped. */
  detach(): void;
  /** Forgets what was received and not read; answers how much. */
  discardBuffered(): number;
  takeBuffered(): Buffer;
  /** No more bytes will come. */
  end(): void;
}

const nothing = Buffer.alloc(0);

/** Octets from a stream to one reader, with nothing held and nothing copied between. */
export class OctetStream implements OctetFlow, StreamReader {
  readonly #reader: OctetReader;
  readonly #failed: (error: unknown) => void;
  #stream: Readable | null = null;
  #paused = false;

  constructor(reader: OctetReader, failed: (error: unknown) => void) {
    this.#reader = reader;
    this.#failed = failed;
  }

  pause(): void {
    this.#paused = true;
    this.#stream?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#stream?.resume();
  }

  attach(stream: Readable): void {
    this.detach();
    this.#stream = stream;
    // Adding this listener sets a stream flowing, unless it was stopped by name.
    stream.on('data', this.#onData);
    stream.on('end', this.#onEnd);
    if (this.#paused) stream.pause();
    else stream.resume();
  }

  detach(): void {
    const stream = this.#stream;
    if (stream === null) return;
    this.#stream = null;
    stream.off('data', this.#onData);
    stream.off('end', this.#onEnd);
    stream.pause();
  }

  discardBuffered(): number {
    return 0;
  }

  takeBuffered(): Buffer {
    return nothing;
  }

  end(): void {
    this.detach();
  }

  readonly #onData = (octets: Buffer): void => {
    try {
      this.#reader.onOctets(octets);
    } catch (error) {
      this.#failed(error);
    }
  };

  readonly #onEnd = (): void => {
    try {
      this.#reader.onEnd();
    } catch (error) {
      this.#failed(error);
    }
  };
}
