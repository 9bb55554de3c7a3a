/** A point in time as it is written. `zone`: null is floating, 'UTC', or a TZID. Months from 1. */
export interface WrittenTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** A DATE: hour, minute and second are 0. */
  readonly allDay: boolean;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly zone: string | null;
}

/** How times become instants. A zone of the file is asked before those of the system; floating ones take `floating`. */
export interface Zones {
  /** Milliseconds since 1970. A time that a clock skips is read with the offset before it (RFC 5545 §3.3.5). */
  instantOf(time: WrittenTime): number;
  /** The local time of an instant in the zone that `like` has. */
  timeAt(instantMs: number, like: WrittenTime): WrittenTime;
}

/** One happening of a component: where it recurs, one of many. Instants in milliseconds since 1970, end excluded. */
export interface Occurrence {
  readonly startMs: number;
  readonly endMs: number;
  /** Which of the recurrences it is, by its original start; null where the component does not recur. */
  readonly recurrenceId: WrittenTime | null;
  /** Which component of the object says it: 0 is the master; others are overrides in order. */
  readonly component: number;
  readonly start: WrittenTime;
}

/** From the outermost to the innermost; a range is open where it is null. */
export interface TimeRange {
  readonly startMs: number | null;
  readonly endMs: number | null;
}

/** What is found out about an object once, when it is stored; answers questions of time without its bytes. */
export interface ObjectIndex {
  readonly uid: string;
  readonly component: 'VEVENT' | 'VTODO' | 'VJOURNAL' | 'VFREEBUSY' | 'VAVAILABILITY' | 'VPOLL';
  /** As `ItemRow` of stores/collections has them. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly digest: string;
  /** MANAGED-IDs that it names (RFC 8607 §4.3). */
  readonly attachments: readonly string[];
}
