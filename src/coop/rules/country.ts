/** A part of something, as it is written: `{ num: 1, den: 4 }`. */
export interface WrittenPart {
  readonly num: number;
  readonly den: number;
}

/** What a part of an invoice is called. */
export type InvoiceWord =
  | 'invoice'
  | 'credit'
  | 'of'
  | 'date'
  | 'due'
  | 'customer'
  | 'vat_number'
  | 'what'
  | 'quantity'
  | 'price'
  | 'amount'
  | 'net'
  | 'vat'
  | 'gross'
  | 'pay'
  | 'reference';

/** A value from a day on, percent as text. */
export interface WrittenRate {
  readonly from: string;
  readonly percent: string;
}

interface WrittenStep {
  readonly to: string;
  readonly num?: number | undefined;
  readonly den?: number | undefined;
  readonly of: 'result' | 'remainder';
  readonly round: 'up' | 'down' | 'half-up';
  readonly until?: 'reserves_ge_capital' | undefined;
  readonly cap?: 'tmo_plus' | 'published_rate' | 'fixed_rate' | 'none' | undefined;
}

/**
 * A country's file as the settings read it (`config/countries/`), as far as the rooms of the co-op have to do with it. It was
 * checked: parts are whole, dated lists are in order, the cap that is named is there, and the law allows it all.
 */
export interface Country {
  readonly coop: {
    readonly country: string;
    readonly legal_form: string;
    readonly currency: string;
    readonly tz: string;
    readonly fiscal_year_end: string;
  };
  readonly shares: {
    readonly nominal_minor: number;
    readonly max_per_member: number;
    readonly min_to_be_member: number;
    readonly paid_at_once: WrittenPart;
    readonly capital_floor: {
      readonly rule: 'none' | 'fraction_of_highest';
      readonly num?: number | undefined;
      readonly den?: number | undefined;
    };
    readonly redemption: {
      readonly max_delay_months: number;
      readonly deduct_losses: boolean;
      readonly notice_months: number;
      readonly at: 'any' | 'fiscal_year_end' | 'first_half';
    };
  };
  readonly register: {
    readonly natural: readonly ('address' | 'country' | 'birth')[];
    readonly legal: readonly ('address' | 'country' | 'birth')[];
  };
  readonly allocation: readonly WrittenStep[];
  readonly tmo_plus?:
    | {
        readonly points_bp: number;
        readonly years: number;
        readonly published?: string | undefined;
        readonly semesters: Readonly<Record<string, string>>;
      }
    | undefined;
  readonly published_rate?:
    | {
        readonly points_bp: number;
        readonly published?: string | undefined;
        readonly rates: readonly WrittenRate[];
      }
    | undefined;
  readonly fixed_rate?: { readonly percent: string } | undefined;
  readonly tax: {
    readonly share_interest: readonly {
      readonly from: string;
      readonly income: string;
      readonly social: string;
    }[];
    readonly slip: { readonly form: string; readonly due: string };
  };
  readonly vat: readonly WrittenRate[];
  readonly invoice: {
    readonly language: string;
    readonly words: Readonly<Record<InvoiceWord, string>>;
    readonly reverse: string;
    readonly outside: string;
    readonly mentions: readonly string[];
  };
  readonly mycoin: { readonly member_share_bp: number; readonly min_payout_minor: number };
  readonly approvals: {
    readonly persons: number;
    readonly match_alone_max_minor: number;
    readonly payee_change_days: number;
  };
  readonly plan: Readonly<Record<string, { readonly number: string; readonly label: string }>>;
}
