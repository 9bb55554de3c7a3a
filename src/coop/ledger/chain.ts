import { canonicalJson } from '../../formats/canonical-json/index.ts';
import { sha256 } from '../hash.ts';
import type { Posting } from './types.ts';

/** What is hashed of an entry: names are those of the public part, personal accounts are commitments (docs/MONEY.md). */
export interface Chained {
  readonly seq: number;
  readonly date: string;
  readonly kind: string;
  readonly key: string;
  readonly memo: string;
  readonly postings: readonly Posting[];
}

/** Where the chain of a co-op begins. */
export const chainStart = (coop: string): Buffer => sha256('coop-ledger/v1\0', coop);

/** The link after `before`. */
export function chainLink(before: Uint8Array, { seq, date, kind, key, memo, postings }: Chained): Buffer {
  const rows = postings.map(({ account, asset, amount }) => [account, asset, amount]);
  return sha256('coop-entry/v1\0', before, canonicalJson({ seq, date, kind, key, memo, postings: rows }));
}

/** What tells one draft from another of the same key. Accounts as they stand in the chain, for names can be tried. */
export const draftHash = (draft: Omit<Chained, 'seq'> & { readonly reverses: number }): string => {
  const { date, kind, key, memo, postings, reverses } = draft;
  const rows = postings.map(({ account, asset, amount }) => [account, asset, amount]);
  return sha256(
    'coop-draft/v1\0',
    canonicalJson({ date, kind, key, memo, postings: rows, reverses }),
  ).toString('hex');
};
