import type { Day, Month } from '../ledger/types.ts';
import type { Fraction } from '../rules/decimal.ts';
import type { AllocationRule, LevyRule } from '../rules/types.ts';

/** A month that was shared out; amounts in minor units, without VAT. */
export interface ClosedMonth {
  readonly month: Month;
  /** Invoiced and received in the month, and what was credited of such. */
  readonly received: number;
  readonly credited: number;
  /** Below zero: what the month before was short of. */
  readonly turnoverBefore: number;
  /** Received less credited and what was short before; below zero it goes on to the next month. */
  readonly turnover: number;
  /** What months without coins have left for this one. */
  readonly poolBefore: number;
  /** The members' part of the turnover, and what was left before: shared out, or left for the next month where nobody has coins. */
  readonly pool: number;
  /** Those that were shared out for. */
  readonly coins: number;
  /** Those that stay where they are and count in the next month: there was nothing to share out. */
  readonly coinsLeft: number;
  /** Members whose coins were shared out for. */
  readonly members: number;
  /** The pool, or nothing where nobody had coins. */
  readonly paid: number;
  /** Of the tree of sums, hex; '' where nobody had coins. The memo of the entry says it, so that the chain holds it. */
  readonly root: string;
  /** The entry that owes it to the members; 0 where there was nothing to share out. */
  readonly entry: number;
  /** Lines of the bank that waited for a person when it was closed, and why it did not wait for them. */
  readonly linesWaiting: number;
  readonly despite: string;
  /** ms since 1970, and the account that closed it. */
  readonly closed: number;
  readonly by: number;
}

/** What a month would come to if it were closed now; amounts as in `ClosedMonth`. */
export type MonthPreview = Omit<ClosedMonth, 'root' | 'entry' | 'despite' | 'closed' | 'by'>;

/** What a member's coins of a month came to. */
export interface MonthShare {
  readonly month: Month;
  readonly member: number;
  /** What was deposited, less what was taken back, also of months before. */
  readonly coins: number;
  readonly paid: number;
}

/** What a member needs to see that their pay is in the sum that was published; binary values are hex. */
export interface PayProof extends MonthShare {
  /** What is hashed with the salt: the member's number. */
  readonly id: string;
  readonly salt: string;
  readonly steps: readonly { readonly side: 'left' | 'right'; readonly sum: number; readonly hash: string }[];
  readonly root: { readonly sum: number; readonly hash: string };
}

/** Of the rules, what a month is shared out by. */
export interface MonthRules {
  readonly memberShare: Fraction;
}

/** Why money goes to members; what is taken of their accounts for it is in `purposes`. */
export type Purpose = 'month' | 'year' | 'exit' | 'refund';

/**
 * Which accounts of a member a run of that purpose takes, and whether what is less than the least payment waits. What is paid for
 * shares before they are admitted is given back where somebody says so, and never by itself.
 */
export const purposes = {
  month: { accounts: ['member', 'interest', 'redemption'], waits: true, whole: true },
  year: { accounts: ['member', 'interest', 'redemption'], waits: false, whole: true },
  exit: { accounts: ['member', 'interest', 'redemption', 'deposit'], waits: false, whole: false },
  refund: { accounts: ['deposit'], waits: false, whole: false },
} as const satisfies Record<
  Purpose,
  { readonly accounts: readonly string[]; readonly waits: boolean; readonly whole: boolean }
>;

/**
 * `prepared`: persons are to approve it; `approved`: a file may be made; `exported`: there is one, and what it pays stands in
 * `transit:run-N`; `settled`: the bank booked all of it; `cancelled`: before there was a file; `failed`: the bank took none of it.
 */
export type RunState = 'prepared' | 'approved' | 'exported' | 'settled' | 'cancelled' | 'failed';

