import { partHeaderBytesMax, partsMax } from '../limits.ts';
import { FormRefused } from './form-refused.ts';

/** One field of a form, as it comes in. What is left unread of `data` is passed over. */
export interface Part {
  readonly name: string;
  /** Null for a field that is no file. */
  readonly filename: string | null;
  readonly type: string | null;
  readonly data: AsyncIterable<Uint8Array>;
}

/** The boundary of `multipart/form-data`; null for any other type (RFC 7578 §4.1). */
export function boundaryOf(contentType: string | null): string | null {
  const [type = '', ...parameters] = (contentType ?? '').split(';');
  if (type.trim().toLowerCase() !== 'multipart/form-data') return null;
  for (const parameter of parameters) {
    const found = /^\s*boundary\s*=\s*(?:"([^"\r\n]{1,70})"|([^\s",]{1,70}))\s*$/i.exec(parameter);
    if (found) return found[1] ?? found[2] ?? null;
  }
  return null;
}

/** Bytes until the next delimiter, then the header of the next part, over and over. */
class Parts {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #delimiter: Buffer;
  // RFC 2046 §5.1.1: the line end before a delimiter belongs to it; the first one has none.
  #buffer: Buffer = Buffer.from('\r\n');
  /** Whether the next delimiter was not met yet. */
  #open = true;

  constructor(body: AsyncIterable<Uint8Array>, boundary: string) {
    this.#source = body[Symbol.asyncIterator]();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  async #fill(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done) throw new FormRefused(400, 'the form ends in the middle');
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(value) : Buffer.concat([this.#buffer, value]);
  }

  /** What stands before the next delimiter. */
  async *data(): AsyncGenerator<Uint8Array> {
    const delimiter = this.#delimiter;
    for (;;) {
      const at = this.#buffer.indexOf(delimiter);
      // What may be the beginning of a delimiter waits for the rest of it.
      const sure = at >= 0 ? at : this.#buffer.length - delimiter.length + 1;
      if (sure > 0) {
        const bytes = this.#buffer.subarray(0, sure);
        this.#buffer = this.#buffer.subarray(sure);
        yield bytes;
      }
      if (at >= 0) {
        this.#buffer = this.#buffer.subarray(delimiter.length);
        this.#open = false;
        return;
      }
      await this.#fill();
    }
  }

  /** Passes over what is left of a part. */
  async skip(): Promise<void> {
    while (this.#open) for await (const _ of this.data());
  }

  /** The header of the part behind a delimiter; null behind the last. */
  async header(): Promise<string | null> {
    while (this.#buffer.length < 2) await this.#fill();
    if (this.#buffer.toString('latin1', 0, 2) === '--') return null;
    let end = this.#buffer.indexOf('\r\n\r\n');
    while (end < 0) {
      if (this.#buffer.length > partHeaderBytesMax) throw new FormRefused(413, 'a field has a long header');
      await this.#fill();
      end = this.#buffer.indexOf('\r\n\r\n');
    }
    if (end > partHeaderBytesMax) throw new FormRefused(413, 'a field has a long header');
    const header = this.#buffer.toString('utf8', 0, end);
    this.#buffer = this.#buffer.subarray(end + 4);
    this.#open = true;
    return header;
  }
}

/** As browsers write it: a quotation mark is `%22`, a line end `%0D%0A`. */
function unescapeName(text: string): string {
  return text.replaceAll('%22', '"').replace(/%0[AD]/gi, ' ');
}

function readHeader(header: string, data: AsyncIterable<Uint8Array>): Part {
  const disposition = /^content-disposition:\s*form-data\b(.*)$/im.exec(header)?.[1];
  if (disposition === undefined) throw new FormRefused(400, 'a field says not what it is');
  const name = /;\s*name="([^"]*)"/i.exec(disposition)?.[1];
  const filename = /;\s*filename="([^"]*)"/i.exec(disposition)?.[1];
  if (name === undefined) throw new FormRefused(400, 'a field has no name');
  return {
    name: unescapeName(name),
    filename: filename === undefined ? null : unescapeName(filename),
    type: /^content-type:\s*([^\r\n]+?)\s*$/im.exec(header)?.[1] ?? null,
    data,
  };
}

/** The fields of a form in their order, never held (RFC 7578). Throws FormRefused. */
export async function* readParts(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<Part> {
  const parts = new Parts(body, boundary);
  await parts.skip();
  for (let count = 1; ; count++) {
    const header = await parts.header();
    if (header === null) return;
    if (count > partsMax) throw new FormRefused(413, `more than ${partsMax} fields`);
    yield readHeader(header, parts.data());
    await parts.skip();
  }
}
