import { FormatError } from '../../base/index.ts';
import { creditorReference, shownIban } from '../../formats/iban/index.ts';
import { epcQrText } from '../../formats/iso20022/index.ts';
import { type Paper, paperOf, printable, qrCode, shownMoney } from '../paper.ts';
import { invoicePdfBytesMax } from './limits.ts';
import type { Invoice, InvoicePaper } from './types.ts';

/** An invoice with what it says beside its numbers; of a note, the number of the invoice that it takes back. */
export interface WrittenInvoice {
  readonly invoice: Invoice;
  readonly paper: InvoicePaper;
  readonly takesBack: string;
}

/** Where columns begin, in points, and how wide they are; numbers stand at the right. */
const columns = { what: [64, 226], quantity: [294, 50], price: [344, 94], amount: [438, 93] } as const;
const pageBottom = 760;
const qrHeight = 150;

/** The same octets whenever it is made: all that it says was kept when it was sent. */
export function invoicePdf(written: WrittenInvoice): Promise<Buffer> {
  const { invoice, paper: said } = written;
  const title = `${titleOf(written)} ${invoice.number}`;
  const { name: author } = invoice.seller;
  const head = { title, author, day: invoice.date, language: said.language, bytesMax: invoicePdfBytesMax };
  return paperOf(head, (paper) => {
    writeSides(paper, written, title);
    writeLines(paper, written);
    writeTotals(paper, written);
    if (said.payTo !== null) writePayment(paper, written);
    paper.moveDown().font('regular').fontSize(8);
    for (const mention of said.mentions) paper.text(printable(mention));
  });
}

const titleOf = ({ invoice, paper: { words } }: WrittenInvoice) =>
  invoice.of === 0 ? words.invoice : words.credit;

function writeSides(
  paper: Paper,
  { invoice, paper: { words }, takesBack }: WrittenInvoice,
  title: string,
): void {
  const { seller, buyer, date, due } = invoice;
  const rows = (texts: readonly string[]) => {
    paper.font('regular').fontSize(10);
    for (const text of texts) if (text !== '') paper.text(printable(text));
  };
  const vatNumber = (number: string) => (number === '' ? '' : `${words.vat_number} : ${number}`);
  paper.font('bold').fontSize(16).text(printable(seller.name));
  rows([...seller.address, seller.registration, vatNumber(seller.vatNumber)]);
  paper.moveDown().font('bold').fontSize(14).text(title);
  const back = takesBack === '' ? '' : `${words.of} ${takesBack}`;
  rows([back, `${words.date} : ${date}`, takesBack === '' ? `${words.due} : ${due}` : '']);
  paper
    .moveDown()
    .font('bold')
    .fontSize(10)
    .text(`${words.customer} : ${printable(buyer.name)}`);
  rows([...buyer.address, buyer.registration, vatNumber(buyer.vatNumber)]);
  paper.moveDown();
}

type Cells = Readonly<Record<keyof typeof columns, string>>;

/** One row; the next one begins below the longest of its cells. */
function writeRow(paper: Paper, cells: Cells, font: 'regular' | 'bold'): void {
  paper.font(font).fontSize(9);
  const height = paper.heightOfString(cells.what, { width: columns.what[1] });
  if (paper.y + height > pageBottom) paper.addPage();
  const top = paper.y;
  for (const [name, [left, width]] of Object.entries(columns) as [keyof Cells, readonly [number, number]][])
    paper.text(cells[name], left, top, { width, align: name === 'what' ? 'left' : 'right' });
  paper.x = columns.what[0];
  paper.y = top + height + 4;
}

function writeLines(paper: Paper, { invoice, paper: { words } }: WrittenInvoice): void {
  const { lines, currency } = invoice;
  writeRow(paper, words, 'bold');
  for (const { text, quantity, price } of lines) {
    const [one, all] = [shownMoney(price, currency), shownMoney(quantity * price, currency)];
    writeRow(
      paper,
      { what: printable(text), quantity: String(quantity), price: one, amount: all },
      'regular',
    );
  }
}

function writeTotals(paper: Paper, { invoice, paper: { words, notice } }: WrittenInvoice): void {
  const { net, vat, gross, rate, currency } = invoice;
  const total = (label: string, amount: number, font: 'regular' | 'bold') =>
    writeRow(paper, { what: label, quantity: '', price: '', amount: shownMoney(amount, currency) }, font);
  paper.moveDown();
  total(words.net, net, 'regular');
  total(`${words.vat} ${rate} %`, vat, 'regular');
  total(words.gross, gross, 'bold');
  if (notice !== '') paper.font('regular').text(printable(notice));
}

/** How it is paid: in words, and as a code that a bank's program reads. */
function writePayment(paper: Paper, { invoice, paper: { words, payTo } }: WrittenInvoice): void {
  if (payTo === null) return;
  const reference = creditorReference(invoice.reference);
  paper.moveDown().font('bold').fontSize(10).text(words.pay);
  const bic = payTo.bic === null ? '' : `  BIC ${payTo.bic}`;
  paper.font('regular').text(`IBAN ${shownIban(payTo.iban)}${bic}`);
  paper.text(`${words.reference} : ${reference}`);
  const code = epcOf(invoice, payTo, reference);
  if (code === null) return;
  if (paper.y + qrHeight > pageBottom) paper.addPage();
  const top = paper.y;
  qrCode(paper, code);
  paper.y = top + qrHeight;
}

/** Null where the code cannot say it: another currency, a long name, a bank that has to be named. */
function epcOf(
  { currency, gross: amount }: Invoice,
  payTo: NonNullable<InvoicePaper['payTo']>,
  reference: string,
): string | null {
  if (currency !== 'EUR') return null;
  try {
    return epcQrText({ ...payTo, amount, reference });
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}
