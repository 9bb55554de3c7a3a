import type { Chart, Entry } from '../types.ts';
import { decimalOf, digitsOf } from './amount.ts';

type Pages = AsyncIterable<readonly Entry[]>;

/** hledger's names of what accounts are. */
const roots = {
  asset: 'assets',
  liability: 'liabilities',
  equity: 'equity',
  income: 'income',
  expense: 'expenses',
} as const;

/** Text that cannot end a line, begin a comment or a tag. */
const plain = (text: string) => text.replace(/[;|,:\s]+/gu, ' ').trim();

/** A journal that hledger reads: an entry a transaction, its number as the code, its hash and key as tags. */
export async function* journalExport(pages: Pages, chart: Chart): AsyncIterable<string> {
  const assets = new Set<string>();
  for await (const page of pages) {
    let text = '';
    for (const entry of page) {
      for (const { asset } of entry.postings) {
        if (assets.has(asset)) continue;
        assets.add(asset);
        // A commodity directive without a point would leave hledger to guess what a point means.
        text += `commodity 1000.${'0'.repeat(digitsOf(asset))} ${asset}\n\n`;
      }
      text += transaction(entry, chart);
    }
    yield text;
  }
}

function transaction({ seq, date, kind, key, memo, hash, postings }: Entry, chart: Chart): string {
  const lines = postings.map(({ account, asset, amount }) => {
    const nature = chart[account.slice(0, account.indexOf(':'))]?.nature ?? 'asset';
    return `    ${roots[nature]}:${account}  ${decimalOf(amount, asset)} ${asset}`;
  });
  const said = plain(memo) === '' ? plain(kind) : `${plain(kind)} ${plain(memo)}`;
  return `${date} * (${seq}) ${said}\n    ; key:${plain(key)}, hash:${hash}\n${lines.join('\n')}\n\n`;
}
