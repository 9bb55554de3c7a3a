import type { AccountName, Asset, Chart, Entry, Posting } from '../types.ts';
import { decimalOf } from './amount.ts';

export interface FecOptions {
  readonly chart: Chart;
  /** Numbers and labels of the country's plan, by account or by kind. */
  readonly plan: Readonly<Record<string, { readonly number: string; readonly label: string }>>;
  readonly currency: Asset;
}

/** The 18 fields, in the order of the decree (LPF, art. A47 A-1, VII). */
const fields = [
  ...['JournalCode', 'JournalLib', 'EcritureNum', 'EcritureDate', 'CompteNum', 'CompteLib'],
  ...['CompAuxNum', 'CompAuxLib', 'PieceRef', 'PieceDate', 'EcritureLib', 'Debit', 'Credit'],
  ...['EcritureLet', 'DateLet', 'ValidDate', 'Montantdevise', 'Idevise'],
];

const line = (values: readonly string[]) =>
  `${values.map((value) => value.replace(/[\t\r\n|]+/g, ' ')).join('\t')}\r\n`;
const compact = (day: string) => day.replaceAll('-', '');

/**
 * The accounting entries of a fiscal year as French law wants them (`<SIREN>FEC<last day>.txt`): a posting a line, tabs between
 * the fields, a comma before the cents. Coins are no money and stand outside; entries of money are numbered without a gap.
 */
export async function* fecExport(
  pages: AsyncIterable<readonly Entry[]>,
  options: FecOptions,
): AsyncIterable<string> {
  yield line(fields);
  let number = 0;
  for await (const page of pages) {
    let text = '';
    for (const entry of page) {
      const postings = entry.postings.filter(({ asset }) => asset === options.currency);
      if (postings.length === 0) continue;
      number++;
      for (const posting of postings) text += line(lineOf(entry, posting, number, options));
    }
    yield text;
  }
}

function lineOf(entry: Entry, posting: Posting, number: number, options: FecOptions): readonly string[] {
  const { account, asset, amount } = posting;
  const [code, label] = entry.postings.some((row) => row.account.startsWith('bank:'))
    ? ['BQ', 'Banque']
    : ['OD', 'Opérations diverses'];
  const side = (isDebit: boolean) => decimalOf(amount > 0 === isDebit ? Math.abs(amount) : 0, asset, ',');
  return [
    ...[code, label, String(number), compact(entry.date), ...accountOf(account, options)],
    ...[entry.key, compact(entry.date), entry.memo === '' ? entry.kind : entry.memo],
    ...[side(true), side(false), '', '', compact(new Date(entry.sealed).toISOString().slice(0, 10)), '', ''],
  ];
}

/** Number and label of the plan; whose it is as an auxiliary account. */
function accountOf(account: AccountName, { chart, plan }: FecOptions): readonly string[] {
  const [kind = '', of = ''] = account.split(':');
  const planned = plan[account] ?? plan[kind] ?? { number: '', label: kind };
  const isAuxiliary = chart[kind]?.personal === true || kind === 'customer';
  return [planned.number, planned.label, isAuxiliary ? of : '', isAuxiliary ? account : ''];
}
