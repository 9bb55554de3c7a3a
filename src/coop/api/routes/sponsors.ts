import { z } from 'zod';
import { partyKinds } from '../../parties/types.ts';
import { refusal } from '../../refusals.ts';
import { pageBy } from '../cursor.ts';
import { certificateWeightCount } from '../limits.ts';
import { route } from '../route.ts';
import {
  amountAboveIn,
  amountOut,
  day,
  listOf,
  noMore,
  pageOf,
  params,
  pathNumber,
  text,
} from '../schemas.ts';
import type { ApiRoute, Call } from '../types.ts';
import { invoice, pdf, sponsor, taxKinds } from './shapes.ts';

const tag = 'sponsors';
const reads = { method: 'GET', tag, privilege: 'ledger.read', params: null, body: null } as const;
const writes = { method: 'POST', tag, privilege: 'invoice.write', query: null, status: 201 } as const;
const last = Number.MAX_SAFE_INTEGER;
const ofSponsor = params({ sponsor: pathNumber });
const ofInvoice = params({ invoice: pathNumber });
const sponsorPath = '/sponsors/{sponsor}';
const invoicePath = '/invoices/{invoice}';

const details = z.strictObject({
  kind: z.enum(partyKinds),
  name: text(200),
  address: z.array(z.string().max(200)).max(20).meta({ description: 'In lines.' }),
  country: z.string().max(2),
  vatNumber: z.string().max(40),
  tax: z.enum(taxKinds),
});

async function sponsorOf({ coop }: Pick<Call, 'coop'>, id: number) {
  const found = await coop.parties.party(id);
  if (found === null) throw refusal('E_NOT_FOUND', `there is no sponsor ${id}`);
  return found;
}

async function invoiceOf({ coop }: Pick<Call, 'coop'>, id: number) {
  const found = await coop.parties.invoiceById(id);
  if (found === null) throw refusal('E_NOT_FOUND', `there is no invoice ${id}`);
  return found;
}

const sponsors: readonly ApiRoute[] = [
  route({
    ...{ ...reads, path: '/sponsors', query: pageOf(noMore), answer: listOf(sponsor) },
    ...{ summary: 'Who buys from the co-op, in the order in which they came.', refusals: ['E_CURSOR'] },
    run: ({ coop, query }) => {
      const pages = (after: number) => coop.parties.parties({ after });
      return pageBy('/sponsors', query, 0, pages, ({ id }) => id);
    },
  }),
  route({
    ...{ ...reads, path: sponsorPath, params: ofSponsor, query: null, answer: sponsor },
    ...{ summary: 'One of them.', refusals: [] },
    run: (call) => sponsorOf(call, call.params.sponsor),
  }),
  route({
    ...{ ...writes, path: '/sponsors', params: null, body: details, answer: sponsor },
    ...{ summary: 'Writes a sponsor down.', refusals: ['E_TEXT', 'E_LIMIT', 'E_TAX'] },
    async run(call) {
      const { coop, actor, body, key } = call;
      const { id } = await coop.parties.add(actor, { details: body, key });
      return sponsorOf(call, id);
    },
    located: ({ id }) => `/sponsors/${id}`,
  }),
  route({
    ...{ ...writes, method: 'PUT', path: sponsorPath, params: ofSponsor, status: 200, body: details },
    ...{ answer: sponsor, changes: sponsorPath, refusals: ['E_TEXT', 'E_LIMIT', 'E_TAX'] },
    summary: 'Says anew who they are; what was sent stays as it was.',
    async run(call) {
      const { coop, actor, params: of, body, key } = call;
      await coop.parties.change(actor, { party: of.sponsor, details: body, key });
      return sponsorOf(call, of.sponsor);
    },
  }),
  route({
    ...{ ...reads, path: '/sponsors/{sponsor}/invoices', params: ofSponsor, query: pageOf(noMore) },
    ...{ answer: listOf(invoice), refusals: ['E_CURSOR'] },
    summary: 'Their invoices and notes, the last one first.',
    async run(call) {
      const { coop, query } = call;
      const { id } = await sponsorOf(call, call.params.sponsor);
      const pages = (before: number) => coop.parties.invoices({ before, party: id });
      return pageBy(`/sponsors/${id}/invoices`, query, last, pages, (row) => row.id);
    },
  }),
];

