import type { Told } from '../house.ts';
import type { AccountName, Day } from '../ledger/types.ts';
import type { Item, MemberInterest, MonthShare } from '../payouts/types.ts';
import type { Rules } from '../rules/types.ts';

export type PersonKind = 'natural' | 'legal';

/**
 * Where somebody stands: `known` (written down, asked for nothing), `requested` and `admitted` (an application waits for its
 * decision, its payment), `active`, `leaving` (all shares are to be given back), `left`; or how it ended otherwise.
 */
export type Standing =
  | 'known'
  | 'requested'
  | 'admitted'
  | 'active'
  | 'leaving'
  | 'left'
  | 'refused'
  | 'excluded'
  | 'dead'
  | 'cancelled';

/** What is known of a person. `''` is what was not told. */
export interface PersonDetails {
  readonly kind: PersonKind;
  readonly name: string;
  /** Postal, in lines. */
  readonly address: string;
  /** ISO 3166 of where they live: `FR`. */
  readonly country: string;
  /** A Day, of natural persons. */
  readonly birth: string;
  readonly iban: string;
  /** Whose account the IBAN is. */
  readonly holder: string;
}

/** A person of the register. Amounts in minor units; `number` is theirs for ever, and is what their accounts are named by. */
export interface Person extends PersonDetails {
  readonly number: number;
  /** The account of myco, 0: none. */
  readonly account: number;
  readonly standing: Standing;
  readonly shares: number;
  /** Of their nominal, what was not paid up yet. */
  readonly uncalled: number;
  /** Shares that wait to be redeemed. */
  readonly queued: number;
  /** The decision that admitted them. */
  readonly admission: string;
  /** The day of their last movement, or ''. */
  readonly moved: Day | '';
  /** Ms since 1970, when the IBAN became what it is; 0 where it is the first one. */
  readonly ibanChanged: number;
  /** The last change that waits for a second person; 0: none. */
  readonly waiting: number;
  readonly version: number;
  /** Ms since 1970; 0 where they are not erased. */
  readonly erased: number;
}

/** Where somebody is paid, and by which account they act. */
export interface Payee {
  readonly iban: string;
  readonly holder: string;
  readonly account: number;
}

/**
 * `waiting` for a second person; `done`: it counts; `refused`; `replaced` by another one that was asked for; `dropped`: the member
 * said something else meanwhile.
 */
export type PayeeChangeState = 'waiting' | 'done' | 'refused' | 'replaced' | 'dropped';

/** A change of where somebody is paid or which account is theirs. Accounts are of myco; times ms since 1970, 0: not yet. */
export interface PayeeChange extends Payee {
  readonly id: number;
  readonly person: number;
  readonly ibanBefore: string;
  readonly holderBefore: string;
  readonly accountBefore: number;
  readonly state: PayeeChangeState;
  /** Who asked for it, and who decided: accounts, 0 for nobody. */
  readonly by: number;
  readonly byMember: number;
  readonly second: number;
  readonly asked: number;
  readonly decided: number;
  /** The last day on which it may be confirmed. */
  readonly until: Day;
}

export type NoticeKind = 'asked' | 'done' | 'refused';

/** A mail about a change that is not sent yet, to the account that was the member's before it. */
export interface PendingNotice
  extends Pick<PayeeChange, 'iban' | 'ibanBefore' | 'accountBefore' | 'account'> {
  readonly id: number;
  readonly kind: NoticeKind;
  readonly to: number;
}

export type ApplicationState = 'open' | 'effective' | 'refused' | 'cancelled';

/** Shares asked for. It takes effect when it has both a decision and what is `due`. */
export interface Application {
  readonly id: number;
  readonly person: number;
  readonly shares: number;
  readonly state: ApplicationState;
  /** To be paid at once, and what was; minor units. */
  readonly due: number;
  readonly paid: number;
  readonly paidOn: Day | '';
  readonly decision: string;
  readonly decidedOn: Day | '';
  readonly requestedOn: Day;
  /** ISO 11649: what the payer writes. */
  readonly reference: string;
}

export type MovementKind =
  | 'subscription'
  | 'call'
  | 'payment'
  | 'transfer'
  | 'request'
  | 'withdrawal'
  | 'redemption'
  | 'exclusion'
  | 'death'
  | 'cancellation';

/** A movement as it stands in the register for ever. `amount` in minor units: what was paid, called or given back. */
export interface Movement {
  readonly seq: number;
  readonly kind: MovementKind;
  readonly effective: Day;
  /** When it was written down, ms since 1970. */
  readonly recorded: number;
  readonly decision: string;
  readonly person: number;
  /** Who receives a transfer, else 0. */
  readonly other: number;
  readonly shares: number;
  readonly amount: number;
  /** The movement that this one undoes, else 0. */
  readonly cancels: number;
  /** The entry of the ledger that says so, else 0. */
  readonly entry: number;
  /** Hex, of the chain up to here. */
  readonly hash: string;
}

/** What a movement changes for one person from a day on. */
export interface Line {
  readonly person: number;
  readonly on: Day;
  readonly shares: number;
  readonly uncalled: number;
  readonly queued: number;
  readonly votes: number;
}

export interface Holding {
  readonly person: number;
  readonly shares: number;
  readonly uncalled: number;
  /** 1 where they are a member with a vote that day. */
  readonly votes: number;
}

