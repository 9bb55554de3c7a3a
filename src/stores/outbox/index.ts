/**
 * stores/outbox: what waits to be sent to others: a row for each message, a row for each recipient, the bytes once.
 * - `enqueue` is one transaction, sending limits among it. A row is claimed before it is tried and settled after the
 *   answer; what follows from an answer (a bounce) is put into the outbox by the same transaction.
 * - A claim belongs to a process that says every now and then that it lives. What a dead one had is given back and
 *   counted as `unsure`: it may have been sent.
 * - A lane is a destination for which something waits. What is due is found by the lanes, so that asking costs the same
 *   however much waits; a destination that cannot be reached is put off once, not row by row.
 * - What was told to be tried until a time is claimed as `overdue` after it, whether its destination is open or not.
 * - The last recipient takes the message and its bytes along. An erased member's mail is not sent any more.
 * - After a restore everything is held: it may have been sent since the backup.
 */
export { limits as outboxLimits } from './limits.ts';
export { outboxModule } from './module.ts';
export { createOutbox, type OutboxOptions, type SendingLimits } from './store.ts';
export type { RowState } from './tables.ts';
export type {
  Answer,
  Change,
  Claimed,
  Claims,
  Lane,
  LaneNews,
  Listed,
  NotifyCondition,
  Outbox,
  OutboxCounts,
  OutboxWriter,
  Outgoing,
  OutgoingRecipient,
  QueuedMessage,
  QueuedRecipient,
  RowOutcome,
  Selection,
  Settlement,
  TransmissionOptions,
} from './types.ts';
