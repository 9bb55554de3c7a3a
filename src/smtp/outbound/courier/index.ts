/**
 * courier: brings messages to one host over one connection (nodemailer's SMTP client over a stream of net's).
 * - `dial` greets, starts TLS as its rule says, signs in at a relay. `send` is one transaction; another may follow.
 * - Every recipient has its own fate. What a host says is kept: code, RFC 3463 status, words.
 * - Nothing rejects: a host that lies, stalls or hangs up is an answer. Waiting is bounded by `Patience`, a reply by
 *   `replyBytesMax`, a transaction by `transactionMs`.
 * - Hanging up after the dot is `unsure`: it may have arrived, and goes once more.
 * - What a host cannot carry (size, 8 bits, SMTPUTF8, REQUIRETLS) is refused before it is sent, and only where it is needed.
 */

export { finding } from './answer.ts';
export { type CourierOptions, createCourier, isLoopback, type Patience } from './dial.ts';
export type { Courier, Dialled, Fate, Line, Parcel, Passage } from './types.ts';