/** What all hold. `capital` is paid up; `highest` is the most that it ever was, up to now. Minor units. */
export interface Totals {
  readonly shares: number;
  readonly uncalled: number;
  readonly capital: number;
  readonly members: number;
}

export type RequestState = 'queued' | 'paid' | 'withdrawn';

/** Shares to be given back, in the order of `id`; `due`: not before that day; `latest`: the law's or the statutes' last. */
export interface RedemptionRequest {
  readonly id: number;
  readonly person: number;
  readonly cause: 'request' | 'exclusion' | 'death';
  readonly shares: number;
  /** Of them, what still waits. */
  readonly left: number;
  readonly asked: Day;
  readonly due: Day;
  readonly latest: Day;
  readonly state: RequestState;
}

/** Uncalled capital that was called of one person. */
export interface CapitalCall {
  readonly id: number;
  readonly person: number;
  readonly amount: number;
  readonly paid: number;
  readonly decision: string;
  readonly calledOn: Day;
  readonly reference: string;
}

/** What every movement is written with. */
export interface Writing extends Told {
  readonly nominal: number;
  readonly maxPerMember: number;
}

/** The rules as scripts take them: values alone, so that a thread can be given them. */
export interface Terms extends Writing {
  readonly minPerMember: number;
  readonly paidAtOnce: { readonly num: bigint; readonly den: bigint };
  readonly floor: { readonly num: bigint; readonly den: bigint } | null;
  readonly deductLosses: boolean;
  readonly noticeMonths: number;
  readonly delayMonthsMax: number;
  readonly redemptionAt: string;
  readonly identity: Rules['identity'];
  readonly fiscalYearEnd: string;
  /** For which a change of where somebody is paid waits for a second person. */
  readonly payeeChangeDays: number;
  readonly today: Day;
}

/** Money that arrived for something of the register. */
export interface Received {
  readonly amount: number;
  readonly on: Day;
  /** Where it is: `bank:main`, or `clearing:unmatched` when it was booked before anybody knew for what. */
  readonly from: AccountName;
  /** Of the entry that books it. */
  readonly key: string;
}

/** Somebody became a member, or ceased to be one. `seq` is of the movement; listeners keep it to go on from there. */
export interface MembershipChange {
  readonly seq: number;
  readonly person: number;
  readonly account: number;
  readonly isMember: boolean;
  readonly on: Day;
}

/** What was redeemed at once. `worth`: what was paid for a share; `capital`: what is left, nominal; minor units. */
export interface Redemptions {
  readonly requests: number;
  readonly shares: number;
  readonly amount: number;
  readonly worth: number;
  readonly capital: number;
  readonly floor: number;
  /** There may be more that is due: it is asked for again, under another key. */
  readonly more: boolean;
}

/** What a certificate says of a person, and where its last movement stands in the signed tree of the ledger. */
export interface CertificateFacts {
  readonly member: number;
  readonly holder: string;
  readonly day: Day;
  readonly shares: number;
  readonly uncalled: number;
  readonly nominal: number;
  readonly movement: Omit<Movement, 'person' | 'other' | 'entry'> & {
    /** Commitments: nobody's number. */
    readonly person: string;
    readonly other: string | null;
    /** The link before, hex; '' where it is the first. */
    readonly before: string;
  };
  readonly entry: { readonly seq: number; readonly memo: string; readonly hash: string };
  /** The checkpoint and the way to its root, hex, nearest first. */
  readonly log: { readonly size: number; readonly note: string; readonly proof: readonly string[] };
}

export interface CertificateBody extends CertificateFacts {
  readonly kind: 'coop-certificate/v1';
  readonly coop: string;
  readonly issuer: string;
  readonly currency: string;
}

export interface Certificate extends CertificateBody {
  readonly code: string;
}

export interface KeptCertificate {
  readonly code: string;
  readonly person: number;
  readonly said: Certificate;
  readonly at: number;
}

export interface CertificateVerdict {
  readonly certificate: Certificate;
  /** Whether the register says the same of that day, and the proof holds. */
  readonly holds: boolean;
  readonly sharesNow: number;
}

/** What somebody agreed to. `text`: SHA-256 of it, hex; `withdrawn`: ms since 1970, 0 where it is in force. */
export interface Consent {
  readonly id: number;
  readonly person: number;
  readonly purpose: string;
  readonly text: string;
  readonly version: string;
  readonly given: number;
  readonly withdrawn: number;
}

/** All that is kept of a person. Salts in hex: with them the person finds themselves in the chains, and nobody else does. */
export interface PersonFile {
  readonly person: Person;
  readonly chain: { readonly shown: string; readonly salt: string };
  readonly consents: readonly Consent[];
  readonly payeeChanges: readonly PayeeChange[];
  readonly applications: readonly Application[];
  readonly calls: readonly CapitalCall[];
  readonly requests: readonly RedemptionRequest[];
  readonly movements: readonly Movement[];
  readonly accounts: readonly { readonly name: string; readonly shown: string; readonly salt: string }[];
  readonly postings: readonly {
    readonly seq: number;
    readonly date: Day;
    readonly kind: string;
    readonly account: string;
    readonly asset: string;
    readonly amount: number;
  }[];
  /** What they got each month, with the salt and the place of their leaf in the tree of sums. */
  readonly pays: readonly (MonthShare & { readonly salt: string; readonly place: number })[];
  readonly interest: readonly MemberInterest[];
  /** What payment runs sent them, and under which name and IBAN. */
  readonly transfers: readonly Item[];
}
