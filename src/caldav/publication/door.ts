import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Accounts } from '../../accounts/index.ts';
import { connectionOf, type HttpRequest, type HttpResponse, type RawHandler } from '../../net/index.ts';
import type { Log } from '../../observability/index.ts';
import type { CollectionRow, CollectionsReader, Publication } from '../../stores/collections/index.ts';
import { etagMatches } from './etag.ts';
import { publishedText } from './text.ts';

export interface PublishedHouse {
  readonly collections: CollectionsReader & {
    readonly sharing: { publication(token: string): Promise<Publication | null> };
  };
  readonly accounts: Pick<Accounts, 'member'>;
  /** `refuse`: what comes without TLS is not answered here. */
  readonly plaintext: 'allow' | 'refuse';
  readonly log: Log;
}

/** `/calendars/<token>.ics`: a calendar for whoever has its address. The token is all that is asked for. */
export function publishedCalendars(house: PublishedHouse): RawHandler {
  return (request, response) => {
    const token = /^\/calendars\/([A-Za-z0-9_-]{16,64})\.ics(?:\?.*)?$/.exec(request.url ?? '')?.[1];
    if (token === undefined) return false;
    if (house.plaintext === 'refuse' && !connectionOf(request).secure) return false;
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.resume();
    answer(house, request, response, token).catch((error: unknown) => {
      house.log.error('published calendar failed', { error });
      if (response.headersSent) response.destroy();
      else end(response, 500);
    });
    return true;
  };
}

function end(response: HttpResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'Content-Length': '0', ...headers });
  response.end();
}

async function answer(
  house: PublishedHouse,
  request: HttpRequest,
  response: HttpResponse,
  token: string,
): Promise<void> {
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD') return end(response, 405, { Allow: 'GET, HEAD' });
  const found = await publishedBy(house, token);
  if (found === null) return end(response, 404);
  const { publication, calendar } = found;
  const gzip = takesGzip(request.headers['accept-encoding']);
  const state = `${calendar.modseq.toString(36)}-${calendar.id.toString(36)}-${publication.rights}`;
  // RFC 9110 §8.8.3: other bytes, another strong ETag.
  const etag = gzip ? `"${state}-gzip"` : `"${state}"`;
  const headers = {
    ETag: etag,
    // It changes when it changes; a copy is good only once it was asked for again.
    'Cache-Control': 'private, no-cache',
    Vary: 'Accept-Encoding',
    'X-Content-Type-Options': 'nosniff',
    'X-Robots-Tag': 'noindex',
  };
  const { 'if-none-match': ifNoneMatch } = request.headers;
  if (ifNoneMatch !== undefined && etagMatches(ifNoneMatch, etag)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    'Content-Type': 'text/calendar; charset=utf-8',
    'Content-Disposition': 'inline; filename="calendar.ics"',
    ...(gzip ? { 'Content-Encoding': 'gzip' } : {}),
  });
  if (method === 'HEAD') {
    response.end();
    return;
  }
  const text = Readable.from(publishedText(house.collections, calendar, publication.rights));
  try {
    if (gzip) await pipeline(text, createGzip(), response);
    else await pipeline(text, response);
  } catch (error) {
    // Who asked is gone.
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'))
      throw error;
  }
}

/** RFC 9110 §12.5.3 */
function takesGzip(header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .split(',')
    .some((each) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0{0,3})?\s*$)[\d.]+\s*)?$/i.test(each));
}

/** Null: nobody published it, or not any more; who is disabled publishes nothing. */
async function publishedBy(
  { collections, accounts }: PublishedHouse,
  token: string,
): Promise<{ readonly publication: Publication; readonly calendar: CollectionRow } | null> {
  const publication = await collections.sharing.publication(token);
  if (!publication) return null;
  const owner = await accounts.member(publication.account);
  const calendar = await collections.collectionById(publication.account, publication.collection);
  if (!owner || owner.disabled || calendar?.kind !== 'calendar') return null;
  return { publication, calendar };
}
