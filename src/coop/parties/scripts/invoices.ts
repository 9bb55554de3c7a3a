import { one, run, type Script } from '../../../storage/index.ts';
import { once } from '../../acts/scripts/note.ts';
import type { NewAct } from '../../acts/types.ts';
import { expectNothing, expectOther, expectPayment } from '../../bank/scripts/expect.ts';
import type { Booking, Receipt } from '../../bank/types.ts';
import type { Told } from '../../house.ts';
import { seal } from '../../ledger/scripts/seal.ts';
import type { Posting } from '../../ledger/types.ts';
import { countTurnover } from '../../payouts/scripts/turnover.ts';
import { refusal } from '../../refusals.ts';
import { fraction, partOf } from '../../rules/decimal.ts';
import type { CoopQueries } from '../../store/queries.ts';
import type { WrittenInvoice } from '../invoice-pdf.ts';
import type { Invoice, InvoiceLine, InvoicePaper, InvoiceSide, Sold, Tax } from '../types.ts';

type Row = Awaited<ReturnType<CoopQueries['partiesInvoice']['execute']>>[number];

export interface NewInvoice {
  readonly house: Told;
  readonly act: NewAct;
  readonly party: number;
  readonly sold: Sold;
  readonly date: string;
  readonly due: string;
  readonly lines: readonly InvoiceLine[];
  readonly seller: InvoiceSide;
  /** How the party is taxed when the rate was looked up: another one since then is refused. */
  readonly tax: Tax;
  readonly rate: string;
  readonly net: number;
  readonly vat: number;
  readonly paper: InvoicePaper;
}

/** What a write about invoices came to. */
export interface Issued {
  readonly id: number;
  readonly number: string;
}

/** The next number of its year, what is owed in the ledger, and what is expected at the bank: one transaction. */
export function* issueInvoice(q: CoopQueries, a: NewInvoice): Script<Issued> {
  return yield* once(q, a.act, function* () {
    const [party] = yield* run(q.partiesParty, { id: a.party });
    if (party === undefined) throw refusal('E_NOT_FOUND', `there is no party ${a.party}`);
    if (party.details.tax !== a.tax) throw refusal('E_STATE', 'the party is taxed in another way by now');
    const { name, address, vatNumber } = party.details;
    const buyer = { name, address, registration: '', vatNumber };
    const { house: _, act: __, ...given } = a;
    const what = { ...given, of: 0, buyer };
    const row = yield* numbered(q, a.house, 'F', what);
    yield* post(q, a.house, { ...row, key: `invoice:${row.id}`, kind: 'invoice.issue', sign: 1 });
    yield* expectPayment(q, {
      ...{ reference: row.reference, purpose: 'invoice', subject: row.id },
      ...{ amount: row.gross, now: a.house.now },
    });
    return { id: row.id, number: row.number };
  });
}

export interface NewCredit {
  readonly house: Told;
  readonly act: NewAct;
  readonly invoice: number;
  readonly date: string;
  readonly text: string;
  /** Without VAT; null: all that is left. */
  readonly net: number | null;
  readonly seller: InvoiceSide;
}

/** Takes an invoice, or a part of it, back. What was paid of that part is owed to the party, and turnover no more. */
export function* issueCredit(q: CoopQueries, a: NewCredit): Script<Issued> {
  return yield* once(q, a.act, function* () {
    const [of] = yield* run(q.partiesInvoice, { id: a.invoice });
    if (of === undefined || of.of > 0) throw refusal('E_NOT_FOUND', `there is no invoice ${a.invoice}`);
    const left = of.net - of.creditedNet;
    const net = a.net ?? left;
    if (left === 0 || net > left)
      throw refusal('E_AMOUNT', `of ${of.number} no more than ${left} can be taken back`, { left });
    const gross = net === left ? of.gross - of.credited : net + vatOf(of, net);
    const { party, sold, tax, rate, buyer } = of;
    const paper = { ...of.paper, mentions: [], payTo: null };
    const said = { date: a.date, due: a.date, seller: a.seller, paper };
    const what = { party, sold, of: of.id, buyer, tax, rate, ...said };
    const lines = [{ text: a.text, quantity: 1, price: net }];
    const note = yield* numbered(q, a.house, 'A', { ...what, lines, net, vat: gross - net });
    yield* post(q, a.house, { ...note, key: `credit:${note.id}`, kind: 'invoice.credit', sign: -1 });
    const moved = { id: of.id, credited: gross, creditedNet: net, received: 0 };
    const after = one(yield* run(q.partiesInvoiceMove, moved));
    yield* expectRest(q, after);
    const turnover = netReceived(after) - netReceived(of);
    if (sold === 'surveys' && turnover !== 0)
      yield* countTurnover(q, { source: `credit:${note.id}`, day: a.date, amount: turnover });
    return { id: note.id, number: note.number };
  });
}

