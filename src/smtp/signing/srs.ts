import { createHmac } from 'node:crypto';
import { type Clock, equalInConstantTime, FormatError } from '../../base/index.ts';
import { formatMailbox, type Mailbox, parseMailbox } from '../../formats/address/index.ts';
import { srsHashChars, srsValidDays } from './limits.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const dayMs = 86_400_000;
/** Days are written in two characters: they come round after 1,024. */
const daysInAll = 1_024;

/** Where mail to a rewritten sender belongs. */
export type SrsTarget =
  /** It is no rewritten sender. */
  | { readonly kind: 'none' }
  /** Nobody rewrote it here, or too long ago. */
  | { readonly kind: 'invalid' }
  | { readonly kind: 'original'; readonly address: string };

/**
 * The Sender Rewriting Scheme: who forwards sends in a name of its own, for SPF, and the name says where bounces belong.
 * `SRS0=hash=day=domain=local` is what was rewritten once, `SRS1=hash=domain==…` what another host had rewritten before.
 */
export interface Srs {
  /** The envelope sender of what is forwarded. Unchanged: the null sender, our own domains, and one that would be too long. */
  forward(sender: string): Promise<string>;
  /** `address` is at a domain of ours. */
  reverse(address: string): SrsTarget;
}

export interface SrsOptions {
  /** `TrustStore.secret('srs')`. */
  readonly secret: string;
  /** coop.domain: where bounces come. */
  readonly domain: string;
  readonly isOurs: (domain: string) => Promise<boolean>;
  readonly clock: Clock;
}

export function createSrs({ secret, domain, isOurs, clock }: SrsOptions): Srs {
  const key = Buffer.from(secret, 'base64');
  const hash = (text: string) => {
    // Hosts on the way may change the case of a local part.
    const octets = createHmac('sha256', key).update(text.toLowerCase()).digest();
    return [...octets.subarray(0, srsHashChars)].map((octet) => alphabet[octet & 31]).join('');
  };
  const holds = (given: string, text: string) =>
    equalInConstantTime(Buffer.from(given.toUpperCase()), Buffer.from(hash(text)));
  const today = () => Math.floor(clock.nowMs() / dayMs) % daysInAll;

  function rewrite(sender: Mailbox): string {
    const again = /^SRS([01])[=+-](.*)$/is.exec(sender.local);
    if (!again) {
      const text = `${stamp(today())}=${sender.domain}=${sender.local}`;
      return `SRS0=${hash(text)}=${text}`;
    }
    if (again[1] === '0') {
      // The separator and all behind it are the other host's, whose domain is put before.
      const text = `${sender.domain}=${sender.local.slice(4)}`;
      return `SRS1=${hash(text)}=${text}`;
    }
    // SRS1 of another: the first host stays the one to come back to, and the hosts between are left out.
    const rest = /^[^=]*=([^=]+=[=+-].*)$/s.exec(again[2] ?? '');
    const text = rest?.[1] ?? '';
    return text === '' ? '' : `SRS1=${hash(text)}=${text}`;
  }

  function target(local: string): string | null {
    const once = /^SRS0[=+-]([^=]+)=([^=]{2})=([^=]+)=(.+)$/is.exec(local);
    if (once) {
      const [, given = '', day = '', home = '', name = ''] = once;
      if (!holds(given, `${day}=${home}=${name}`) || !isRecent(day, today())) return null;
      return mailboxOf(name, home);
    }
    const twice = /^SRS1[=+-]([^=]+)=([^=]+)=([=+-].+)$/is.exec(local);
    if (!twice) return null;
    const [, given = '', first = '', rest = ''] = twice;
    return holds(given, `${first}=${rest}`) ? mailboxOf(`SRS0${rest}`, first) : null;
  }

  return {
    async forward(sender) {
      if (sender === '') return sender;
      const mailbox = parseMailbox(sender);
      if (await isOurs(mailbox.domain)) return sender;
      const local = rewrite(mailbox);
      return (local === '' ? null : mailboxOf(local, domain)) ?? sender;
    },
    reverse(address) {
      const { local } = parseMailbox(address);
      if (!/^SRS[01][=+-]/i.test(local)) return { kind: 'none' };
      const original = target(local);
      return original === null ? { kind: 'invalid' } : { kind: 'original', address: original };
    },
  };
}

/** Null where that is no address, or one too long to be sent to. */
function mailboxOf(local: string, domain: string): string | null {
  try {
    const text = formatMailbox({ local, domain });
    parseMailbox(text);
    return text;
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

function stamp(day: number): string {
  return `${alphabet[day >> 5]}${alphabet[day & 31]}`;
}

function isRecent(text: string, today: number): boolean {
  const [high = '', low = ''] = text.toUpperCase();
  const day = alphabet.indexOf(high) * 32 + alphabet.indexOf(low);
  if (!alphabet.includes(high) || !alphabet.includes(low)) return false;
  return (today - day + daysInAll) % daysInAll <= srsValidDays;
}
