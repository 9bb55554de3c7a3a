import type { Door, MycoSettings } from '../settings/index.ts';
import { type OpenDoor, type Reached, reachedAt } from './links.ts';

/** A door that a mail client is told of. */
export interface MailDoor extends Reached {
  readonly protocol: 'imap' | 'smtp';
  /** TLS from the first byte, or STARTTLS before anything else. */
  readonly security: 'tls' | 'starttls';
}

/** RFC 8314 §3.3: TLS from the first byte is preferred, so it stands first. */
const told = [
  { door: 'imaps', protocol: 'imap', security: 'tls' },
  { door: 'imap', protocol: 'imap', security: 'starttls' },
  { door: 'submissions', protocol: 'smtp', security: 'tls' },
  { door: 'submission', protocol: 'smtp', security: 'starttls' },
] as const satisfies readonly { door: Door; protocol: string; security: string }[];

/** The doors for members' mail that are open, best first, once each. */
export function mailDoors(settings: MycoSettings, open: readonly OpenDoor[]): MailDoor[] {
  return told.flatMap(({ door, protocol, security }) => {
    const found = open.find((one) => one.door === door);
    return found ? [{ protocol, security, ...reachedAt(settings, found) }] : [];
  });
}

export interface MailPair {
  readonly incoming: MailDoor;
  readonly outgoing: MailDoor;
}

/** The best door each way; null where a client could not both read and send. */
export function bestMailDoors(settings: MycoSettings, open: readonly OpenDoor[]): MailPair | null {
  const all = mailDoors(settings, open);
  const incoming = all.find(({ protocol }) => protocol === 'imap');
  const outgoing = all.find(({ protocol }) => protocol === 'smtp');
  return incoming && outgoing ? { incoming, outgoing } : null;
}
