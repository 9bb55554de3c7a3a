import type { ParsedMessage } from '../../formats/mime/index.ts';
import type { Log } from '../../observability/index.ts';

/** A mail that has come to a member and is durable: of no use to who would refuse it. */
export interface Arrival {
  readonly account: number;
  /** Where it lies. */
  readonly mailbox: string;
  readonly parsed: ParsedMessage;
}

/** Hears of what this process has delivered, once for each member, and holds nobody up. */
export type HearOfArrival = (arrival: Arrival) => void;

/** The same for who delivers: what is there already must not be refused because somebody could not hear of it. */
export const heardSafely =
  (hear: HearOfArrival | undefined, log: Log): HearOfArrival =>
  (arrival) => {
    try {
      hear?.(arrival);
    } catch (error) {
      log.error('an arrival was not heard of', { error });
    }
  };
