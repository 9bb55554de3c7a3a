import { messageOf, type Reason, StoreError } from '../../base/index.ts';

/** An error as it crosses a thread: structured clone would lose its class. */
export interface Fault {
  readonly reason: Reason | null;
  readonly message: string;
  readonly details: Readonly<Record<string, string | number>>;
  readonly stack: string | undefined;
}

const sqliteReasons: readonly [prefix: string, reason: Reason, message: string][] = [
  ['SQLITE_FULL', 'no-space', 'the disk is full'],
  ['SQLITE_IOERR', 'unavailable', 'the database cannot be read or written'],
  ['SQLITE_BUSY', 'unavailable', 'the database is locked'],
  ['SQLITE_LOCKED', 'unavailable', 'the database is locked'],
  ['SQLITE_CANTOPEN', 'unavailable', 'the database cannot be opened'],
  ['SQLITE_READONLY', 'unavailable', 'the database cannot be written'],
  ['SQLITE_CORRUPT', 'corrupt', 'the database is damaged'],
  ['SQLITE_NOTADB', 'corrupt', 'the database file is not a database'],
];

/** PostgreSQL's SQLSTATE classes that say that the server, not the statement, is at fault. */
const postgresReasons: readonly [prefix: string, reason: Reason, message: string][] = [
  ['53100', 'no-space', "the database server's disk is full"],
  ['53', 'unavailable', 'the database server has no resources left'],
  ['57', 'unavailable', 'the database server is going down'],
  ['08', 'unavailable', 'the database server does not answer'],
  ['58', 'unavailable', 'the database server cannot read or write'],
  ['XX', 'corrupt', 'the database is damaged'],
  ['28', 'unavailable', 'the database server refuses the login'],
  ['3D', 'unavailable', 'the database server has no such database'],
  ['22021', 'invalid', 'a text holds a character that the database cannot keep'],
  ['ECONN', 'unavailable', 'the database server does not answer'],
  ['EPIPE', 'unavailable', 'the database server does not answer'],
  ['ENOTFOUND', 'unavailable', 'the database server is not found'],
  ['ETIMEDOUT', 'unavailable', 'the database server does not answer'],
];

/** Drizzle wraps what the driver threw. */
function causeOf(error: unknown): unknown {
  let current = error;
  while (current instanceof Error && current.cause !== undefined && !('code' in current))
    current = current.cause;
  return current;
}

export function codeOf(error: unknown): string {
  const cause = causeOf(error);
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** The database's own trouble as a StoreError; anything else, such as a bug, as it is. */
export function translate(error: unknown): unknown {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  for (const [prefix, reason, message] of code.startsWith('SQLITE_') ? sqliteReasons : postgresReasons) {
    if (code.startsWith(prefix)) return new StoreError(reason, message, { code });
  }
  if (
    /Connection terminated|connection error|not queryable|timeout expired|Client was closed/i.test(
      messageOf(error),
    )
  ) {
    return new StoreError('unavailable', 'the database server does not answer');
  }
  // Drizzle's wrapper repeats the query's parameters, which are members' data.
  return causeOf(error);
}

export function toFault(error: unknown): Fault {
  const translated = translate(error);
  if (translated instanceof StoreError) {
    const { reason, message, details } = translated;
    return { reason, message, details, stack: undefined };
  }
  const cause = causeOf(translated);
  return {
    reason: null,
    message: messageOf(cause),
    details: {},
    stack: cause instanceof Error ? cause.stack : undefined,
  };
}

export function fromFault(fault: Fault): Error {
  if (fault.reason !== null) return new StoreError(fault.reason, fault.message, fault.details);
  const error = new Error(fault.message);
  if (fault.stack !== undefined) error.stack = fault.stack;
  return error;
}
