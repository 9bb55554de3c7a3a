import { disposition } from '../../net/index.ts';
import { discoveryCacheHours } from '../limits.ts';

/** A small document for programs. Anybody may ask, and keep it for a while. */
export function publicFile(type: string, text: string): Response {
  const headers = { 'content-type': type, 'cache-control': `public, max-age=${discoveryCacheHours * 3600}` };
  return new Response(text, { headers });
}

/** A file of one's own, to be saved: no cache between keeps it. */
export function attachment(
  body: string | Uint8Array | ReadableStream<Uint8Array>,
  { type, name }: { readonly type: string; readonly name: string },
): Response {
  const headers = {
    'content-type': type,
    'content-disposition': disposition('attachment', name),
    'cache-control': 'private, no-store',
    'referrer-policy': 'no-referrer',
  };
  return new Response(typeof body === 'string' || body instanceof ReadableStream ? body : Buffer.from(body), {
    headers,
  });
}
