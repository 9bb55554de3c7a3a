import type { Network, Networks, Resolver } from '../../net/index.ts';
import type { FederationLimits } from './limits.ts';
import type { FederationPolicy } from './policy.ts';

/** What the configuration says of other servers; asked for each time. */
export interface FederationSettings extends FederationPolicy {
  /**
   * How a server shows whose it is: `certificates`: by one that an authority vouches for (RFC 6120 §13.7); `dialback`: or
   * else by what the DNS says of its domain (XEP-0220).
   */
  readonly trust: 'dialback' | 'certificates';
  /** Milliseconds for which a message waits for a server that cannot be reached. */
  readonly keepMs: number;
}

/** What federation is made of beside chat. */
export interface FederationOptions {
  readonly network: Pick<Network, 'dial'>;
  readonly resolver: Resolver;
  readonly settings: () => FederationSettings;
  /** Networks that are no part of the internet and may be gone to nevertheless (THREATS 15). */
  readonly networks: () => Networks;
  /** Of domains without SRV records; default 5269. */
  readonly port?: number;
  /** In place of the limits, for tests. */
  readonly most?: Partial<FederationLimits>;
}
