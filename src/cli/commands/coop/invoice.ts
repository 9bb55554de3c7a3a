import { z } from 'zod';
import type { Invoice, Party } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { actingCommand } from './acting.ts';
import { amount, day, number, shownMoney } from './amount.ts';
import { allOf } from './parts.ts';

const command = adminCommand<Rooms>();

const party = actingCommand({
  name: ['coop', 'invoice', 'party'],
  summary: 'write a sponsor down; prints their number',
  parameters: [{ name: 'name', summary: 'of the company or institute' }],
  options: [
    { name: 'kind', value: 'KIND', summary: 'brand, institute or other' },
    { name: 'address', value: 'LINE', many: true, summary: 'in lines' },
    { name: 'country', value: 'CODE', summary: "of the address; the co-op's where it is left out" },
    { name: 'vat-number', value: 'NUMBER', summary: 'theirs' },
    {
      name: 'tax',
      value: 'HOW',
      summary: 'standard, reverse (the customer owes the VAT) or outside (of the Union)',
    },
  ],
  schema: z.strictObject({
    name: z.string(),
    kind: z.enum(['brand', 'institute', 'other']).default('other'),
    address: z.array(z.string()).default([]),
    country: z.string().optional(),
    vatNumber: z.string().default(''),
    tax: z.enum(['standard', 'reverse', 'outside']).default('standard'),
  }),
  privilege: 'invoice.write',
  async run({ coop, actor, key }, { country = coop.rules.country, ...given }) {
    const { id } = await coop.parties.add(actor, {
      ...{ details: { ...given, country }, key },
    });
    return { text: `party ${id}  ${given.name}`, json: { id, ...given } };
  },
});

const add = actingCommand({
  name: ['coop', 'invoice', 'add'],
  summary: 'write an invoice of today with the next number; prints the reference that its payment must bear',
  parameters: [
    { name: 'party', summary: 'the number of the sponsor' },
    { name: 'amount', summary: 'without VAT, such as 1250.00' },
  ],
  options: [
    { name: 'text', value: 'TEXT', summary: 'what it is for' },
    { name: 'due', value: 'DAY', summary: 'until when it is to be paid' },
    { name: 'other', summary: "it is for no survey, and does not count for the members' pay" },
  ],
  schema: z.strictObject({
    ...{ party: number(), amount: amount(), text: z.string(), due: day(), other: z.boolean().optional() },
  }),
  privilege: 'invoice.write',
  async run({ coop, actor, key }, { party: whose, amount: price, text, due, other }) {
    const { id } = await coop.parties.invoice(actor, {
      ...{ party: whose, lines: [{ text, quantity: 1, price }], due, key },
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
    : `${called}: ${total} until ${due} with the reference ${reference}`;
}

const list = command({
  name: ['coop', 'invoice', 'list'],
  summary: 'invoices and notes, the last one first: number, day, to whom, how much, what came',
  schema: z.strictObject({}),
  async run({ coop }) {
    const all = await allOf<Invoice>((last) =>
      coop.parties.invoices({ before: last?.id ?? Number.MAX_SAFE_INTEGER }),
    );
    const rows = all.map((each) => [
      ...[String(each.id), each.number, each.date, each.buyer.name, shownMoney(each.gross, each.currency)],
      each.of > 0 ? `takes back ${each.of}` : `${shownMoney(each.received, each.currency)} came`,
    ]);
    return { text: table(rows), json: all };
  },
});

const parties = command({
  name: ['coop', 'invoice', 'parties'],
  summary: 'the sponsors: number, kind, name',
  schema: z.strictObject({}),
  async run({ coop }) {
    const all = await allOf<Party>((last) => coop.parties.parties({ after: last?.id ?? 0 }));
    return { text: table(all.map(({ id, kind, name }) => [String(id), kind, name])), json: all };
  },
});

export const invoiceCommands = [party, parties, add, credit, list];
