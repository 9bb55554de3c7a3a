import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { assetCacheDays } from '../limits.ts';

/** A file that all pages share. Its address changes with its content, so it may be kept for good. */
export interface Asset {
  readonly path: string;
  serve(): Response;
}

function asset(name: string, url: URL, type: string): Asset {
  const text = readFileSync(url, 'utf8');
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 16);
  const headers = {
    'content-type': type,
    'cache-control': `public, max-age=${assetCacheDays * 86_400}, immutable`,
    // A picture that is opened by itself may do nothing either.
    'content-security-policy': "default-src 'none'; style-src 'self'",
  };
  return { path: `/assets/${hash}/${name}`, serve: () => new Response(text, { headers }) };
}

export const style = asset('style.css', new URL('./style.css', import.meta.url), 'text/css; charset=utf-8');
export const icon = asset('icon.svg', new URL('./icon.svg', import.meta.url), 'image/svg+xml');
