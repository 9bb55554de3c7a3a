import { blameOf, type Reason, StoreError } from '../base/index.ts';
import { CharsetFault, type ResponseCode, SyntaxFault, type TaggedStatus } from './wire/index.ts';

/** What a command is answered with at its end. */
export interface Answer {
  readonly status: TaggedStatus;
  readonly code: ResponseCode | null;
  readonly text: string;
}

export function ok(text: string, code: ResponseCode | null = null): Answer {
  return { status: 'OK', code, text };
}

/** The command is understood and not obeyed; `message` is shown to the member. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: TaggedStatus;
  readonly code: ResponseCode | null;

  constructor(message: string, code: ResponseCode | null = null, status: TaggedStatus = 'NO') {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** RFC 9586 §3.2: a client that counts by uids has named messages by their numbers; `instead` is what it may send. */
export function uidRequired(instead: string): Refusal {
  return new Refusal(`UIDONLY is on: use ${instead}`, 'UIDREQUIRED', 'BAD');
}

/** The session ends now: `message` goes out as an untagged BYE. */
export class Farewell extends Error {
  override readonly name = 'Farewell';
  readonly code: ResponseCode | null;

  constructor(message: string, code: ResponseCode | null = null) {
    super(message);
    this.code = code;
  }
}

/** The client is gone: nothing can be answered and nothing is wrong. */
export class Gone extends Error {
  override readonly name = 'Gone';
}

/** The one place where a store's reason becomes an answer. RFC 5530, RFC 9051 §7.1. */
export const reasonCodes = {
  'not-found': 'NONEXISTENT',
  exists: 'ALREADYEXISTS',
  denied: 'NOPERM',
  'over-quota': 'OVERQUOTA',
  'too-large': 'TOOBIG',
  limit: 'LIMIT',
  conflict: 'INUSE',
  locked: 'INUSE',
  invalid: 'CANNOT',
  'has-children': 'HASCHILDREN',
  disabled: 'CONTACTADMIN',
  'no-space': 'UNAVAILABLE',
  unavailable: 'UNAVAILABLE',
  corrupt: 'CORRUPTION',
} as const satisfies Record<Reason, ResponseCode>;

/** An answer, and whether somebody here must look at it: `incident` names the log line for the member to quote. */
export interface Verdict {
  readonly answer: Answer;
  readonly blame: 'client' | 'member' | 'server';
}

/** Anything that was thrown -> the tagged answer. */
export function answerTo(error: unknown, incident: string): Verdict {
  if (error instanceof Refusal) {
    const answer = { status: error.status, code: error.code, text: error.message };
    return { answer, blame: error.status === 'BAD' ? 'client' : 'member' };
  }
  if (error instanceof CharsetFault) {
    const code = { code: 'BADCHARSET', charsets: ['UTF-8', 'US-ASCII'] } as const;
    return { answer: { status: 'NO', code, text: error.message }, blame: 'member' };
  }
  if (error instanceof SyntaxFault) {
    const where = error.offset < 0 ? '' : ` (octet ${error.offset + 1})`;
    return { answer: { status: 'BAD', code: null, text: `${error.message}${where}` }, blame: 'client' };
  }
  if (error instanceof StoreError) {
    const blame = blameOf[error.reason] === 'server' ? 'server' : 'member';
    const text = blame === 'server' ? `${error.message}; incident ${incident}` : error.message;
    return { answer: { status: 'NO', code: reasonCodes[error.reason], text }, blame };
  }
  const text = `an internal error, not your fault; incident ${incident}`;
  return { answer: { status: 'NO', code: 'SERVERBUG', text }, blame: 'server' };
}

/** Turns a missing mailbox into the hint that the client may create it. RFC 9051 §6.3.12, §6.4.7. */
export async function tryCreate<T>(task: Promise<T>): Promise<T> {
  try {
    return await task;
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'not-found') {
      throw new Refusal('there is no such mailbox; create it first', 'TRYCREATE');
    }
    throw error;
  }
}
