import type { AuthFailure } from '../accounts/index.ts';
import type { Reason } from '../base/index.ts';
import type { ContentFault } from './wire/data-decoder.ts';
import { closing, type Reply, reply } from './wire/reply.ts';

/** Every refusal of a store as a reply (RFC 5321 §4.2.3, RFC 3463): the one place where this is decided. */
export const replyOfReason = {
  'not-found': reply(550, '5.1.1', 'There is no such mailbox here'),
  exists: reply(451, '4.3.0', 'The message could not be stored; try again'),
  denied: reply(550, '5.7.1', 'Not allowed'),
  'over-quota': reply(452, '4.2.2', 'The mailbox is full'),
  'too-large': reply(552, '5.3.4', 'The message is too large'),
  limit: reply(452, '4.2.2', 'The mailbox holds as much as it may'),
  conflict: reply(451, '4.3.0', 'The message could not be stored; try again'),
  locked: reply(451, '4.3.0', 'The message could not be stored; try again'),
  invalid: reply(550, '5.6.0', 'The message could not be read'),
  'has-children': reply(451, '4.3.0', 'The message could not be stored; try again'),
  disabled: reply(550, '5.2.1', 'The mailbox is disabled'),
  'no-space': reply(452, '4.3.1', 'There is no space left to store the message; try again later'),
  unavailable: reply(451, '4.3.0', 'The mail store cannot be reached; try again later'),
  corrupt: reply(451, '4.3.0', 'The mail store has a fault; try again later'),
} as const satisfies Record<Reason, Reply>;

/** RFC 4954 §6. Unknown and wrong answer alike. */
export const replyOfAuthFailure = {
  credentials: reply(535, '5.7.8', 'The user name or password is wrong'),
  disabled: reply(535, '5.7.13', 'This account is disabled'),
  throttled: reply(454, '4.7.0', 'Too many attempts; wait before the next one'),
  busy: reply(454, '4.7.0', 'Too many sign-ins at this moment; try again'),
  scope: reply(535, '5.7.8', 'This password is not for sending mail'),
  unavailable: reply(454, '4.7.0', 'Sign-in is not possible for the moment; try again later'),
} as const satisfies Record<AuthFailure, Reply>;

/** Answers that several commands give. */
export const replies = {
  ok: reply(250, '2.0.0', 'OK'),
  localError: reply(451, '4.3.0', 'Something went wrong here; try again later'),
  helloFirst: reply(503, '5.5.1', 'Say hello first'),
  noMail: reply(503, '5.5.1', 'MAIL comes first'),
  noRecipient: reply(554, '5.5.1', 'There is no valid recipient'),
  chunksBegun: reply(503, '5.5.1', 'The message has begun with BDAT; only BDAT or RSET may follow'),
  binaryByData: reply(503, '5.5.1', 'A BINARYMIME message is sent with BDAT'),
  badChunk: closing(reply(501, '5.5.4', 'BDAT takes a number of octets, and LAST after it')),
  mailTwice: reply(503, '5.5.1', 'A transaction is under way already'),
  noArgument: reply(501, '5.5.4', 'This command takes no argument'),
  unknownCommand: reply(500, '5.5.1', 'This command is not known'),
  badBytes: reply(500, '5.5.2', 'A command holds only UTF-8 text without control characters'),
  lineTooLong: reply(500, '5.5.2', 'The line is too long'),
  bareLine: reply(500, '5.5.2', 'Lines end with CR LF, and hold neither alone'),
  needUtf8: reply(553, '5.6.7', 'An internationalised address needs SMTPUTF8'),
  tooLarge: reply(552, '5.3.4', 'The message is larger than this server takes'),
  endless: closing(reply(500, '5.5.2', 'The line is too long')),
  idle: closing(reply(421, '4.4.2', 'Nothing was said for too long')),
  tooManyErrors: closing(reply(421, '4.7.0', 'Too many errors')),
  tooManyCommands: closing(reply(421, '4.7.0', 'Too many commands without a message')),
  tooManyMessages: closing(reply(421, '4.7.0', 'Enough messages for one session')),
  tooManyAuthFailures: closing(reply(421, '4.7.0', 'Too many failed sign-ins')),
  signedOut: closing(reply(421, '4.7.0', 'What you signed in with is no longer good; sign in again')),
  unauthenticatedTooLong: closing(reply(421, '4.7.0', 'Sign in within a minute')),
  tooMuchDiscarded: closing(reply(552, '5.3.4', 'The message is far larger than this server takes')),
  tooSlow: closing(reply(421, '4.4.2', 'The message took too long to arrive')),
  earlyTalker: closing(reply(554, '5.5.1', 'You spoke before the greeting')),
  draining: closing(reply(421, '4.3.2', 'This server is going down; come again')),
  bareEnds: reply(550, '5.5.2', 'The message holds a CR or LF alone; lines end with CR LF'),
  nul: reply(550, '5.6.0', 'The message holds a NUL octet'),
  longLine: reply(550, '5.6.0', 'The message holds a line longer than this server takes'),
} as const satisfies Record<string, Reply>;

/** What is said of faulty octets, however they came. */
export const replyOfFault = {
  'bare-cr': replies.bareEnds,
  'bare-lf': replies.bareEnds,
  nul: replies.nul,
  'long-line': replies.longLine,
} as const satisfies Record<ContentFault, Reply>;
