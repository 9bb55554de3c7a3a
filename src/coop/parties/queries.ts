import { and, asc, eq, gt, lt, type QueryContext, sql } from '../../storage/index.ts';
import { partyStepRows } from './limits.ts';
import type { partiesTables } from './tables.ts';

type Context = QueryContext<(typeof partiesTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;
const number = (name: string) => sql<number>`cast(${p(name)} as bigint)`;

function partyQueries({ db, t }: Context) {
  const a = t.parties_parties;
  return {
    partiesAdd: db
      .insert(a)
      .values({ name: bound('name'), details: bound('details'), created: bound('now') })
      .returning({ id: a.id })
      .prepare('parties_add'),
    partiesChange: db
      .update(a)
      .set({ name: bound('name'), details: bound('details') })
      .where(eq(a.id, p('id')))
      .returning({ id: a.id })
      .prepare('parties_change'),
    partiesParty: db
      .select()
      .from(a)
      .where(eq(a.id, p('id')))
      .prepare('parties_party'),
    partiesPage: db
      .select()
      .from(a)
      .where(gt(a.id, p('after')))
      .orderBy(asc(a.id))
      .limit(bound('max'))
      .prepare('parties_page'),
  };
}

function invoiceQueries({ db, t }: Context) {
  const i = t.parties_invoices;
  return {
    partiesSeriesLast: db
      .select({ n: i.n, date: i.date })
      .from(i)
      .where(eq(i.series, p('series')))
      .orderBy(sql`${i.n} desc`)
      .limit(1)
      .prepare('parties_series_last'),
    partiesInvoiceAdd: db
      .insert(i)
      .values({
        ...{ series: bound('series'), n: bound('n'), number: bound('number'), party: bound('party') },
        ...{ sold: bound('sold'), of: bound('of'), date: bound('date'), due: bound('due') },
        ...{ currency: bound('currency'), lines: bound('lines'), rate: bound('rate'), tax: bound('tax') },
        ...{ net: bound('net'), vat: bound('vat'), gross: bound('gross'), reference: bound('reference') },
        ...{
          seller: bound('seller'),
          buyer: bound('buyer'),
          paper: bound('paper'),
          credited: 0,
          creditedNet: 0,
          received: 0,
        },
      })
      .returning()
      .prepare('parties_invoice_add'),
    partiesInvoice: db
      .select()
      .from(i)
      .where(eq(i.id, p('id')))
      .prepare('parties_invoice'),
    partiesInvoiceMove: db
      .update(i)
      .set({
        credited: sql`${i.credited} + ${number('credited')}`,
        creditedNet: sql`${i.creditedNet} + ${number('creditedNet')}`,
        received: sql`${i.received} + ${number('received')}`,
      })
      .where(eq(i.id, p('id')))
      .returning()
      .prepare('parties_invoice_move'),
    /** What is not paid whole yet, what is due first in front. */
    partiesInvoicesOpen: db
      .select()
      .from(i)
      .where(and(eq(i.of, 0), sql`${i.credited} + ${i.received} < ${i.gross}`))
      .orderBy(asc(i.due), asc(i.id))
      .limit(bound('max'))
      .prepare('parties_invoices_open'),
    partiesInvoicesPage: db
      .select()
      .from(i)
      .where(lt(i.id, p('before')))
      .orderBy(sql`${i.id} desc`)
      .limit(bound('max'))
      .prepare('parties_invoices_page'),
    partiesInvoicesOf: db
      .select()
      .from(i)
      .where(and(eq(i.party, p('party')), lt(i.id, p('before'))))
      .orderBy(sql`${i.id} desc`)
      .limit(bound('max'))
      .prepare('parties_invoices_of'),
    partiesReceiptAdd: db
      .insert(t.parties_receipts)
      .values({
        ...{ invoice: bound('invoice'), line: bound('line'), day: bound('day') },
        ...{ amount: bound('amount'), net: bound('net') },
      })
      .returning({ id: t.parties_receipts.id })
      .prepare('parties_receipt_add'),
    partiesReceiptsOf: db
      .select()
      .from(t.parties_receipts)
      .where(eq(t.parties_receipts.invoice, p('invoice')))
      .orderBy(asc(t.parties_receipts.id))
      .prepare('parties_receipts_of'),
  };
}

function checkQueries({ db, t }: Context) {
  const i = t.parties_invoices;
  // A column of a query over one table is written without its table, which in here would be another one's.
  const [came, gone] = [
    sql<number>`(select coalesce(sum(r.amount), 0) from parties_receipts r where r.invoice = parties_invoices.id)`,
    sql<number>`(select coalesce(sum(c.gross), 0) from parties_invoices c where c."of" = parties_invoices.id)`,
  ];
  return {
    partiesInvoicesChecked: db
      .select({
        ...{ id: i.id, number: i.number, net: i.net, vat: i.vat, gross: i.gross, lines: i.lines },
        ...{ credited: i.credited, received: i.received },
        came: came.mapWith(Number),
        gone: gone.mapWith(Number),
      })
      .from(i)
      .where(gt(i.id, p('after')))
      .orderBy(asc(i.id))
      .limit(partyStepRows)
      .prepare('parties_invoices_checked'),
    partiesGaps: db
      .select({ series: i.series, rows: sql<number>`count(*)`, last: sql<number>`max(${i.n})` })
      .from(i)
      .groupBy(i.series)
      .having(sql`count(*) <> max(${i.n})`)
      .prepare('parties_gaps'),
  };
}

export const partiesQueries = (context: Context) => ({
  ...partyQueries(context),
  ...invoiceQueries(context),
  ...checkQueries(context),
});

export type PartiesQueries = ReturnType<typeof partiesQueries>;
