/**
 * queue: brings on its way what waits in the outbox.
 * - One loop looks at what is due and sleeps until the next is, or until something is put in; nothing polls. A lane (what
 *   is due of one destination) is a worker's; workers are as many as connections may be, rows as many as they claim.
 * - A message is settled before the next goes on the same line, so that a process that dies doubles one message at most
 *   for each line.
 * - What a server says of one recipient defers that one. A destination none of whose hosts can be reached is put off as
 *   a whole; its rows are not touched.
 * - Bounces and warnings go in with the settling. What is for members goes to their mailboxes (`local`).
 * - At the end transactions under way are finished within the grace; the rest waits for the next process.
 */
export { createLocalDelivery, type LocalDelivery, type LocalOptions } from './local.ts';
export { createQueue, type OutboundQueue, type QueueOptions } from './queue.ts';
export type { Decided, HearOfMail } from './worker.ts';
