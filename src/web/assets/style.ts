import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { assetCacheDays } from '../limits.ts';

const text = readFileSync(new URL('./style.css', import.meta.url), 'utf8');
const hash = createHash('sha256').update(text).digest('base64url').slice(0, 16);

/** The style sheet of all pages; its address changes with its content, so it may be kept for good. */
export const style = { path: `/assets/style.${hash}.css`, text };

export function styleSheet(): Response {
  return new Response(style.text, {
    headers: {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': `public, max-age=${assetCacheDays * 86_400}, immutable`,
    },
  });
}
