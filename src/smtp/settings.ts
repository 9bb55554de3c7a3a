import type { GuardSettings } from './inbound/guards/settings.ts';

/** What the doors need of the configuration (CONTRACT.md: coop, limits, auth, mail). */
export interface SmtpSettings {
  /** coop.hostname: greeting, Received, notices. */
  readonly hostname: string;
  /** coop.domain: where `<Postmaster>` without a domain goes. */
  readonly domain: string;
  /** limits.message, bytes. */
  readonly messageBytesMax: number;
  /** Where messages too long for memory wait while they are looked at; files there have no name. */
  readonly spoolFolder: string;
  /** auth.plaintext: AUTH without TLS, for tests on loopback only. */
  readonly plaintext: 'refuse' | 'allow';
  /** Pause before the greeting of the MX door; who talks in it is refused. 0: none. */
  readonly greetingDelayMs: number;
  /** mail.guards: what strangers meet at the MX door; null: nothing. */
  readonly guards: GuardSettings | null;
}
