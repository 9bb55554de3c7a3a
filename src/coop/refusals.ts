import { type Reason, StoreError } from '../base/index.ts';

/** Why the co-op refuses: a closed list, the same on the command line, in the API and in docs/MONEY.md. */
export const refusals = {
  E_UNBALANCED: ['invalid', 'the postings of an entry do not add up to nothing'],
  E_AMOUNT: ['invalid', 'an amount is a whole number of minor units that can be counted'],
  E_TEXT: ['invalid', 'a text is too long, or has characters that are no text'],
  E_LIMIT: ['limit', 'that is more than is taken at once'],
  E_ACCOUNT: ['invalid', 'an account has another name than those of the chart'],
  E_BY_HAND: ['denied', 'what a room answers for is not written by hand'],
  E_DATE: ['invalid', 'a day is written 2026-03-31 and is in the calendar'],
  E_KEY_REUSED: ['conflict', 'the key was used for something else'],
  E_PERIOD_CLOSED: ['locked', 'the period is closed'],
  E_NOT_FOUND: ['not-found', 'it is not there'],
  E_NOT_MEMBER: ['not-found', "the account is nobody's who is in the register"],
  E_PRIVILEGE: ['denied', 'that takes a privilege which the roles do not give'],
  E_RULE: ['invalid', 'the rules of the country have no value for that day'],
  E_DECISION: ['not-found', 'there is no such decision, or it is of another kind'],
  E_ROLE: ['denied', 'a role is given or taken by somebody else, or not at all'],
  E_BANK_FILE: ['invalid', 'the file is no bank statement, or not a whole one'],
  E_BANK_ACCOUNT: ['invalid', "the statement is of another account or currency than the co-op's"],
  E_STATEMENT: ['conflict', 'the statement was imported before, and said something else'],
  E_SAME_PERSON: ['denied', 'who proposed it does not confirm it'],
  E_TAX: ['invalid', 'a party is not taxed in that way'],
  E_REFERENCE: ['conflict', 'the reference stands for something else'],
  E_MONTH_OPEN: ['locked', 'the month is not over'],
  E_MONTH_ORDER: ['conflict', 'months are shared out one after the other'],
  E_MONTH_CLOSED: ['exists', 'the month was shared out already'],
  E_LINES_WAIT: ['conflict', 'lines of the bank wait for a person, and could count in what would be closed'],
  E_YEAR_OPEN: ['locked', 'the fiscal year is not over, or its months are not shared out'],
  E_YEAR_ORDER: ['conflict', 'years are closed one after the other'],
  E_YEAR_CLOSED: ['exists', 'the year was closed already'],
  E_INTEREST_CAP: ['limit', 'interest on shares is no more than the rules allow'],
  E_NOTHING_DUE: ['conflict', 'nobody is to be paid'],
  E_APPROVED: ['conflict', 'the same person does not approve twice'],
  E_NOT_OWED: ['conflict', 'more would be paid than is owed'],
  E_EXPORTED: ['exists', 'there is a file for the bank already'],
  E_NO_BANK: ['unavailable', 'the co-op has named no account that pays'],
  E_STATE: ['conflict', 'that is not done where things stand'],
  E_VERSION: ['conflict', 'it was changed since it was read'],
  E_PERSON: ['invalid', 'that is not what is known of a person'],
  E_IBAN: ['invalid', 'the number of the bank account is not well formed'],
  E_SHARE_CAP: ['limit', 'nobody holds more shares than the statutes say'],
  E_SHARE_MIN: ['invalid', 'a member holds as many shares as the statutes say'],
  E_SHARES: ['conflict', 'somebody has not so many shares to move'],
  E_NOMINAL: ['conflict', 'the nominal of the rules is not that of the shares that are held'],
  E_COOP: ['conflict', 'the ledger is that of another co-op'],
  E_OWED: ['conflict', 'an account of the person is not empty'],
  E_REVERSED: ['conflict', 'the entry was reversed already'],
  E_BODY: ['invalid', 'what was sent has not the shape that is asked for'],
  E_JSON: ['invalid', 'JSON is taken where it has one reading: names once, whole numbers, UTF-8'],
  E_QUERY: ['invalid', 'the address asks for something that is not understood'],
  E_CURSOR: ['invalid', 'a cursor is what the page before gave'],
  E_MEDIA: ['invalid', 'a body of another type is asked for'],
  E_TOO_LARGE: ['too-large', 'that is larger than what is taken'],
  E_KEY_MISSING: ['invalid', 'a write names its key'],
  E_MATCH_MISSING: ['conflict', 'a change names what it saw (If-Match)'],
  E_CHANGED: ['conflict', 'it has changed since it was looked at'],
  E_CONFLICT: ['conflict', 'it is not in a state in which that can be done'],
  E_METHOD: ['invalid', 'the address does not know the method'],
  E_SIGN_IN: ['denied', 'nobody knows who asks'],
  E_ELSEWHERE: ['denied', 'what a browser sends from another site is not taken'],
  E_RATE: ['limit', 'that was asked for too often'],
  E_BUSY: ['unavailable', 'there is too much to do just now'],
  E_FAULT: ['corrupt', 'something is wrong here'],
} as const satisfies Record<string, readonly [Reason, string]>;

export type Refusal = keyof typeof refusals;

/** The error that says so; `words` say what was wrong this time. */
export const refusal = (
  code: Refusal,
  words: string,
  details: Readonly<Record<string, string | number>> = {},
) => new StoreError(refusals[code][0], words, { code, ...details });

/** What is said where a room below the co-op's refused without a code. */
const codeOfReason = {
  'not-found': 'E_NOT_FOUND',
  exists: 'E_CONFLICT',
  denied: 'E_PRIVILEGE',
  'over-quota': 'E_LIMIT',
  'too-large': 'E_TOO_LARGE',
  limit: 'E_LIMIT',
  conflict: 'E_CONFLICT',
  locked: 'E_CONFLICT',
  invalid: 'E_BODY',
  'has-children': 'E_CONFLICT',
  disabled: 'E_PRIVILEGE',
  'no-space': 'E_BUSY',
  unavailable: 'E_BUSY',
  corrupt: 'E_FAULT',
} as const satisfies Record<Reason, Refusal>;

const isCode = (code: unknown): code is Refusal => typeof code === 'string' && Object.hasOwn(refusals, code);

/** The code of what a room refused, and of what those below it did; E_FAULT for what is no refusal. */
export function codeOf(error: unknown): Refusal {
  if (!(error instanceof StoreError)) return 'E_FAULT';
  const { code } = error.details;
  return isCode(code) ? code : codeOfReason[error.reason];
}
