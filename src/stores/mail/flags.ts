import { StoreError } from '../../base/index.ts';
import { limits } from './limits.ts';
import { flagBits, type MessageRow } from './types.ts';

/** Keywords compare without case (RFC 9051 §2.3.2); the spelling first seen stays. */
function merge(kept: readonly string[], added: readonly string[]): string[] {
  const byKey = new Map(kept.map((keyword) => [keyword.toLowerCase(), keyword]));
  for (const keyword of added) {
    const key = keyword.toLowerCase();
    if (!byKey.has(key)) byKey.set(key, keyword);
  }
  return [...byKey.values()];
}

/** One text for the row: sorted, separated by one space. StoreError 'limit', 'invalid'. */
export function joinKeywords(keywords: readonly string[]): string {
  if (keywords.length === 0) return '';
  const unique = merge([], keywords);
  if (unique.length > limits.keywordsPerMessageMax) {
    throw new StoreError('limit', `a message carries at most ${limits.keywordsPerMessageMax} keywords`);
  }
  for (const keyword of unique) {
    if (keyword.length > limits.keywordBytesMax) {
      throw new StoreError('limit', `a keyword is longer than ${limits.keywordBytesMax} bytes`);
    }
    if (!/^[!-~]+$/.test(keyword))
      throw new StoreError('invalid', 'a keyword holds a character that is not allowed');
  }
  return unique.sort().join(' ');
}

export function splitKeywords(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}

export interface FlagState {
  readonly flags: number;
  readonly keywords: string;
}

/** Which flags a change may touch; others stay as they are when all are replaced (RFC 4314 §4). */
export interface FlagScope {
  /** `flagBits` or-ed. */
  readonly flags: number;
  readonly keywords: boolean;
}

const everyFlag: FlagScope = { flags: -1, keywords: true };

/** What a message's flags become; pure. */
export function applyFlags(
  now: FlagState,
  mode: 'add' | 'remove' | 'replace',
  flags: number,
  keywords: readonly string[],
  only: FlagScope = everyFlag,
): FlagState {
  const have = splitKeywords(now.keywords);
  switch (mode) {
    case 'add':
      return { flags: now.flags | flags, keywords: joinKeywords(merge(have, keywords)) };
    case 'remove': {
      const gone = new Set(keywords.map((keyword) => keyword.toLowerCase()));
      const left = have.filter((keyword) => !gone.has(keyword.toLowerCase()));
      return { flags: now.flags & ~flags, keywords: joinKeywords(left) };
    }
    case 'replace': {
      const known = new Map(have.map((keyword) => [keyword.toLowerCase(), keyword]));
      const replaced = keywords.map((keyword) => known.get(keyword.toLowerCase()) ?? keyword);
      return {
        flags: (now.flags & ~only.flags) | (flags & only.flags),
        keywords: only.keywords ? joinKeywords(replaced) : now.keywords,
      };
    }
  }
}

/** What a set of rows adds to a mailbox's counters. */
export function countersOf(rows: readonly Pick<MessageRow, 'flags' | 'size'>[]): {
  count: number;
  unseen: number;
  deleted: number;
  size: number;
} {
  let unseen = 0;
  let deleted = 0;
  let size = 0;
  for (const row of rows) {
    if ((row.flags & flagBits.seen) === 0) unseen++;
    if ((row.flags & flagBits.deleted) !== 0) deleted++;
    size += row.size;
  }
  return { count: rows.length, unseen, deleted, size };
}
