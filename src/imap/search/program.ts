import type { Session } from '../session/session.ts';
import type { Decoder, SearchKey, SearchTables } from '../wire/index.ts';

/** What the extensions bring to the grammar of searches. */
export function searchTables(session: Session): SearchTables {
  const { searchKeys, searchReturns } = session.services.features;
  const returns = new Map<string, (decoder: Decoder) => unknown>();
  for (const { name, parse } of searchReturns.values()) returns.set(name, (d) => parse?.(d, session) ?? null);
  return {
    keys: new Map([...searchKeys].map(([name, feature]) => [name, feature.parse])),
    returns,
    decode: decodeText,
  };
}

/** Any charset that the platform knows beside UTF-8; undefined answers BADCHARSET. */
function decodeText(charset: string, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function mentionsModseq(key: SearchKey): boolean {
  return someKey(key, ({ kind }) => kind === 'modseq');
}

/** Whether any key of the tree passes the test. */
export function someKey(key: SearchKey, test: (key: SearchKey) => boolean): boolean {
  if (test(key)) return true;
  if (key.kind === 'not') return someKey(key.key, test);
  return (key.kind === 'and' || key.kind === 'or') && key.keys.some((child) => someKey(child, test));
}
