import type { Clock } from '../../base/index.ts';
import type { Database } from '../../storage/index.ts';
import type { Hasher } from '../hasher.ts';
import type { AccountsSettings } from '../settings.ts';
import type { DepartureListener } from '../types.ts';

/** Lets go of all data of a member, who had these addresses; may be run again after it was interrupted. */
export type EraseHook = (member: number, addresses: readonly string[]) => Promise<void>;

/** Lets go of what was left with credentials that are none of those any more; may be run again. */
export type CredentialHook = (member: number, living: ReadonlySet<string>) => Promise<void>;

/** Lets go of what was given to the group of an address (canonical); may be run again. */
export type GroupHook = (address: string) => Promise<void>;

export interface AdminParts {
  readonly database: Database;
  /** The main domain, and all that the configuration names. */
  readonly domain: string;
  readonly configuredDomains: ReadonlySet<string>;
  readonly settings: AccountsSettings;
  readonly clock: Clock;
  readonly hasher: Hasher;
  readonly appPasswordSecret: Buffer;
  readonly onErase: readonly EraseHook[];
  readonly onCredentialEnd: readonly CredentialHook[];
  readonly departures: ReadonlySet<DepartureListener>;
  readonly onError: (event: string, error: unknown) => void;
  readonly onGroupEnd: readonly GroupHook[];
}
