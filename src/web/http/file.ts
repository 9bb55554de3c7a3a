import { discoveryCacheHours } from '../limits.ts';

/** A small document for programs. Anybody may ask, and keep it for a while. */
export function publicFile(type: string, text: string): Response {
  const headers = { 'content-type': type, 'cache-control': `public, max-age=${discoveryCacheHours * 3600}` };
  return new Response(text, { headers });
}
