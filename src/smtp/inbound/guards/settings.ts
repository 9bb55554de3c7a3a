import type { Networks } from '../../../net/index.ts';

/** A DNS list, and what being on it means. */
export interface BlockList {
  readonly zone: string;
  readonly points: number | 'refuse';
}

/** Who is meant: peers by their address, senders by address or domain (and what is below it). */
export interface Listed {
  readonly networks: Networks;
  /** Lower-case, in A-labels. */
  readonly domains: ReadonlySet<string>;
  /** Lower-case. */
  readonly addresses: ReadonlySet<string>;
}

/** mail.guards of the configuration. */
export interface GuardSettings {
  /** Peers whom no guard looks at. */
  readonly trusted: Networks;
  readonly allow: Listed;
  readonly deny: Listed;
  readonly blockLists: readonly BlockList[];
  readonly domainLists: readonly BlockList[];
  /** What becomes of a sender whose domain takes no mail. */
  readonly deadSender: 'refuse' | 'points' | 'ignore';
  /** Who has so many points is asked to come again after `delayMs`; null: nobody. */
  readonly greylist: { readonly points: number; readonly delayMs: number } | null;
  /** What one address may do in an hour. */
  readonly perHour: { readonly messages: number; readonly recipients: number; readonly unknown: number };
  /** Unknown recipients without a delay, and the longest delay after that. */
  readonly tarpit: { readonly after: number; readonly msMax: number };
}
