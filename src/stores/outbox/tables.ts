import { defineTables } from '../../storage/index.ts';
import type { NotifyCondition, Outgoing, TransmissionOptions } from './types.ts';

/** `waiting`: for its time; `claimed`: a process is at it; `held`: until an operator lets it go. */
export const rowStates = ['waiting', 'claimed', 'held'] as const;
export type RowState = (typeof rowStates)[number];

/**
 * Times are ms since 1970, 0 for never. A recipient's row goes when it is decided, a message's row with its last
 * recipient. Nothing that is asked all the time reads more than it answers: what is due is found by the lanes.
 */
export const outboxTables = defineTables((kit) => ({
  outbox_messages: kit.table(
    'outbox_messages',
    {
      id: kit.id(),
      /** Whose it is; 0 for what the server itself sends or forwards. */
      account: kit.int().notNull(),
      kind: kit.text().$type<Outgoing['kind']>().notNull(),
      sender: kit.text().notNull(),
      body: kit.text().$type<NonNullable<TransmissionOptions['body']>>(),
      utf8: kit.bool().notNull(),
      ret: kit.text().$type<NonNullable<TransmissionOptions['ret']>>(),
      envid: kit.text(),
      tls: kit.text().$type<NonNullable<TransmissionOptions['tls']>>(),
      head: kit.text().notNull(),
      hash: kit.text().notNull(),
      size: kit.int().notNull(),
      headerLength: kit.int().notNull(),
      created: kit.int().notNull(),
    },
    { index: [['account'], ['sender']] },
  ),
  outbox_recipients: kit.table(
    'outbox_recipients',
    {
      message: kit.int().notNull(),
      n: kit.int().notNull(),
      address: kit.text().notNull(),
      /** The destination in A-labels, or an address literal with its brackets. */
      domain: kit.text().notNull(),
      /** NotifyConditions joined by commas. */
      notify: kit.text().notNull(),
      orcpt: kit.text(),
      state: kit.text().$type<RowState>().notNull(),
      next: kit.int().notNull(),
      expires: kit.int().notNull(),
      /** When the sender is told of the delay; 0: not, or no more. */
      warnAt: kit.int().notNull(),
      /** The earlier of the two: when something is to be said whether it was tried or not. */
      attention: kit.int().notNull(),
      attempts: kit.int().notNull(),
      /** How often nobody knows whether the message arrived. */
      unsure: kit.int().notNull(),
      /** Who claimed it; 0 where nobody did. */
      holder: kit.int().notNull(),
      /** The last answer: code 0 where it is ours; status '' where there was none yet. */
      code: kit.int().notNull(),
      status: kit.text().notNull(),
      answer: kit.text().notNull(),
      host: kit.text().notNull(),
    },
    {
      primaryKey: ['message', 'n'],
      index: [
        ['domain', 'state', 'next'],
        ['state', 'attention'],
      ],
      indexAboveZero: ['holder', 'unsure'],
      rowid: false,
    },
  ),
  /** A row for each destination for which something waits. */
  outbox_lanes: kit.table(
    'outbox_lanes',
    {
      domain: kit.text().notNull(),
      /** When its first row may be tried; 0 where none waits. */
      due: kit.int().notNull(),
      /** No host of it could be reached; nothing is tried until then. */
      closedUntil: kit.int().notNull(),
      failures: kit.int().notNull(),
      status: kit.text().notNull(),
      answer: kit.text().notNull(),
      host: kit.text().notNull(),
    },
    { primaryKey: ['domain'], indexAboveZero: ['due'], rowid: false },
  ),
  /** Processes that claim rows; a dead one is known by its time. */
  outbox_holders: kit.table(
    'outbox_holders',
    { id: kit.id(), until: kit.int().notNull() },
    { index: [['until']] },
  ),
  /** Recipients that somebody sent to, by the hour: `member <account>` or `domain <sender's domain>`. */
  outbox_sent: kit.table(
    'outbox_sent',
    { who: kit.text().notNull(), hour: kit.int().notNull(), recipients: kit.int().notNull() },
    { primaryKey: ['who', 'hour'], rowid: false },
  ),
}));

export type Notify = readonly NotifyCondition[];
