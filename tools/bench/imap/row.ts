import type { Measure, Place } from './place.ts';

/** One line of the table. */
export interface Row {
  readonly name: string;
  /** `ms`: of one, less is better. `/s`: how many, more is better. */
  readonly unit: 'ms' | '/s';
  /** Capabilities without which the row is left empty. */
  readonly needs?: string;
  /** Brings the server to where every round begins; before the first. */
  prepare?(place: Place): Promise<void>;
  round(place: Place, ms: number): Promise<Measure>;
}

/** Messages in the mailbox that most rows read. */
export const inboxMessages = Number(process.env.MYCO_BENCH_MESSAGES ?? 10_000);
/** In the one that shows what does not depend on size. */
export const largeMessages = Number(process.env.MYCO_BENCH_LARGE ?? 100_000);

/** Whose mailboxes they are. */
export const reader = 'ana';
export const collector = 'lea';
/** Members of the rows with many clients. */
export const crowd = Array.from({ length: 40 }, (_, at) => `m${at}`);
export const crowdMessages = 300;

export const allMembers = [reader, collector, 'clear', ...crowd];

export const fillInbox = (place: Place) => place.fill(reader, 'INBOX', inboxMessages);
