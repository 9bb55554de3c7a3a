/**
 * differential: our IMAP server and Debian's Dovecot hear the same commands, and every answer is compared.
 * - `script.ts` makes up commands from a seed; `run.ts` speaks them through several sessions of one member to both;
 *   `facts.ts` keeps of an answer what a client acts upon.
 * - A difference is a fault of ours, unless `differences.ts` names the section that gives us leave.
 * - What a session is told unasked goes into the picture a client has of its mailbox (`client.ts`); the pictures are
 *   compared whenever both servers have been asked for news.
 */
export { explain, messages as readOtherwise } from './differences.ts';
export { type Dovecot, dovecotPassword, startDovecot } from './dovecot.ts';
export { corpusMessages, madeMessage, type Sample } from './messages.ts';
export { answeringMessage, sortCommand, threadCommand } from './ordering.ts';
export { dice } from './random.ts';
export { compareCommands, compareMessages, type Difference, runScript, type Server } from './run.ts';
