/**
 * imap: IMAP4rev1 (RFC 3501) and IMAP4rev2 (RFC 9051) over a member's mail.
 *
 * - `wire/` is grammar only. `session/` reads commands, keeps what one client knows (`Selected`) and sends what changed.
 *   `commands/` and `extensions/` are declared values; their lists are the dispatch tables, CAPABILITY is derived.
 * - Commands of a session run one after another. A session sees the mail of its member and nothing else: no account
 *   id comes from the client.
 * - Message numbers move only in `Selected.report`, which writes what it moves; EXPUNGE never where RFC 9051 §7.5.1
 *   forbids it. The truth is the modseq in the store; hints only say when to look.
 * - A mailbox is opened by what is gone from it; uids are read where a number is asked for: `resolve`, `batches` and
 *   `know` come first. Whole mailboxes are worked on batch by batch.
 * - A tagged OK leaves after the change is durable. Own silent changes are not echoed, others' are.
 * - Every size is checked before it is read; messages stream in and out; what a slow client does not take, waits.
 * - Errors are answered in one place, `errors.ts`; what is ours is logged with an incident and answered without detail.
 * - No line of the log holds content: neither mailbox names, nor flags, nor what a client sent.
 */
export type { Features as ImapFeatures } from './features.ts';
export { defaultImapLimits, type ImapLimits } from './limits.ts';
export {
  createImapServer,
  type ImapServer,
  type ImapServerOptions,
  type ImapSpecification,
  switchableCapabilities,
} from './server.ts';
export type { CapabilitySwitches } from './session/switches.ts';
