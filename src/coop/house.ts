import type { Clock } from '../base/index.ts';
import type { Iban } from '../formats/iban/index.ts';
import type { BlobStore, Database } from '../storage/index.ts';
import type { Rules } from './rules/types.ts';

/** What every room of the co-op is given. A room takes this and the rooms that it builds on, and nothing else. */
export interface CoopHouse {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** The domain: what the chain begins with. */
  readonly coop: string;
  readonly name: string;
  readonly rules: Rules;
  /** 32 octets as base64, the same each time: kept with the other secrets of this instance (`stores/trust`). */
  readonly secret: (name: string) => Promise<string>;
  /** The co-op's accounts at banks, the one that pays first; none: nothing is imported and no file is made for a bank. */
  readonly banks: readonly BankAccount[];
  /** What the bank takes. */
  readonly transfers: TransferFiles;
  /** What the co-op speaks, first its own: `fr`. */
  readonly languages: readonly string[];
  /** Sends a mail to a member's own address; durable when it resolves. Who has no account any more gets none. */
  readonly mail: (mail: CoopMail) => Promise<void>;
  /** Who the co-op is in law, as its invoices and certificates say. */
  readonly legal: LegalPerson;
  /** Of a demonstration alone: what salts are made of, so that the same seed has the same chains. Elsewhere they are drawn. */
  readonly saltSeed?: string | undefined;
}

/** A mail of the co-op to the account of a member. */
export interface CoopMail {
  /** The same for the same mail, sent again: `notice-7`. */
  readonly id: string;
  readonly account: number;
  readonly subject: string;
  readonly text: string;
}

/** What scripts are told of the co-op: values alone, so that a thread can be given them. */
export interface Told {
  readonly coop: string;
  readonly currency: string;
  /** ms since 1970. */
  readonly now: number;
  readonly saltSeed?: string | undefined;
}

/** What is told, as far as rooms ask for it. */
export type Telling = Pick<CoopHouse, 'coop' | 'rules' | 'clock' | 'saltSeed'>;

export const toldOf = ({ coop, rules, clock, saltSeed }: Telling): Told => ({
  ...{ coop, currency: rules.currency, now: clock.nowMs() },
  ...(saltSeed === undefined ? {} : { saltSeed }),
});

export interface BankAccount {
  /** `main`: its account in the ledger is `bank:main`. */
  readonly name: string;
  readonly iban: Iban;
  /** Null: the bank finds it out by the IBAN. */
  readonly bic: string | null;
}

/** How files of transfers are made for the bank. */
export interface TransferFiles {
  /** Transfers of one file at most. */
  readonly perFile: number;
  /** Whether the bank books a file as one line; else each transfer is one. */
  readonly isBatch: boolean;
}

export interface LegalPerson {
  readonly name: string;
  /** In lines, without the country. */
  readonly address: readonly string[];
  /** `RCS Paris 123 456 789`; '' for none. */
  readonly registration: string;
  /** `FR40123456789`; '' for none. */
  readonly vatNumber: string;
}
