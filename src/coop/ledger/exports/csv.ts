import type { Entry } from '../types.ts';
import { decimalOf } from './amount.ts';

/** RFC 4180 §2: in quotes where it must be; what a spreadsheet would run as a formula is a text. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A posting a line; amounts as decimals, debit above zero. */
export async function* csvExport(pages: AsyncIterable<readonly Entry[]>): AsyncIterable<string> {
  yield 'seq,date,kind,key,memo,account,asset,amount,hash\r\n';
  for await (const page of pages)
    yield page
      .flatMap(({ seq, date, kind, key, memo, hash, postings }) =>
        postings.map(({ account, asset, amount }) => {
          const said = [kind, key, memo, account].map(field);
          return `${seq},${date},${said.join(',')},${asset},${decimalOf(amount, asset)},${hash}\r\n`;
        }),
      )
      .join('');
}
