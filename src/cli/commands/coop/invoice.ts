import { z } from 'zod';
import { StoreError } from '../../../base/index.ts';
import { type Coop, daysAfter, type Invoice } from '../../../coop/index.ts';
import { creditorReference } from '../../../formats/iban/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { actingCommand } from './acting.ts';
import { amount, day, number, shownMoney } from './amount.ts';
import { writeNew } from './file.ts';
import { allOf, newFile } from './parts.ts';

const command = adminCommand<Rooms>();
const dueDaysUsually = 30;

const add = actingCommand({
  name: ['coop', 'invoice', 'add'],
  summary: 'write an invoice of today with the next number; prints the reference that its payment must bear',
  parameters: [
    { name: 'sponsor', summary: 'their number, as coop sponsor list shows it' },
    { name: 'amount', summary: 'without VAT, such as 1250.00' },
  ],
  options: [
    { name: 'text', value: 'TEXT', summary: 'what it is for' },
    {
      name: 'due',
      value: 'DAY',
      summary: `until when it is to be paid; ${dueDaysUsually} days from today where it is left out`,
    },
    { name: 'other', summary: "it is for no survey, and does not count for the members' pay" },
  ],
  schema: z.strictObject({
    ...{ sponsor: number(), amount: amount(), text: z.string() },
    ...{ due: day().optional(), other: z.boolean().optional() },
  }),
  privilege: 'invoice.write',
  async run({ coop, actor, key }, { sponsor, amount: price, text, other, ...given }) {
    const due = given.due ?? daysAfter(coop.today(), dueDaysUsually);
    const { id } = await coop.parties.invoice(actor, {
      ...{ party: sponsor, lines: [{ text, quantity: 1, price }], due, key },
      sold: other ? 'other' : 'surveys',
    });
    const made = await coop.parties.invoiceById(id);
    return { text: made === null ? `invoice ${id}` : shown(made), json: made };
  },
});

const credit = actingCommand({
  name: ['coop', 'invoice', 'credit'],
  summary: 'take an invoice back, all of it or a part',
  parameters: [{ name: 'invoice', summary: 'its number here, as coop invoice list shows it first' }],
  options: [
    { name: 'text', value: 'TEXT', summary: 'why' },
    { name: 'amount', value: 'AMOUNT', summary: 'a part of it, without VAT' },
  ],
  schema: z.strictObject({ invoice: number(), text: z.string(), amount: amount().optional() }),
  privilege: 'invoice.write',
  async run({ coop, actor, key }, { invoice, text, amount: net }) {
    const { id } = await coop.parties.credit(actor, {
      ...{ invoice, text, key },
      ...(net === undefined ? {} : { net }),
    });
    const made = await coop.parties.invoiceById(id);
    return { text: made === null ? `note ${id}` : shown(made), json: made };
  },
});

function shown({ number: called, gross, currency, reference, due }: Invoice): string {
  const total = shownMoney(gross, currency);
  return reference === ''
    ? `${called}: ${total}`
    : `${called}: ${total} until ${due} with the reference ${creditorReference(reference)}`;
}

/** All of them, or those of one sponsor, the last one first. */
export const invoicesOf = ({ parties }: Coop, party = 0): Promise<Invoice[]> =>
  allOf<Invoice>((last) => parties.invoices({ party, before: last?.id ?? Number.MAX_SAFE_INTEGER }));

export const shownInvoices = (all: readonly Invoice[]): string =>
  table(
    all.map((each) => [
      ...[String(each.id), each.number, each.date, each.buyer.name, shownMoney(each.gross, each.currency)],
      each.of > 0 ? `takes back ${each.of}` : `${shownMoney(each.received, each.currency)} came`,
    ]),
  );

const list = command({
  name: ['coop', 'invoice', 'list'],
  summary: 'invoices and notes, the last one first: number, day, to whom, how much, what came',
  options: [{ name: 'sponsor', value: 'N', summary: 'those of one sponsor' }],
  schema: z.strictObject({ sponsor: number().optional() }),
  async run({ coop }, { sponsor }) {
    const all = await invoicesOf(coop, sponsor);
    return { text: shownInvoices(all), json: all };
  },
});

const show = command({
  name: ['coop', 'invoice', 'show'],
  summary: 'an invoice or a note: its lines, its VAT, and what came for it on which day',
  parameters: [{ name: 'invoice', summary: 'its number here, as coop invoice list shows it first' }],
  schema: z.strictObject({ invoice: number() }),
  async run({ coop }, { invoice: wanted }) {
    const found = await coop.parties.invoiceById(wanted);
    if (found === null) throw new StoreError('not-found', `there is no invoice ${wanted}`);
    const receipts = await coop.parties.receipts(wanted);
    const money = (minor: number) => shownMoney(minor, found.currency);
    const rows = [
      [found.number, `${found.date} to ${found.buyer.name}`],
      ...found.lines.map(({ text, quantity, price }) => [
        ...[text, quantity === 1 ? money(price) : `${quantity} x ${money(price)}`],
      ]),
      ['without VAT', money(found.net)],
      [`VAT ${found.rate} %`, money(found.vat)],
      ['in all', money(found.gross)],
      ...(found.credited === 0 ? [] : [['taken back by notes', money(found.credited)]]),
      ...(found.reference === ''
        ? []
        : [['until, with the reference', `${found.due}, ${creditorReference(found.reference)}`]]),
      ...receipts.map(({ day: came, amount: minor, line }) => [
        ...[`came on ${came}`, `${money(minor)}, line ${line} of the bank`],
      ]),
    ];
    return { text: table(rows), json: { ...found, receipts } };
  },
});

const pdf = actingCommand({
  name: ['coop', 'invoice', 'pdf'],
  summary: 'an invoice or a note as the customer gets it, the same octets each time',
  parameters: [{ name: 'invoice', summary: 'its number here, as coop invoice list shows it first' }, newFile],
  schema: z.strictObject({ invoice: number(), file: z.string() }),
  paths: ['file'],
  privilege: 'invoice.write',
  async run({ coop }, { invoice, file }) {
    const content = await coop.parties.invoicePdf(invoice);
    await writeNew(file, content);
    return { text: `${file}: ${content.length} octets`, json: { invoice, written: file } };
  },
});

export const invoiceCommands = [add, credit, list, show, pdf];
