import type { Readable } from 'node:stream';
import { FormatError } from '../../base/index.ts';
import { type XmlElement, XmlReader } from '../../formats/xml/index.ts';
import type { HttpRequest } from '../../net/index.ts';
import { DavError, Gone } from '../errors.ts';
import { xmlBodyBytesMax, xmlBodyElementsMax } from '../limits.ts';
import { privilegeElement } from '../privileges.ts';
import type {
  DavPrivilege,
  Exchange,
  Found,
  HeaderLines,
  MultiStatus,
  Resource,
  Space,
  Visit,
  WriteOptions,
} from '../types.ts';
import type { Body } from './body.ts';
import { type ChunkSink, multiStatusOver } from './multi-status.ts';
import { rootCollection } from './root.ts';
import { type Arrived, leave, send } from './send.ts';

type Headers = Readonly<Record<string, string>>;

export interface ExchangeParts extends Arrived {
  readonly visit: Visit;
  readonly spaces: ReadonlyMap<string, Space>;
  readonly path: readonly string[];
  readonly slash: boolean;
  readonly query: string;
  readonly answerIdleMsMax: number;
  locate(uri: string): readonly string[] | 'elsewhere' | 'no-dav';
}

/** One header line as one text; Node joins what came several times. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : value?.join(', ');
}

export class HttpExchange implements Exchange {
  readonly visit: Visit;
  readonly method: string;
  readonly path: readonly string[];
  readonly slash: boolean;
  readonly query: string;
  readonly body: Body;
  write: WriteOptions;
  /** Bytes of bodies that were answered. */
  sent = 0;
  readonly #arrived: Arrived;
  readonly #spaces: ReadonlyMap<string, Space>;
  readonly #locate: ExchangeParts['locate'];
  readonly #idleMsMax: number;
  #closing: Promise<void> | null = null;

  constructor(parts: ExchangeParts) {
    this.visit = parts.visit;
    this.method = parts.request.method ?? '';
    this.path = parts.path;
    this.slash = parts.slash;
    this.query = parts.query;
    this.body = parts.body;
    this.write = { visit: parts.visit };
    this.#arrived = parts;
    this.#spaces = parts.spaces;
    this.#locate = parts.locate;
    this.#idleMsMax = parts.answerIdleMsMax;
  }

  get length(): number | null {
    return this.body.length;
  }

  header(name: string): string | undefined {
    return headerOf(this.#arrived.request, name);
  }

  async find(path: readonly string[]): Promise<Found> {
    const [first] = path;
    const named = first === undefined ? undefined : this.#spaces.get(first);
    if (named) return named.find(this.visit, path.slice(1));
    const whole = this.#spaces.get('');
    if (whole) return whole.find(this.visit, path);
    const root = rootCollection(this.visit);
    if (first === undefined) return { resource: root, parent: null, name: '' };
    return { resource: null, parent: path.length === 1 ? root : null, name: path.at(-1) ?? '' };
  }

  locate(uri: string): readonly string[] | 'elsewhere' | 'no-dav' {
    return this.#locate(uri);
  }

  destination(): readonly string[] {
    const text = this.header('destination');
    if (text === undefined || text.trim() === '') throw new DavError(400, 'there is no Destination');
    const path = this.#locate(text);
    // RFC 4918 §9.8.5, §9.9.4
    if (path === 'elsewhere') throw new DavError(502, 'the Destination is on another server');
    if (path === 'no-dav') throw new DavError(403, 'the Destination is no place of DAV here');
    return path;
  }

  demand(resource: Resource, privilege: DavPrivilege): void {
    if (resource.may(privilege)) return;
    if (!resource.may('read')) throw new DavError(404, 'there is nothing here');
    // RFC 3744 §7.1.1
    const of = `<D:resource><D:href>${this.visit.href(resource)}</D:href>`;
    const condition = `<D:need-privileges>${of}${privilegeElement(privilege)}</D:resource></D:need-privileges>`;
    throw new DavError(403, 'you may not do that here', { condition });
  }

  async xml(as?: 'verbatim'): Promise<XmlElement | null> {
    const { body } = this;
    if (body.length === 0) return null;
    if (body.length !== null && body.length > xmlBodyBytesMax) throw tooLong();
    let reader: XmlReader | null = null;
    let bytes = 0;
    for await (const piece of body) {
      bytes += piece.length;
      if (bytes > xmlBodyBytesMax) throw tooLong();
      reader ??= this.#readerFor(piece, as === 'verbatim');
      reader.write(piece);
    }
    return reader?.end() ?? null;
  }

  /** RFC 4918 §8.4 would have 415 for whatever says that it is no XML; what looks like it is read all the same. */
  #readerFor(piece: Uint8Array, verbatim: boolean): XmlReader {
    const type = this.header('content-type') ?? '';
    const first = piece.find((byte) => byte > 0x20);
    const looks = first === 0x3c || first === 0xef;
    if (type !== '' && !looks && !/[/+]xml\b/i.test(type)) {
      throw new DavError(415, 'the body of this method is XML');
    }
    if (!looks) throw new FormatError('the body is not XML');
    return new XmlReader({ verbatim, bytesMax: xmlBodyBytesMax, elementsMax: xmlBodyElementsMax });
  }

  send(status: number, headers: HeaderLines = {}, body?: string | Buffer): void {
    const { response } = this.#arrived;
    if (body !== undefined && this.method !== 'HEAD' && !response.destroyed)
      this.sent += Buffer.byteLength(body);
    this.#closing = send(this.#arrived, status, headers, body);
  }

  async stream(status: number, headers: Headers, body: Readable): Promise<void> {
    const { response } = this.#arrived;
    const pieces = body[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
    try {
      // What cannot be read at all is refused while it still can be.
      let next = await pieces.next();
      response.writeHead(status, headers);
      for (; !next.done; next = await pieces.next()) {
        this.sent += next.value.length;
        if (!response.write(next.value)) await this.#drained();
        if (response.destroyed) throw new Gone('the client broke off');
      }
    } finally {
      body.destroy();
    }
    response.end();
    this.#closing = leave(this.#arrived, true);
  }

  multiStatus(headers: Headers = {}): MultiStatus {
    const { response } = this.#arrived;
    const begin = () => {
      if (!response.headersSent) {
        response.writeHead(207, { 'Content-Type': 'application/xml; charset=utf-8', ...headers });
      }
    };
    const sink: ChunkSink = {
      write: (chunk) => {
        begin();
        if (response.destroyed) throw new Gone('the client broke off');
        this.sent += chunk.length;
        return response.write(chunk) ? null : this.#drained();
      },
      end: async (chunk) => {
        if (response.headersSent) {
          this.sent += chunk.length;
          response.end(chunk);
          this.#closing = leave(this.#arrived, true);
        } else {
          this.send(207, { 'Content-Type': 'application/xml; charset=utf-8', ...headers }, chunk);
        }
      },
    };
    return multiStatusOver(sink, this.visit.clock);
  }

  /** Resolves when the client has taken what waits for it, or is gone; one that takes nothing for long is sent away. */
  #drained(): Promise<void> {
    const { response } = this.#arrived;
    if (!response.writableNeedDrain || response.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => response.destroy(), this.#idleMsMax);
      const done = () => {
        clearTimeout(timer);
        response.off('drain', done);
        response.off('close', done);
        resolve();
      };
      response.on('drain', done);
      response.on('close', done);
    });
  }

  /** Resolves when nothing of this request is left on the connection. */
  async settled(): Promise<void> {
    await this.#closing;
  }
}

function tooLong(): DavError {
  return new DavError(413, `a body of XML is at most ${xmlBodyBytesMax} bytes`);
}
