import type { Clock } from '../../base/index.ts';
import type { Component } from '../../formats/icalendar/index.ts';
import type { Log, Metrics } from '../../observability/index.ts';
import type { CollectionsWriter } from '../../stores/collections/index.ts';
import type { CalendarSettings } from '../house.ts';
import type { UserAccounts } from './users.ts';

/** RFC 6638 §2.4.2. Rooms and resources answer invitations by themselves. */
export type CalendarUserType = 'INDIVIDUAL' | 'ROOM' | 'RESOURCE';

/** What invitations stand on. */
export interface SchedulingHouse {
  readonly collections: CollectionsWriter;
  readonly accounts: UserAccounts;
  readonly clock: Clock;
  readonly settings: CalendarSettings;
  /** Of an account, by its address. */
  typeOf(address: string): CalendarUserType;
  /** Told of what was put into an inbox, once it is durable; never throws. */
  heard?(news: ArrivedNews): void;
}

/** A scheduling message that a member is to see. */
export interface ArrivedNews {
  readonly account: number;
  /** RFC 5546 §1.4. */
  readonly method: string;
  /** `local@domain` of who sent it. */
  readonly from: string;
  /** As they wrote it; '' for none. */
  readonly title: string;
}

/** A mail that carries a message to those who are not here (RFC 6047). */
export interface InvitationMail {
  /** Whose it is. */
  readonly account: number;
  /** `local@domain` of the calendar user it speaks for: From. */
  readonly from: string;
  readonly to: readonly string[];
  readonly method: string;
  /** VCALENDAR with METHOD. */
  readonly calendar: Component;
  /** The sender's own copy: an item; null where they have none. */
  readonly copy: number | null;
  /** The same for one message whenever it is sent again. */
  readonly id: string;
}

/** The way out; StoreError 'limit' with `retryAfterMs`, 'no-space', 'unavailable'. */
export type SendInvitation = (mail: InvitationMail) => Promise<void>;

export interface WorkerOptions extends SchedulingHouse {
  readonly send: SendInvitation;
  readonly log: Log;
  readonly metrics: Metrics;
}
