import type { Path } from '../../wire/path.ts';
import type { Reply } from '../../wire/reply.ts';

/** What a guard says of one step of a stranger. */
export type Verdict =
  | { readonly kind: 'pass' }
  /** Known well: no other guard is asked from here on, where it is a sender none that judges. */
  | { readonly kind: 'welcome' }
  | { readonly kind: 'refuse'; readonly reply: Reply }
  /** The answer waits so long, in milliseconds. */
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'suspicious'; readonly points: number }
  /** The DNS did not say: counts for nothing, and keeps what only the suspicious meet away. */
  | { readonly kind: 'unknown' };

export const pass: Verdict = { kind: 'pass' };
export const unknown: Verdict = { kind: 'unknown' };

export function refuse(reply: Reply): Verdict {
  return { kind: 'refuse', reply };
}

export function suspicious(points: number): Verdict {
  return points > 0 ? { kind: 'suspicious', points } : pass;
}

/** What is known of a session when a guard is asked. */
export interface Visitor {
  /** The peer's address, normalised. */
  readonly address: string;
  /** Its /24 (IPv4) or /64 (IPv6): neighbours who are most likely one sender. */
  readonly network: string;
  /** As sent with HELO or EHLO; '' before. */
  readonly hello: string;
  readonly sender: Path | null;
  /** Points given so far. */
  readonly points: number;
  /** A look-up ended in trouble. */
  readonly unsure: boolean;
}

export interface Named {
  readonly address: string;
  /** Whether mail for it is taken at all. */
  readonly known: boolean;
}

export type Answer = Verdict | Promise<Verdict>;

/** The steps of a session, in order. */
export const steps = ['connect', 'hello', 'mail'] as const;
export type Step = (typeof steps)[number];

/**
 * One reason to let strangers wait or go. A verdict of `connect`, `hello` and `mail` that is a promise is a look-up: the
 * session goes on meanwhile, and it counts at RCPT. A promise never rejects.
 */
export interface Guard {
  /** Label of its metrics. */
  readonly name: string;
  /** It may refuse: its look-ups are waited for, within a bound, even where the DNS seems dead. */
  readonly waits?: boolean;
  /** It counts what the peer does: asked of a welcome sender too, whom anybody can name. */
  readonly counts?: boolean;
  connect?(visitor: Visitor): Answer;
  hello?(visitor: Visitor): Answer;
  mail?(visitor: Visitor): Answer;
  rcpt?(visitor: Visitor, recipient: Named): Answer;
}