/** A payment run. Times in ms since 1970, 0 for not yet; amounts in minor units. */
export interface Run {
  readonly id: number;
  readonly purpose: Purpose;
  readonly about: string;
  readonly state: RunState;
  readonly total: number;
  readonly count: number;
  readonly prepared: number;
  readonly preparedBy: string;
  /** Who approved it so far: `member:7`, `account:3`. */
  readonly approvals: readonly string[];
  /** Of its transfers, how many go to another IBAN than was paid last. */
  readonly ibansChanged: number;
  /** Of its total, what goes to who prepared it or approved it. */
  readonly toThemselves: number;
  readonly approved: number;
  readonly exported: number;
  readonly exportedBy: string;
  /** What the bank calls the file; '' where there is none. */
  readonly file: string;
  /** On which day the bank is to pay. */
  readonly day: Day | '';
  /** SHA-256 of the file, hex. */
  readonly hash: string;
  readonly size: number;
  readonly entry: number;
}

/** A transfer of a run. */
export interface Item {
  readonly run: number;
  readonly n: number;
  readonly member: number;
  readonly amount: number;
  readonly name: string;
  readonly iban: string;
  /** The day on which the IBAN became another one than they were paid to last, or than their first; '' where it did not. */
  readonly ibanChanged: Day | '';
  readonly endToEndId: string;
  readonly settled: Day | '';
  readonly returned: Day | '';
  /** Why it came back (`AC04`). */
  readonly reason: string;
}

/** What a member is owed, by what for, and the coins of theirs that are not shared out yet. */
export interface Owed {
  /** Pay of the months. */
  readonly member: number;
  /** On shares, net. */
  readonly interest: number;
  /** Shares given back. */
  readonly redemption: number;
  /** Paid for shares that are not admitted yet. */
  readonly deposit: number;
  readonly coins: number;
}

/** Why something that is owed is not taken into a run. */
export const leftOutWhys = ['least-payment', 'no-iban', 'came-back', 'no-name', 'next-run'] as const;

/**
 * What a member is owed and was not taken into a run, and why not. `no-name`: no bank can write it, and the member has to say under
 * which the account is held; `next-run`: the bank takes no larger file, and another run takes it.
 */
export interface LeftOut {
  readonly member: number;
  readonly amount: number;
  readonly why: (typeof leftOutWhys)[number];
}

/** An amount and what it is of: `reserve:legal`, `income`. */
export interface Amount {
  readonly to: string;
  readonly amount: number;
}

/** What a fiscal year came to and may be given out of it. Amounts in minor units. */
export interface YearFigures {
  /** `2026`: the one that ends in that year. */
  readonly year: string;
  readonly from: Day;
  /** The day after its last. */
  readonly until: Day;
  /** Income less expenses; below zero a loss. */
  readonly result: number;
  /** What covers losses of years before. */
  readonly covered: number;
  /** Into reserves, in the order of the rules. */
  readonly allocated: readonly Amount[];
  readonly distributable: number;
  /** Paid up at the end of the year. */
  readonly capital: number;
  /** The most that interest may be: what is distributable, and what the cap allows on the capital. */
  readonly interestMost: number;
}

/** A year that was allocated by a decision of the assembly. */
export interface ClosedYear extends YearFigures {
  /** Gross, as it was voted; what was kept back of it; and what members get. */
  readonly interest: number;
  readonly levied: readonly Amount[];
  readonly net: number;
  /** Who get some. */
  readonly members: number;
  /** What was left over, into the free reserve. */
  readonly free: number;
  readonly decision: string;
  /** Lines of the bank that waited for a person when it was closed, and why it did not wait for them. */
  readonly linesWaiting: number;
  readonly despite: string;
  /** On which it was written down: rates of levies are those of that day. */
  readonly day: Day;
  readonly closed: number;
  readonly by: number;
}

/** Interest of a member for a year. */
export interface MemberInterest {
  readonly year: string;
  readonly member: number;
  readonly weight: number;
  readonly gross: number;
  readonly levied: readonly Amount[];
  readonly net: number;
}

/** What a tax slip says of a member: interest, on the day on which it became theirs. `''` is what is not known. */
export interface Slip extends Omit<MemberInterest, 'weight'> {
  readonly day: Day;
  readonly kind: string;
  readonly name: string;
  readonly birth: string;
  readonly address: string;
  readonly country: string;
}

/** Of the rules, by what a year is allocated. */
export interface YearRules {
  readonly allocation: readonly AllocationRule[];
  readonly cap: Fraction | null;
  readonly levies: readonly LevyRule[];
}

export type { Day, Month };
