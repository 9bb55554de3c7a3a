import type { ParsedMessage } from '../../formats/mime/index.ts';

/** A mail that has come to a member and is durable: of no use to who would refuse it. */
export interface Arrival {
  readonly account: number;
  /** Where it lies. */
  readonly mailbox: string;
  readonly parsed: ParsedMessage;
}

/** Hears of what this process has delivered, once for each member; never throws, and holds nobody up. */
export type HearOfArrival = (arrival: Arrival) => void;
