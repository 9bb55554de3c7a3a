import type { HeaderField, ParsedMessage } from '../../formats/mime/index.ts';
import type { Verdict } from '../checks/index.ts';
import type { Session } from '../session/session.ts';
import type { Transaction } from '../session/types.ts';
import type { Reply } from '../wire/reply.ts';
import { fieldCount } from './field-count.ts';
import { forwardLoop } from './forward-loop.ts';
import { fromField } from './from-field.ts';
import { receivedLoop } from './received-loop.ts';

/**
 * The one place between acceptance and delivery. Two lists, in the order they run:
 * - header stages see each message once, its header whole and its body not yet stored, and may refuse it.
 *   Checks of sender and content (SPF, DKIM, DMARC, spam) belong here.
 * - delivery stages see it once per member, parsed and durable, and say where it goes. Sieve belongs here.
 * A stage is a file and a line in its list.
 */
export interface HeaderStage {
  readonly name: string;
  /** Null passes. */
  run(arrival: Arrival): Reply | null | Promise<Reply | null>;
}

export interface Arrival {
  readonly session: Session;
  readonly transaction: Transaction;
  readonly fields: readonly HeaderField[];
}

export interface DeliveryStage {
  readonly name: string;
  run(delivery: Delivery, placement: Placement): Promise<Placement>;
}

export interface Delivery {
  readonly account: number;
  /** Reverse-path, '' for none. */
  readonly sender: string;
  /** What SPF, DKIM and DMARC said; null where nobody asked, as of what the server itself writes. */
  readonly verdict: Verdict | null;
  readonly parsed: ParsedMessage;
  /** The look at the whole message found it unwanted. */
  readonly junk: boolean;
}

export interface Placement {
  readonly mailbox: string;
}

/** For mail from strangers. */
export const inboundStages: readonly HeaderStage[] = [fieldCount, receivedLoop, forwardLoop, fromField];
/** For mail from neighbours (LMTP). */
export const lmtpStages: readonly HeaderStage[] = [fieldCount, receivedLoop, forwardLoop];
/** For mail of members, who may send a message on to where it came from. */
export const submissionStages: readonly HeaderStage[] = [fieldCount, receivedLoop];

export const deliveryStages: readonly DeliveryStage[] = [];

export async function runHeaderStages(
  stages: readonly HeaderStage[],
  arrival: Arrival,
): Promise<Reply | null> {
  for (const stage of stages) {
    const refusal = await stage.run(arrival);
    if (refusal) {
      arrival.session.log.info('smtp message refused', { step: stage.name, code: refusal.code });
      return refusal;
    }
  }
  return null;
}

export async function runDeliveryStages(delivery: Delivery): Promise<Placement> {
  let placement: Placement = { mailbox: delivery.junk ? 'Junk' : 'INBOX' };
  for (const stage of deliveryStages) placement = await stage.run(delivery, placement);
  return placement;
}