function* expectRest(q: CoopQueries, { reference, gross, credited, received }: Row): Script<void> {
  const due = gross - credited;
  yield* expectOther(q, { reference, amount: Math.max(due, received) });
  if (due === 0 && received === 0) yield* expectNothing(q, { reference });
}

/** Money for an invoice (`store/receivers.ts`): what of it is no VAT counts as turnover of the month. */
export function* receiveInvoice(
  q: CoopQueries,
  { expected, amount, day, line, currency }: Receipt,
): Script<Booking> {
  const before = one(yield* run(q.partiesInvoice, { id: expected.subject }));
  const moved = { id: before.id, credited: 0, creditedNet: 0, received: amount };
  const after = one(yield* run(q.partiesInvoiceMove, moved));
  const net = netReceived(after) - netReceived(before);
  const receipt = one(yield* run(q.partiesReceiptAdd, { invoice: after.id, line, day, amount, net }));
  if (after.sold === 'surveys' && net !== 0)
    yield* countTurnover(q, { source: `receipt:${receipt.id}`, day, amount: net });
  const postings = [{ account: `customer:${after.party}`, asset: currency, amount: -amount }];
  return { kind: 'invoice.payment', memo: after.number, postings };
}

/** Of what came, how much is no VAT: all of it when all is paid, however often it came. */
function netReceived({ gross, credited, net, creditedNet, received }: Row): number {
  const [due, dueNet] = [gross - credited, net - creditedNet];
  return received >= due ? dueNet : partOf(received, fraction(dueNet, due), 'down');
}

const vatOf = ({ net, vat }: Row, part: number): number => partOf(part, fraction(vat, net), 'half-up');

type Kept = Omit<NewInvoice, 'house' | 'act'> & { readonly of: number; readonly buyer: InvoiceSide };

function* numbered(q: CoopQueries, house: Told, letter: 'F' | 'A', what: Kept): Script<Row> {
  const series = `${letter}${what.date.slice(0, 4)}`;
  const [last] = yield* run(q.partiesSeriesLast, { series });
  if (last !== undefined && last.date > what.date)
    throw refusal('E_DATE', `${series} has one of ${last.date}: numbers are in the order of their days`);
  const n = (last?.n ?? 0) + 1;
  const count = String(n).padStart(6, '0');
  const reference = letter === 'F' ? `${series}${count}` : '';
  const row = { ...what, series, n, number: `${series}-${count}`, reference, gross: what.net + what.vat };
  return one(yield* run(q.partiesInvoiceAdd, { ...row, currency: house.currency }));
}

function* post(
  q: CoopQueries,
  house: Told,
  a: Row & { readonly key: string; readonly kind: string; readonly sign: 1 | -1 },
): Script<void> {
  const { key, kind, sign, date, number } = a;
  const asset = house.currency;
  const postings: Posting[] = [
    { account: `customer:${a.party}`, asset, amount: sign * a.gross },
    { account: `income:${a.sold}`, asset, amount: -sign * a.net },
  ];
  if (a.vat > 0) postings.push({ account: 'vat:collected', asset, amount: -sign * a.vat });
  yield* seal(q, house, [{ key, date, kind, memo: number, postings }]);
}

export const invoiceOf = ({ series: _, n: __, paper: ___, ...invoice }: Row): Invoice => invoice;

/** What the document of an invoice or a note is made of; null where there is none. */
export function* writtenInvoice(
  q: CoopQueries,
  { id }: { readonly id: number },
): Script<WrittenInvoice | null> {
  const [row] = yield* run(q.partiesInvoice, { id });
  if (row === undefined) return null;
  const [of] = row.of === 0 ? [] : yield* run(q.partiesInvoice, { id: row.of });
  return { invoice: invoiceOf(row), paper: row.paper, takesBack: of?.number ?? '' };
}
