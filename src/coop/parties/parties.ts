import { newAct } from '../acts/new-act.ts';
import { demand } from '../acts/privileges.ts';
import type { Actor } from '../acts/types.ts';
import { dayIn, demandDay } from '../days.ts';
import { type CoopHouse, toldOf } from '../house.ts';
import type { Day } from '../ledger/types.ts';
import { refusal } from '../refusals.ts';
import { fraction, partOf, shownPercent } from '../rules/decimal.ts';
import { coopOperations as operations } from '../store/module.ts';
import { demandDetails, demandLines, demandNet, netOf } from './check.ts';
import { invoicePdf } from './invoice-pdf.ts';
import { partyPageRows } from './limits.ts';
import type { Issued } from './scripts/invoices.ts';
import type {
  Invoice,
  InvoiceLine,
  InvoicePaper,
  InvoiceSide,
  Party,
  PartyDetails,
  Sold,
  Tax,
} from './types.ts';

/** Who buys from the co-op, what they are asked to pay, and what they paid. */
export class Parties {
  readonly #house: CoopHouse;

  constructor(house: CoopHouse) {
    this.#house = house;
  }

  /** Privilege: `invoice.write`. Refuses with E_TEXT, E_LIMIT, E_COUNTRY, E_VAT. */
  async add(
    actor: Actor,
    { details, key }: { readonly details: PartyDetails; readonly key: string },
  ): Promise<{ readonly id: number }> {
    demand(actor, 'invoice.write');
    const asked = demandDetails(details, this.#house.rules.country);
    const act = newAct(this.#house, actor, {
      key,
      verb: 'party.add',
      subject: 'party:new',
      body: { ...asked },
    });
    return this.#house.database.call(operations.partiesAdd, { act, details: asked, now: act.now });
  }

  /** Privilege: `invoice.write`. What was sent stays as it was. */
  async change(
    actor: Actor,
    { party, details, key }: { readonly party: number; readonly details: PartyDetails; readonly key: string },
  ): Promise<{ readonly id: number }> {
    demand(actor, 'invoice.write');
    const asked = demandDetails(details, this.#house.rules.country);
    const subject = `party:${party}`;
    const act = newAct(this.#house, actor, { key, verb: 'party.change', subject, body: { ...asked } });
    return this.#house.database.call(operations.partiesChange, {
      ...{ act, id: party, details: asked, now: act.now },
    });
  }

  party(id: number): Promise<Party | null> {
    return this.#house.database.call(operations.partiesParty, { id });
  }

  /** A page, in the order in which they came. */
  parties({ after = 0, max = partyPageRows } = {}): Promise<readonly Party[]> {
    return this.#house.database.call(operations.partiesPage, { after, max: Math.min(max, partyPageRows) });
  }

  /**
   * Writes an invoice of today with the next number, and expects its payment. VAT is by the rate of the co-op's country on that
   * day, or none where the party owes it or is outside. Privilege: `invoice.write`. Refuses with E_NOT_FOUND, E_TEXT, E_LIMIT,
   * E_AMOUNT, E_DATE, E_PERIOD_CLOSED.
   */
  async invoice(
    actor: Actor,
    a: {
      readonly party: number;
      readonly lines: readonly InvoiceLine[];
      readonly due: Day;
      readonly sold?: Sold;
      readonly key: string;
    },
  ): Promise<Issued> {
    demand(actor, 'invoice.write');
    const { party, due, key, sold = 'surveys' } = a;
    const lines = demandLines(a.lines);
    const house = toldOf(this.#house);
    const date = dayIn(this.#house.rules.timeZone, house.now);
    demandDay(due);
    if (due < date) throw refusal('E_DATE', `what is invoiced on ${date} is not due on ${due}`);
    const found = await this.party(party);
    if (found === null) throw refusal('E_NOT_FOUND', `there is no party ${party}`);
    const vatRate = found.tax === 'standard' ? this.#house.rules.vat(date) : fraction(0, 1);
    const net = netOf(lines);
    const vat = partOf(net, vatRate, 'half-up');
    const what = { party, sold, due, lines };
    const body = { ...what, lines: lines.map((line) => ({ ...line })) };
    const act = newAct(this.#house, actor, { key, verb: 'invoice.issue', subject: `party:${party}`, body });
    return this.#house.database.call(operations.partiesInvoice, {
      ...{ house, act, ...what, date, seller: this.#seller(), tax: found.tax },
      ...{ rate: shownPercent(vatRate), net, vat, paper: this.#paper(found.tax) },
    });
  }

  /**
   * Takes an invoice back, all of it or `net` (minor units without VAT). What was paid of it is owed to the party: the refund is
   * an outgoing line of the bank that a person books to `customer:<party>`. Privilege: `invoice.write`. Refuses with E_NOT_FOUND,
   * E_AMOUNT, E_TEXT, E_PERIOD_CLOSED.
   */
  async credit(
    actor: Actor,
    a: { readonly invoice: number; readonly text: string; readonly net?: number; readonly key: string },
  ): Promise<Issued> {
    demand(actor, 'invoice.write');
    const { invoice, text, net = null, key } = a;
    demandLines([{ text, quantity: 1, price: demandNet(net ?? 1) }]);
    const house = toldOf(this.#house);
    const date = dayIn(this.#house.rules.timeZone, house.now);
    const what = { invoice, text, net };
    const act = newAct(this.#house, actor, {
      key,
      verb: 'invoice.credit',
      subject: `invoice:${invoice}`,
      body: what,
    });
    const seller = this.#seller();
    return this.#house.database.call(operations.partiesCredit, { house, act, ...what, date, seller });
  }

  /** An invoice or a note; null where there is none. */
  invoiceById(id: number): Promise<Invoice | null> {
    return this.#house.database.call(operations.partiesInvoiceById, { id });
  }

  /**
   * An invoice or a note as PDF, the same octets each time, with a code for the payer's bank (EPC069-12). Refuses with E_NOT_FOUND.
   */
  async invoicePdf(id: number): Promise<Buffer> {
    const written = await this.#house.database.call(operations.partiesWritten, { id });
    if (written === null) throw refusal('E_NOT_FOUND', `there is no invoice ${id}`);
    return invoicePdf(written);
  }

  /** A page of invoices and notes, the last one first; of one party where it is named. */
  invoices({
    before = Number.MAX_SAFE_INTEGER,
    max = partyPageRows,
    party = 0,
  } = {}): Promise<readonly Invoice[]> {
    const page = { party, before, max: Math.min(max, partyPageRows) };
    return this.#house.database.call(operations.partiesInvoices, page);
  }

  /** Invoices that are not paid whole yet, the first ones to be due; a page. */
  openInvoices(): Promise<readonly Invoice[]> {
    return this.#house.database.call(operations.partiesInvoicesOpen, { max: partyPageRows });
  }

  /** What came for an invoice, in order. */
  receipts(invoice: number) {
    return this.#house.database.call(operations.partiesReceipts, { invoice });
  }

  #paper(tax: Tax): InvoicePaper {
    const { rules, banks, legal } = this.#house;
    const { language, words, mentions, reverse, outside } = rules.invoice;
    const [bank] = banks;
    const payTo = bank === undefined ? null : { name: legal.name, iban: bank.iban, bic: bank.bic };
    return { language, words, mentions, notice: { standard: '', reverse, outside }[tax], payTo };
  }

  #seller(): InvoiceSide {
    const { name, address, registration, vatNumber } = this.#house.legal;
    return { name, address, registration, vatNumber };
  }
}
