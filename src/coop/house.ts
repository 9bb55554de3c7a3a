import type { Clock } from '../base/index.ts';
import type { BlobStore, Database } from '../storage/index.ts';
import type { Rules } from './rules/types.ts';

/** What every room of the co-op is given. A room takes this and the rooms that it builds on, and nothing else. */
export interface CoopHouse {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** The domain: what the chain begins with. */
  readonly coop: string;
  readonly name: string;
  readonly rules: Rules;
  /** 32 octets as base64, the same each time: kept with the other secrets of this instance (`stores/trust`). */
  readonly secret: (name: string) => Promise<string>;
}
