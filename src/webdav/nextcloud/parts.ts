import { DavError } from '../errors.ts';
import { partHeaderLinesMax, partLineBytesMax } from './limits.ts';

/** One part of a multipart body: its header by lower-case name, and its octets, to be read before the next is asked for. */
export interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly length: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * The parts of `multipart/related` as they come; each says its Content-Length, so that no octet of a file is looked at for a
 * boundary. DavError 400 for what is not so.
 */
export async function* partsOf(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<Part, void, undefined> {
  const source = new Source(body);
  const [between, last] = [`--${boundary}`, `--${boundary}--`];
  for (;;) {
    const line = await source.line();
    if (line === last) return;
    if (line === '') continue;
    if (line !== between) throw new DavError(400, 'a part does not begin with the boundary');
    const headers = await headersOf(source);
    const text = headers.get('content-length') ?? '';
    if (!/^\d{1,15}$/.test(text)) throw new DavError(400, 'a part does not say its length');
    const length = Number(text);
    const body = source.take(length);
    yield { headers, length, body };
    // What its reader left.
    for await (const _ of body);
  }
}

async function headersOf(source: Source): Promise<ReadonlyMap<string, string>> {
  const headers = new Map<string, string>();
  for (let lines = 0; ; lines++) {
    const line = await source.line();
    if (line === '') return headers;
    const colon = line.indexOf(':');
    if (lines >= partHeaderLinesMax || colon <= 0)
      throw new DavError(400, 'the header of a part cannot be read');
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

/** Octets in the order in which they came, by lines or by number. */
class Source {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#chunks = body[Symbol.asyncIterator]();
  }

  async #more(): Promise<Buffer> {
    const { done, value } = await this.#chunks.next();
    if (done) throw new DavError(400, 'the body ends in the middle of a part');
    return Buffer.from(value.buffer, value.byteOffset, value.length);
  }

  /** Up to the next line feed, without it and the return before it. */
  async line(): Promise<string> {
    for (let from = 0; ; ) {
      const end = this.#held.indexOf(10, from);
      if (end >= 0) {
        const line = this.#held.subarray(0, end);
        this.#held = this.#held.subarray(end + 1);
        return line.toString('utf8').replace(/\r$/, '');
      }
      if (this.#held.length > partLineBytesMax) throw new DavError(400, 'a line of a part is too long');
      from = this.#held.length;
      this.#held = Buffer.concat([this.#held, await this.#more()]);
    }
  }

  /** So many octets; who stops reading them early may go on later. */
  take(octets: number): AsyncIterable<Uint8Array> {
    let left = octets;
    const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      if (left === 0) return { done: true, value: undefined };
      if (this.#held.length === 0) this.#held = await this.#more();
      const chunk = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(chunk.length);
      left -= chunk.length;
      return { done: false, value: chunk };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }
}
