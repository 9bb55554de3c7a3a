import type { Readable } from 'node:stream';
import { httpTime } from '../properties/times.ts';
import type { Resource } from '../types.ts';

export type Openable = Resource & Required<Pick<Resource, 'open'>>;

const fallbackType = 'application/octet-stream';

export function canOpen(resource: Resource | null): resource is Openable {
  return resource?.open !== undefined;
}

/**
 * What members put here is theirs, not ours: a page among it runs no script and reaches nothing of the portal. Only PDF
 * is left out: browsers do not show it in a sandbox, and what scripts it has reach nothing anyway.
 */
const sandbox =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'";

export function headersOf(resource: Resource): Readonly<Record<string, string>> {
  const type = typeOf(resource);
  return {
    'Content-Type': type,
    ...(resource.etag === null ? {} : { ETag: resource.etag }),
    ...(resource.modifiedMs === null ? {} : { 'Last-Modified': httpTime(resource.modifiedMs) }),
    'Accept-Ranges': resource.wholeOnly ? 'none' : 'bytes',
    'Cache-Control': 'private, no-cache',
    ...(type === 'application/pdf' ? {} : { 'Content-Security-Policy': sandbox }),
    'X-Content-Type-Options': 'nosniff',
    ...resource.headers?.(),
  };
}

/** A type that a client once sent stands in our header: nothing but printable ASCII does (THREATS 11). */
export function typeOf({ type }: Resource): string {
  return type !== null && /^[\x20-\x7e]+$/.test(type) ? type : fallbackType;
}

export async function gathered(content: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk as Buffer);
  const [first] = chunks;
  return chunks.length === 1 && first ? first : Buffer.concat(chunks);
}
