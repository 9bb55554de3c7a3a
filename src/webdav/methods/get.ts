import { Readable } from 'node:stream';
import { randomToken } from '../../base/index.ts';
import { DavError } from '../errors.ts';
import { smallFileBytesMax } from '../limits.ts';
import { rangeHolds } from '../server/index.ts';
import type { Collection, DavMethod, Exchange, Found, Resource } from '../types.ts';
import { canOpen, gathered, headersOf, type Openable, typeOf } from './content.ts';
import { listing } from './listing.ts';
import { type ByteRange, readRanges } from './ranges.ts';

function reading(name: 'GET' | 'HEAD'): DavMethod {
  return {
    name,
    rfc: name === 'GET' ? 'RFC 9110 §9.3.1' : 'RFC 9110 §9.3.2',
    on: ({ resource }: Found) => resource !== null && (resource.isCollection || canOpen(resource)),
    demands: () => [{ on: 'resource', privilege: 'read' }],
    async run(exchange, { resource }) {
      if (resource === null) return;
      if (canOpen(resource)) await content(exchange, resource);
      else await folder(exchange, resource as Collection);
    },
  };
}

export const get = reading('GET');
export const head = reading('HEAD');

/** A browser is shown what is in it; programs get all of it at once, where that is one text. */
async function folder(exchange: Exchange, resource: Collection): Promise<void> {
  const asked = exchange.query.split('&').includes('export');
  const isPage = /\btext\/html\b/i.test(exchange.header('accept') ?? '');
  const whole = asked || !isPage ? (resource.whole?.() ?? null) : null;
  if (canOpen(whole)) await content(exchange, whole);
  else await listing(exchange, resource);
}

async function content(exchange: Exchange, resource: Openable): Promise<void> {
  const headers = headersOf(resource);
  const { length } = resource;
  const ranges = exchange.method === 'GET' ? rangesOf(exchange, resource) : null;
  if (ranges === null) return whole(exchange, resource, headers);
  if (ranges.length === 0 || length === null) {
    // RFC 9110 §15.5.17
    throw new DavError(416, 'none of these bytes are there', {
      headers: { 'Content-Range': `bytes */${length ?? '*'}` },
    });
  }
  const [only] = ranges;
  if (ranges.length > 1 || only === undefined) return parts(exchange, resource, headers, ranges, length);
  const range = { 'Content-Range': contentRange(only, length), 'Content-Length': String(only[1] - only[0]) };
  await exchange.stream(206, { ...headers, ...range }, resource.open(only));
}

/** Null: all of it. */
function rangesOf(exchange: Exchange, resource: Resource): readonly ByteRange[] | null {
  const text = exchange.header('range');
  if (text === undefined || resource.length === null || resource.wholeOnly) return null;
  const holds = rangeHolds((name) => exchange.header(name), resource);
  return holds ? readRanges(text, resource.length) : null;
}

async function whole(
  exchange: Exchange,
  resource: Openable,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const { length } = resource;
  const sized = length === null ? {} : { 'Content-Length': String(length) };
  if (exchange.method === 'HEAD') return exchange.send(200, { ...headers, ...sized });
  if (length === null || length > smallFileBytesMax) {
    return exchange.stream(200, { ...headers, ...sized }, resource.open());
  }
  if (length === 0) return exchange.send(200, headers, '');
  exchange.send(200, headers, resource.readNow?.() ?? (await gathered(resource.open())));
}

function contentRange([start, end]: ByteRange, length: number): string {
  return `bytes ${start}-${end - 1}/${length}`;
}

/** RFC 9110 §14.6 */
async function parts(
  exchange: Exchange,
  resource: Openable,
  headers: Readonly<Record<string, string>>,
  ranges: readonly ByteRange[],
  length: number,
): Promise<void> {
  const boundary = randomToken();
  const type = typeOf(resource);
  const heads = ranges.map(
    (range) =>
      `\r\n--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: ${contentRange(range, length)}\r\n\r\n`,
  );
  const end = `\r\n--${boundary}--\r\n`;
  const bytes = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  const total = heads.reduce((sum, text) => sum + Buffer.byteLength(text), bytes + end.length);
  async function* pieces(): AsyncGenerator<Buffer> {
    for (const [at, range] of ranges.entries()) {
      yield Buffer.from(heads[at] ?? '');
      yield* resource.open(range) as AsyncIterable<Buffer>;
    }
    yield Buffer.from(end);
  }
  const own = {
    'Content-Type': `multipart/byteranges; boundary=${boundary}`,
    'Content-Length': String(total),
  };
  await exchange.stream(206, { ...headers, ...own }, Readable.from(pieces()));
}
