import type { Iban } from '../../formats/iban/index.ts';
import type { Day } from '../ledger/types.ts';
import type { Rules } from '../rules/types.ts';

/** How what is sold to a party is taxed. */
export const taxes = {
  /** By the rate of the co-op's country. */
  standard: '',
  /** A business of another member state that owes the tax itself (directive 2006/112/EC, art. 196). */
  reverse: 'reverse charge: the customer owes the VAT (directive 2006/112/EC, art. 196)',
  /** A customer outside of the Union: not taxed in the co-op's country (directive 2006/112/EC, art. 44). */
  outside: 'not subject to VAT in the country of the seller (directive 2006/112/EC, art. 44)',
} as const;
export type Tax = keyof typeof taxes;

export const partyKinds = ['brand', 'institute', 'other'] as const;
export type PartyKind = (typeof partyKinds)[number];

/** Somebody who buys: a company, an institute. Persons who are members are of the register. */
export interface PartyDetails {
  readonly kind: PartyKind;
  readonly name: string;
  /** In lines, the country's name in the last one where it is another one. */
  readonly address: readonly string[];
  /** ISO 3166. */
  readonly country: string;
  readonly vatNumber: string;
  readonly tax: Tax;
}

export interface Party extends PartyDetails {
  readonly id: number;
}

/** What is sold: `surveys` count for the members' pay, `other` does not. */
export type Sold = 'surveys' | 'other';

export interface InvoiceLine {
  readonly text: string;
  readonly quantity: number;
  /** Minor units of one, without VAT. */
  readonly price: number;
}

/** An invoice, or the note that takes (a part of) one back; amounts in minor units, above zero in both. */
export interface Invoice {
  readonly id: number;
  /** `F2026-000001`, a note `A2026-000001`: without gaps in a year. */
  readonly number: string;
  readonly party: number;
  readonly sold: Sold;
  /** The invoice that a note takes back; 0 for an invoice. */
  readonly of: number;
  readonly date: Day;
  readonly due: Day;
  readonly currency: string;
  readonly lines: readonly InvoiceLine[];
  /** Percent, as a text: `20`. */
  readonly rate: string;
  readonly tax: Tax;
  readonly net: number;
  readonly vat: number;
  readonly gross: number;
  /** Of it, what notes took back, with VAT and without. */
  readonly credited: number;
  readonly creditedNet: number;
  readonly received: number;
  /** What is paid under: what stands behind `RF18`; '' for a note. */
  readonly reference: string;
  /** Who sold and who bought, as they were called that day. */
  readonly seller: InvoiceSide;
  readonly buyer: InvoiceSide;
}

/** What an invoice says beside its numbers, kept when it is sent. */
export interface InvoicePaper {
  /** BCP 47. */
  readonly language: string;
  readonly words: Rules['invoice']['words'];
  /** Why there is no VAT; '' where there is. */
  readonly notice: string;
  readonly mentions: readonly string[];
  /** Null where nothing is to be paid, and where the co-op has named no account. */
  readonly payTo: { readonly name: string; readonly iban: Iban; readonly bic: string | null } | null;
}

export interface InvoiceSide {
  readonly name: string;
  readonly address: readonly string[];
  readonly registration: string;
  readonly vatNumber: string;
}
