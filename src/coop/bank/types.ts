import type { Told } from '../house.ts';
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
  reversed: 'the bank took back what it had booked',
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
export interface Receipt extends Told {
  readonly expected: Expected;
  /** Above zero, at most what was due. */
  readonly amount: number;
  /** The day that entries about it bear: the bank's, or the first of the open month where that one is closed. */
  readonly day: Day;
  /** On which the bank booked it: from when it was there. */
  readonly came: Day;
  /** Of `bank_lines`. */
  readonly line: number;
}

/** A transfer of a payment run that the bank says it made (below zero), or that came back (above). */
export interface Sent extends Told {
  readonly endToEndId: string;
  /** What the payment (`PmtInfId`) is called where the bank books a whole run as one; else ''. */
  readonly payment: string;
  /** Of how many transfers the bank says that it is the sum; null where it does not say. */
  readonly count: number | null;
  readonly amount: number;
  /** Why it came back (`AC04`); '' where it did not. */
  readonly returned: string;
  readonly day: Day;
  readonly line: number;
}

/** What a person says a line is of: transfers of a payment run, or where none is named all that were not booked yet. */
export interface SaidOfRun extends Pick<Sent, 'currency' | 'amount' | 'returned' | 'day'> {
  readonly run: number;
  /** Numbers within the run. */
  readonly items: readonly number[];
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
}

/**
 * What a person says a line is for: something expected, by its reference; an account of the ledger; or transfers of a payment run
 * by their numbers, without which all are meant that were not booked yet.
 */
export type Target =
  | { readonly reference: string }
  | { readonly account: AccountName }
  | { readonly run: number; readonly items?: readonly number[] };

/** What a line is said to be for. */
export interface Match {
  readonly id: number;
  readonly line: number;
  /** Of what was expected; 0 where it belongs to `account`. */
  readonly expected: number;
  readonly account: string;
  /** The payment run that it is of, and which of its transfers (none: all that were not booked); 0 where it is of none. */
  readonly run: number;
  readonly items: readonly number[];
  readonly amount: number;
  readonly memo: string;
  readonly state: MatchState;
  /** Accounts of the persons; 0: its reference decided, or nobody else need. */
  readonly by: number;
  readonly at: number;
  readonly second: number;
  readonly decided: number;
}

/** A line as a statement has it. */
export interface NewLine {
  readonly reference: string;
  readonly n: number;
  readonly day: Day;
  readonly amount: number;
  readonly endToEndId: string;
  readonly payment: string;
  readonly count: number | null;
  readonly references: readonly string[];
  readonly remittance: string;
  readonly name: string;
  readonly iban: string;
  readonly returned: string;
  readonly isReversal: boolean;
}

/** What became of the lines of a file. */
export interface ImportCounts {
  readonly statements: number;
  /** They were there before, by account, statement and the bank's reference. */
  readonly known: number;
  readonly matched: number;
  readonly queued: number;
  /** The same booking stands in another statement: kept, and not booked again. */
  readonly repeated: number;
  /** Not booked by the bank yet: left out. */
  readonly others: number;
}

export interface Imported extends ImportCounts {
  /** SHA-256 of the file, hex. */
  readonly hash: string;
  /** False: the same file was imported before, and nothing was done. */
  readonly isNew: boolean;
}

/** A statement that was imported. */
export interface StatementRow {
  readonly id: number;
  readonly account: string;
  readonly name: string;
  readonly first: Day;
  readonly last: Day;
  readonly opening: number | null;
  readonly closing: number | null;
}

/** Statements that do not follow from each other: what came between them is missing. */
export interface Gap {
  readonly account: string;
  readonly before: string;
  readonly after: string;
  readonly closing: number;
  readonly opening: number;
}
