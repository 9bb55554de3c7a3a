import type { Script } from '../../storage/index.ts';
import type { Booking, Purpose, Receipt, SaidOfRun, Sent } from '../bank/types.ts';
import { receiveInvoice } from '../parties/scripts/invoices.ts';
import { runBooked, runMatched } from '../payouts/scripts/booked.ts';
import { receiveShare } from '../register/scripts/applications.ts';
import { receiveCall } from '../register/scripts/calls.ts';
import type { CoopQueries } from './queries.ts';

/**
 * What rooms do with what the bank booked, in the transaction of its import; each answers where the money belongs. They may seal
 * entries of their own besides.
 */
type Receiver = (q: CoopQueries, receipt: Receipt) => Script<Booking>;

/** By purpose: who takes what came under a reference. */
export const receivers: Readonly<Record<Purpose, Receiver>> = {
  share: receiveShare,
  call: receiveCall,
  invoice: receiveInvoice,
};

/** Asked in turn about what went out, or came back; the one that knows the transfer answers, the others say null. */
export const senders: readonly ((q: CoopQueries, sent: Sent) => Script<Booking | null>)[] = [runBooked];

/** Takes what a person says of a payment run; refuses what it does not add up to. */
export const takenByRun: (q: CoopQueries, said: SaidOfRun) => Script<Booking> = runMatched;
