/** `2026-03-31`. */
export type Day = string;
/** `2026-03`. */
export type Month = string;
/** `EUR`, `MYC`: capitals. */
export type Asset = string;
/** Coins: counted in ones, and never mixed with money. */
export const coinAsset: Asset = 'MYC';
/**
 * `bank:main`, `capital:17`: a kind of the chart, and what it is of. Where the kind is personal, what stands behind the colon is
 * the number of a member.
 */
export type AccountName = string;

/** Where the balance of an account belongs in a balance sheet or a result. */
export type Nature = 'asset' | 'liability' | 'equity' | 'income' | 'expense';

/** A kind of account: `personal` ones belong to one member each, and stand in the chain as commitments. */
export interface AccountKind {
  readonly nature: Nature;
  readonly personal: boolean;
  /** It holds coins and nothing else; without it, no coins. */
  readonly coins?: true;
  /** Persons may write to it; without it, the room that answers for it does. */
  readonly byHand?: true;
}

export type Chart = Readonly<Record<string, AccountKind>>;

/** Debit above zero, credit below, in minor units. */
export interface Posting {
  readonly account: AccountName;
  readonly asset: Asset;
  readonly amount: number;
}

/** What is to be sealed. */
export interface Draft {
  /** Used once in the life of the ledger. */
  readonly key: string;
  readonly date: Day;
  /** `share.subscription`, `mycoin.payout` …: a word of the room that writes it. */
  readonly kind: string;
  readonly memo: string;
  readonly postings: readonly Posting[];
  /** The entry that this one undoes. */
  readonly reverses?: number;
}

/** A sealed entry. `hash` is hex, of the chain up to here. */
export interface Entry extends Draft {
  readonly seq: number;
  readonly hash: string;
  /** When it was sealed, ms since 1970. */
  readonly sealed: number;
}

/** What an account holds; a debit balance is above zero. */
export interface Balance {
  readonly account: AccountName;
  readonly asset: Asset;
  readonly amount: number;
}

/** A whole subtree of the tree over the chain: 2^height leaves, the n-th such, its root in hex. */
export interface TreeNode {
  readonly height: number;
  readonly n: number;
  readonly hash: string;
}

/** What the ledger said of itself at one moment. `note` is signed (C2SP tlog-checkpoint); `at` ms since 1970, the rest hex. */
export interface StoredCheckpoint {
  readonly size: number;
  readonly root: string;
  readonly peaks: readonly string[];
  readonly at: number;
  readonly note: string;
}

/** A sealed entry as it stands in the chain: accounts of persons are commitments. */
export type ShownEntry = Omit<Entry, 'reverses' | 'sealed'>;

/** An entry as the person sees it who stands in it: of its postings, those to their own accounts. */
export type OwnEntry = Omit<Entry, 'key' | 'reverses'>;

/** What shows that an entry is in a signed tree (`bin/verify-ledger.mjs` reads it as JSON): hashes hex, nearest first. */
export interface Receipt {
  readonly seq: number;
  readonly hash: string;
  readonly proof: readonly string[];
  readonly note: string;
}

/** Coins that a member deposits; whoever calls says nothing of where they come from. */
export interface CoinDeposit {
  readonly member: number;
  readonly coins: number;
  readonly key: string;
}
