import { referencesMax } from './limits.ts';

/** Message ids of a References, In-Reply-To or Message-ID value, with their angle brackets, in order. */
export function messageIds(text: string): string[] {
  const ids: string[] = [];
  let close = -1;
  for (let open = text.indexOf('<'); open >= 0; open = text.indexOf('<', open + 1)) {
    if (close < open) close = text.indexOf('>', open);
    if (close < 0) break;
    const next = text.indexOf('<', open + 1);
    if (next >= 0 && next < close) continue;
    const id = text.slice(open, close + 1).replace(/\s+/g, '');
    if (id.length > 2 && id.length <= 998) ids.push(id);
  }
  return ids;
}

/**
 * The ancestors of a message, oldest first: References, or where it holds none the first of In-Reply-To (RFC 5256 §3
 * REFERENCES step 1). Of many the first and the latest are kept.
 */
export function threadReferences(references: string | null, inReplyTo: string | null): string[] {
  const ids = messageIds(references ?? '');
  if (ids.length === 0) return messageIds(inReplyTo ?? '').slice(0, 1);
  return ids.length <= referencesMax ? ids : [...ids.slice(0, 1), ...ids.slice(1 - referencesMax)];
}
