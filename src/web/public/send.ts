import { Readable } from 'node:stream';
import { disposition } from '../../net/index.ts';
import type { FileNode } from '../../stores/files/index.ts';
import { type ByteRange, DavError, judge, rangeHolds, readRanges } from '../../webdav/index.ts';
import type { House, Visit } from '../house.ts';
import { gone } from './gone.ts';
import type { Place } from './place.ts';

/** What a browser shows and does not run. */
const shown: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'application/pdf',
  'text/plain',
]);

/** Nothing but printable ASCII stands in a header (THREATS 11). */
const headerType = (type: string) => (/^[\x20-\x7e]+$/.test(type) ? type : 'application/octet-stream');

/** What others put here runs nothing and reaches nothing of ours. */
function headersOf({ id, stamp, type, name, modifiedMs }: FileNode, asked: boolean): Record<string, string> {
  const bare = (type.split(';')[0] ?? '').trim().toLowerCase();
  const safe = shown.has(bare);
  return {
    'content-type': bare === 'text/plain' ? 'text/plain; charset=utf-8' : headerType(type),
    'content-disposition': disposition(safe && !asked ? 'inline' : 'attachment', name),
    'content-security-policy': safe
      ? "default-src 'none'; frame-ancestors 'none'"
      : "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex',
    'cache-control': 'private, no-cache',
    etag: `"${id}-${stamp}"`,
    'last-modified': new Date(modifiedMs).toUTCString(),
  };
}

function verdictOf(visit: Visit, node: FileNode): 'go' | 304 | 412 {
  const header = (name: string) => visit.request.headers.get(name) ?? undefined;
  try {
    return judge(visit.request.method, header, {
      etag: `"${node.id}-${node.stamp}"`,
      modifiedMs: node.modifiedMs,
    });
  } catch (error) {
    // A condition that cannot be read is none.
    if (error instanceof DavError) return 'go';
    throw error;
  }
}

/** One range is answered; of several all is. */
function rangeOf({ request }: Visit, node: FileNode): ByteRange | 'all' | 'none' {
  const text = request.headers.get('range');
  const header = (name: string) => request.headers.get(name) ?? undefined;
  const about = { etag: `"${node.id}-${node.stamp}"`, modifiedMs: node.modifiedMs };
  if (text === null || request.method !== 'GET' || !rangeHolds(header, about)) return 'all';
  const ranges = readRanges(text, node.size);
  if (ranges === null || ranges.length > 1) return 'all';
  return ranges[0] ?? 'none';
}

/** A file of a link. Of one whose downloads are counted each GET counts, and gets all of it. */
export async function sendFile(visit: Visit, house: House, { link, node }: Place): Promise<Response> {
  const headers = headersOf(node, visit.url.searchParams.has('download'));
  const verdict = verdictOf(visit, node);
  if (verdict !== 'go') return new Response(null, { status: verdict, headers });
  const isHead = visit.request.method === 'HEAD';
  const counted = link.downloadsLeft !== null;
  const range = counted ? 'all' : rangeOf(visit, node);
  if (!counted) headers['accept-ranges'] = 'bytes';
  if (range === 'none')
    return new Response(null, { status: 416, headers: { 'content-range': `bytes */${node.size}` } });
  // A part of a file is no download of its own; the count of a link without a limit is for its owner to see.
  if (!isHead && (counted || range === 'all') && !(await house.sharing.countDownload(link.token)))
    return gone(visit, house);
  const [start, end] = range === 'all' ? [0, node.size] : range;
  headers['content-length'] = String(end - start);
  if (range !== 'all') headers['content-range'] = `bytes ${start}-${end - 1}/${node.size}`;
  const status = range === 'all' ? 200 : 206;
  if (isHead || end === start) return new Response(null, { status, headers });
  const stream = house.files.open(node, range === 'all' ? undefined : range);
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, { status, headers });
}
