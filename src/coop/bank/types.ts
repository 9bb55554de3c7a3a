import type { AccountName, Day, Posting } from '../ledger/types.ts';

/** For what somebody pays; `store/receivers.ts` says which room takes it. */
export type Purpose = 'share' | 'call' | 'invoice';

/** A line is `matched` when all of it is; `queued` until persons say for what it is; `repeated` where it was there before. */
export type LineState = 'matched' | 'queued' | 'repeated';
export type MatchState = 'proposed' | 'done' | 'refused';

/** Why a line waits for a person: a closed list, shown with the line. */
export const waitReasons = {
  'no-reference': 'the payer wrote no reference',
  'several-references': 'the payer wrote more than one reference',
  'unknown-reference': 'nothing is expected under the reference',
  'paid-already': 'what the reference stands for was paid before',
  cancelled: 'what the reference stands for is not expected any more',
  underpaid: 'less came than is due',
  overpaid: 'more came than is due',
  outgoing: 'it went out, and no payment run knows it',
  returned: 'it came back, and no payment run knows it',
} as const;
export type WaitReason = keyof typeof waitReasons;

/** What is expected, and what came of it; amounts in minor units. */
export interface Expected {
  readonly id: number;
  /** What stands behind `RF18`. */
  readonly reference: string;
  readonly purpose: Purpose;
  readonly subject: number;
  readonly amount: number;
  readonly received: number;
  /** 1 where it is not expected any more. */
  readonly cancelled: number;
}

/** Money that came for something that was expected. */
export interface Receipt {
  readonly coop: string;
  readonly currency: string;
  readonly now: number;
  readonly expected: Expected;
  /** Above zero, at most what was due. */
  readonly amount: number;
  /** The day that entries about it bear: the bank's, or the first of the open month where that one is closed. */
  readonly day: Day;
  /** Of `bank_lines`. */
  readonly line: number;
}

/** A transfer of a payment run that the bank says it made (below zero), or that came back (above). */
export interface Sent {
  readonly coop: string;
  readonly currency: string;
  readonly now: number;
  readonly endToEndId: string;
  /** What the payment (`PmtInfId`) is called where the bank books a whole run as one; else ''. */
  readonly payment: string;
  readonly amount: number;
  /** Why it came back (`AC04`); '' where it did not. */
  readonly returned: string;
  readonly day: Day;
  readonly line: number;
}

/** Where an amount belongs: postings in the co-op's currency that add up to minus the amount; the bank's side is added. */
export interface Booking {
  readonly kind: string;
  readonly memo: string;
  readonly postings: readonly Posting[];
}

export interface Line {
  readonly id: number;
  readonly statement: number;
  readonly account: string;
  readonly reference: string;
  readonly n: number;
  readonly day: Day;
  readonly amount: number;
  readonly left: number;
  readonly endToEndId: string;
  readonly payment: string;
  readonly rf: string;
  readonly remittance: string;
  readonly name: string;
  readonly iban: string;
  readonly returned: string;
  readonly state: LineState;
  readonly reason: WaitReason | '';
  readonly entry: number;
}

/** What a person says a line is for: something expected, by its reference, or an account of the ledger. */
export type Target = { readonly reference: string } | { readonly account: AccountName };
