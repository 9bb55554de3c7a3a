import type { NewJob } from '../stores/collections/index.ts';
import type { Arriving, CollectionsHouse, Leaving } from '../webdav/index.ts';
import type { UserAccounts } from './scheduling/users.ts';

/** What CalDAV stands on. */
export interface CaldavHouse extends CollectionsHouse {
  readonly accounts: UserAccounts;
  readonly settings: CalendarSettings;
  /** RFC 6638; absent: nobody is told of anything. */
  readonly scheduling?: SchedulingHooks;
}

export interface CalendarSettings {
  /** Octets of one object. */
  readonly objectBytesMax: number;
  /** Of a recurring component, in one answer. */
  readonly instancesMax: number;
  readonly attendeesMax: number;
  /** Whether members may have calendars that are read from elsewhere; absent: they may not. */
  readonly subscriptions?: boolean;
}

/** What implicit scheduling makes of writes. Every refusal is a DavError with its precondition. */
export interface SchedulingHooks {
  /** Before an object is kept; null where it is none that is scheduled. */
  arriving(arriving: Arriving): Promise<Scheduled | null>;
  /** Before one goes. */
  leaving(leaving: Leaving): Promise<readonly NewJob[]>;
}

export interface Scheduled {
  /** In place of those that came; null: they are kept as they came. */
  readonly bytes: Buffer | null;
  readonly tag: 'new' | 'keep';
  readonly jobs: readonly NewJob[];
  /** If-Schedule-Tag-Match, where the request had one. */
  readonly scheduleTag?: string;
}
