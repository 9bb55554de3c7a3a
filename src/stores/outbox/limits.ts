/** Limits of the outbox; times in milliseconds. */
export const limits = {
  /** Recipients of one message; more are several messages. */
  recipientsPerMessageMax: 10_000,
  /** Header lines that are put before a message. */
  headBytesMax: 256 * 1024,
  /** What a server answered, as it is kept and shown. */
  answerCharsMax: 1_000,
  /** Rows that one step of an operator's change, a walk or a clean-up takes in. */
  stepRows: 500,
  /** Rows of one page of a list. */
  pageRowsMax: 1_000,
  /** A process that was not heard of for so long is dead, and its rows are anybody's. */
  claimMs: 300_000,
  hourMs: 3_600_000,
  /** A day's limit counts this many hours, the one under way among them. */
  dayHours: 24,
} as const;
