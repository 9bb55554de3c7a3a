import { always, defineTables, type Guard } from '../../storage/index.ts';
import type { InvoiceLine, InvoicePaper, InvoiceSide, PartyDetails, Sold, Tax } from './types.ts';

/** Days are texts, times ms since 1970, amounts minor units. An invoice is never changed but for what came of it. */
export const partiesTables = defineTables((kit) => ({
  parties_parties: kit.table(
    'parties_parties',
    {
      id: kit.id(),
      name: kit.text().notNull(),
      details: kit.json<PartyDetails>().notNull(),
      created: kit.int().notNull(),
    },
    {},
  ),
  parties_invoices: kit.table(
    'parties_invoices',
    {
      id: kit.id(),
      /** `F2026`, `A2026`: numbers have no gap within it. */
      series: kit.text().notNull(),
      n: kit.int().notNull(),
      number: kit.text().notNull(),
      party: kit.int().notNull(),
      sold: kit.text().$type<Sold>().notNull(),
      of: kit.int().notNull(),
      date: kit.text().notNull(),
      due: kit.text().notNull(),
      currency: kit.text().notNull(),
      lines: kit.json<readonly InvoiceLine[]>().notNull(),
      rate: kit.text().notNull(),
      tax: kit.text().$type<Tax>().notNull(),
      net: kit.int().notNull(),
      vat: kit.int().notNull(),
      gross: kit.int().notNull(),
      credited: kit.int().notNull(),
      creditedNet: kit.int().notNull(),
      received: kit.int().notNull(),
      reference: kit.text().notNull(),
      seller: kit.json<InvoiceSide>().notNull(),
      buyer: kit.json<InvoiceSide>().notNull(),
      paper: kit.json<InvoicePaper>().notNull(),
    },
    { unique: [['series', 'n']], index: [['party', 'id']], indexAboveZero: ['of'] },
  ),
  /** What came for invoices: which line of the bank, and how much of it is no VAT. */
  parties_receipts: kit.table(
    'parties_receipts',
    {
      id: kit.id(),
      invoice: kit.int().notNull(),
      line: kit.int().notNull(),
      day: kit.text().notNull(),
      amount: kit.int().notNull(),
      net: kit.int().notNull(),
    },
    { index: [['invoice'], ['day']] },
  ),
}));

const fixed = [
  ...[
    'id',
    'series',
    'n',
    'number',
    'party',
    'sold',
    'of',
    'date',
    'due',
    'currency',
    'lines',
    'rate',
    'tax',
  ],
  ...['net', 'vat', 'gross', 'reference', 'seller', 'buyer', 'paper'],
];

export const partiesGuards: readonly Guard[] = [
  {
    ...{ name: 'parties_invoices_gap', table: 'parties_invoices', on: 'INSERT' },
    message: 'gap: numbers of invoices have no gap',
    refuse:
      'NEW."n" <> (SELECT COALESCE(MAX("n"), 0) + 1 FROM "parties_invoices" WHERE "series" = NEW."series")',
  },
  {
    ...{ name: 'parties_invoices_kept', table: 'parties_invoices', on: 'UPDATE' },
    message: 'immutable: an invoice stays as it was sent',
    refuse: fixed.map((column) => `NEW."${column}" <> OLD."${column}"`).join(' OR '),
  },
  {
    ...{ name: 'parties_invoices_sums', table: 'parties_invoices', on: 'UPDATE' },
    message: 'spent: no more of an invoice is credited than there is',
    refuse:
      'NEW."credited" < OLD."credited" OR NEW."credited" > NEW."gross" OR NEW."creditedNet" > NEW."net" OR NEW."received" < OLD."received"',
  },
  {
    ...{ name: 'parties_invoices_stay', table: 'parties_invoices', on: 'DELETE', refuse: always },
    message: 'immutable: invoices stay',
  },
  {
    ...{ name: 'parties_receipts_kept', table: 'parties_receipts', on: 'UPDATE', refuse: always },
    message: 'immutable: what was received stays as it is',
  },
  {
    ...{ name: 'parties_receipts_stay', table: 'parties_receipts', on: 'DELETE', refuse: always },
    message: 'immutable: what was received stays',
  },
];
