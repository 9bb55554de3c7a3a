import { createHash } from 'node:crypto';

/** RFC 9110 §8.8.3, strong: of the octets that are sent. */
export const etagOf = (body: string | Uint8Array): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

/** RFC 9110 §13.1.1, §13.1.2: whether a field of a condition names it. A weak one is compared weakly where that is asked. */
export function namesEtag(field: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (field.trim() === '*') return true;
  const named = field.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return named.some((tag) => (comparison === 'weak' ? tag.replace(/^W\//, '') : tag) === etag);
}