const invoices: readonly ApiRoute[] = [
  route({
    ...{ ...reads, path: '/invoices', query: pageOf(noMore), answer: listOf(invoice) },
    ...{ summary: 'Invoices and notes of all, the last one first.', refusals: ['E_CURSOR'] },
    run: ({ coop, query }) => {
      const pages = (before: number) => coop.parties.invoices({ before });
      return pageBy('/invoices', query, last, pages, ({ id }) => id);
    },
  }),
  route({
    ...{ ...reads, path: invoicePath, params: ofInvoice, query: null, answer: invoice },
    ...{ summary: 'One invoice or note: what was sent, credited, received.', refusals: [] },
    run: (call) => invoiceOf(call, call.params.invoice),
  }),
  route({
    ...{ ...reads, path: '/invoices/{invoice}/pdf', params: ofInvoice, query: null, answer: pdf },
    ...{ refusals: [], weight: certificateWeightCount, summary: 'The same as it is sent.' },
    async run(call) {
      const { id, number } = await invoiceOf(call, call.params.invoice);
      return { name: `${number}.pdf`, bytes: await call.coop.parties.invoicePdf(id) };
    },
  }),
  route({
    ...{ ...reads, path: '/invoices/{invoice}/receipts', params: ofInvoice, query: null, refusals: [] },
    summary: 'What came for an invoice, in order.',
    answer: z.object({
      items: z.array(
        z.object({ line: z.int(), day, amount: amountOut(), net: amountOut('Of it, without VAT.') }),
      ),
    }),
    async run(call) {
      const { id } = await invoiceOf(call, call.params.invoice);
      return { items: await call.coop.parties.receipts(id) };
    },
  }),
  route({
    ...{ ...writes, path: '/invoices', params: null, answer: invoice },
    summary: 'Writes an invoice of today with the next number, and expects its payment.',
    body: z.strictObject({
      sponsor: z.int().min(1),
      due: day,
      sold: z.enum(['surveys', 'other']).prefault('surveys'),
      lines: z
        .array(
          z.strictObject({
            ...{ text: text(200), quantity: z.int().min(1) },
            price: amountAboveIn('Minor units of one, without VAT.'),
          }),
        )
        .max(100),
    }),
    refusals: ['E_TEXT', 'E_LIMIT', 'E_AMOUNT', 'E_DATE', 'E_NOT_FOUND', 'E_PERIOD_CLOSED'],
    async run(call) {
      const { coop, actor, body, key } = call;
      const { sponsor: party, ...what } = body;
      return invoiceOf(call, (await coop.parties.invoice(actor, { party, ...what, key })).id);
    },
    located: ({ id }) => `/invoices/${id}`,
  }),
  route({
    ...{ ...writes, path: `${invoicePath}/credits`, params: ofInvoice, answer: invoice },
    ...{ changes: invoicePath, summary: 'Takes an invoice back by a note, all of it or an amount.' },
    body: z.strictObject({
      text: text(200),
      net: amountAboveIn('Without VAT; all that is left where nothing is said.').optional(),
    }),
    refusals: ['E_AMOUNT', 'E_TEXT', 'E_PERIOD_CLOSED'],
    async run(call) {
      const { coop, actor, params: of, body, key } = call;
      const net = body.net === undefined ? {} : { net: body.net };
      const { id } = await coop.parties.credit(actor, { ...of, text: body.text, ...net, key });
      return invoiceOf(call, id);
    },
    located: ({ id }) => `/invoices/${id}`,
  }),
];

export const sponsorsRoutes: readonly ApiRoute[] = [...sponsors, ...invoices];
