/**
 * notices: what senders are told of their messages (RFC 3461, RFC 3464; RFC 6533 for addresses that are not ASCII):
 * that it failed, that it is late, that it went on to a server which will not tell more, that it was delivered.
 * - From the null sender, so that nobody answers; never about a message from the null sender, so that two servers do not
 *   write to each other for ever. A notice that cannot be delivered is dropped.
 * - A notice is put into the outbox by the transaction that decides what it tells of.
 * - What is given back of a message is its header, or all of it where its sender asked for that and it is not long.
 */
export { compose } from './compose.ts';
export { createNotices, type NoticeOptions, type Notices, wants } from './make.ts';
export type { Action, Told } from './types.ts';
