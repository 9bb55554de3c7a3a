/**
 * smtp: the three ways in for mail. `inbound` is the MX door (RFC 5321), `submission` takes members' own mail
 * (RFC 6409), `lmtp` mail from neighbours (RFC 2033). One session (`session/`) serves them; a door is a value that
 * says what differs. Commands and extensions are declared values, EHLO and the tables are derived from their lists.
 *
 * - 250 after DATA leaves only when the message is durable for every local recipient and in the outbox
 *   for every other one. What failed for some is answered 451; those who have it are remembered, not served twice.
 * - Recipients are verified at RCPT; mail for others is brought on its way by the queue (`outbound/`), or comes back.
 * - Only CRLF.CRLF ends a message, or the last octet of BDAT LAST; a CR or LF alone is refused after that, never converted.
 * - Stored: Return-Path, Received, then the bytes as they came (less a foreign Return-Path, binary parts in base64; at
 *   submission less Bcc, plus a missing Date or Message-ID).
 * - One line or one chunk of input is held per session, and at most `spoolBytesMax` of a message.
 * - Before STARTTLS nothing counts: state and unread bytes are dropped.
 * - Logs name peers, sizes and verdicts; never addresses of members, subjects or content.
 */
export { type CheckSettings, type Checks, createChecks } from './checks/index.ts';
export type { Arrival, HearOfArrival } from './delivery/arrival.ts';
export type { ArrivedInvitation, TakeInvitation } from './delivery/take-invitation.ts';
export { extensions } from './extensions/index.ts';
export type { BlockList, GuardSettings, Listed } from './inbound/guards/settings.ts';
export { createOutbound, type OutboundOptions } from './outbound/outbound.ts';
export {
  createTlsPolicies,
  type TlsObserver,
  type TlsOutcome,
  type TlsPolicies,
  type TlsRule,
} from './outbound/policy/index.ts';
export type { Decided, HearOfMail, OutboundQueue } from './outbound/queue/index.ts';
export { createRouter, type Hop, type Route, type Router } from './outbound/route/index.ts';
export { createIntake, createObservers, createReporter, type Intake } from './reports/index.ts';
export { createSmtpServers, type SmtpOptions, type SmtpServers } from './servers.ts';
export type { SmtpSettings } from './settings.ts';
export {
  createSealer,
  createSigner,
  createSrs,
  promoteKeys,
  type Signer,
  type Srs,
} from './signing/index.ts';
export { type Specification, specifications } from './specifications.ts';
