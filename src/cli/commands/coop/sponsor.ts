import { z } from 'zod';
import { StoreError } from '../../../base/index.ts';
import type { Coop, Party } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { adminCommand } from '../../admin/index.ts';
import { table } from '../../text.ts';
import { actingCommand } from './acting.ts';
import { number } from './amount.ts';
import { invoicesOf, shownInvoices } from './invoice.ts';
import { allOf } from './parts.ts';

const command = adminCommand<Rooms>();
const which = { name: 'sponsor', summary: 'their number, as coop sponsor list shows it' };

const details = [
  { name: 'kind', value: 'KIND', summary: 'brand, institute or other' },
  { name: 'address', value: 'LINE', many: true, summary: 'in lines' },
  { name: 'country', value: 'CODE', summary: "of the address; the co-op's where nothing is said" },
  { name: 'vat-number', value: 'NUMBER', summary: 'theirs' },
  {
    ...{ name: 'tax', value: 'HOW' },
    summary: 'standard, reverse (the customer owes the VAT) or outside (of the Union)',
  },
] as const;

const kind = z.enum(['brand', 'institute', 'other']);
const tax = z.enum(['standard', 'reverse', 'outside']);
const known = { address: z.array(z.string()), country: z.string(), vatNumber: z.string() };

async function sponsor({ parties }: Coop, id: number): Promise<Party> {
  const found = await parties.party(id);
  if (found === null) throw new StoreError('not-found', `there is no sponsor ${id}`);
  return found;
}

const add = actingCommand({
  name: ['coop', 'sponsor', 'add'],
  summary: 'write a sponsor down; prints their number',
  parameters: [{ name: 'name', summary: 'of the company or institute' }],
  options: details,
  schema: z.strictObject({
    ...{ name: z.string(), kind: kind.default('other'), tax: tax.default('standard') },
    ...{ address: known.address.default([]), country: known.country.optional() },
    vatNumber: known.vatNumber.default(''),
  }),
  privilege: 'invoice.write',
  async run({ coop, actor, key }, { country = coop.rules.country, ...typed }) {
    const { id } = await coop.parties.add(actor, { details: { ...typed, country }, key });
    return { text: `sponsor ${id}  ${typed.name}`, json: await sponsor(coop, id) };
  },
});

const change = actingCommand({
  name: ['coop', 'sponsor', 'change'],
  summary: 'change what is known of a sponsor; what is left out stays, and so do invoices that were sent',
  parameters: [which],
  options: [{ name: 'name', value: 'NAME', summary: 'of the company or institute' }, ...details],
  schema: z
    .strictObject({ ...known, kind, tax, name: z.string() })
    .partial()
    .extend({ sponsor: number() }),
  privilege: 'invoice.write',
  async run({ coop, actor, key }, { sponsor: wanted, ...typed }) {
    const { id, ...before } = await sponsor(coop, wanted);
    // What was not typed is not there: nothing stands in place of what is known.
    const details = Object.assign(before, typed);
    await coop.parties.change(actor, { party: id, details, key });
    const now = await sponsor(coop, id);
    return { text: `changed sponsor ${id}  ${now.name}`, json: now };
  },
});

const list = command({
  name: ['coop', 'sponsor', 'list'],
  summary: 'the sponsors: number, kind, name',
  schema: z.strictObject({}),
  async run({ coop }) {
    const all = await allOf<Party>((last) => coop.parties.parties({ after: last?.id ?? 0 }));
    return { text: table(all.map(({ id, kind, name }) => [String(id), kind, name])), json: all };
  },
});

const show = command({
  name: ['coop', 'sponsor', 'show'],
  summary: 'what is known of a sponsor, and their invoices',
  parameters: [which],
  schema: z.strictObject({ sponsor: number() }),
  async run({ coop }, { sponsor: wanted }) {
    const { id, name, kind, address, country, vatNumber, tax } = await sponsor(coop, wanted);
    const invoices = await invoicesOf(coop, id);
    const rows = [
      ['sponsor', `${id}  ${name}`],
      ['kind', kind],
      ['address', [...address, country].join(', ')],
      ...(vatNumber === '' ? [] : [['VAT number', vatNumber]]),
      ['VAT', tax],
    ];
    const text = [table(rows), '', shownInvoices(invoices)].join('\n').trimEnd();
    return { text, json: { id, name, kind, address, country, vatNumber, tax, invoices } };
  },
});

export const sponsorCommands = [add, change, list, show];
