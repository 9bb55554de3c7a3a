import { FormatError } from '../../base/index.ts';
import type { Dialect } from '../content-lines/index.ts';
import { lineCharactersMax } from './limits.ts';

export { shown } from '../content-lines/index.ts';

/** Named as the preconditions of RFC 4791 §5.3.2.1, RFC 7529 §8 and RFC 7809 §3.1.4 are. */
export type CalendarReason =
  | 'supported-calendar-data'
  | 'valid-calendar-data'
  | 'valid-calendar-object-resource'
  | 'valid-timezone'
  | 'supported-calendar-component'
  | 'max-resource-size'
  | 'min-date-time'
  | 'max-date-time'
  | 'max-instances'
  | 'max-attendees-per-instance'
  | 'supported-rscale';

/** What was wrong with an iCalendar object. The message names its line and never quotes more than a name or a short value. */
export class CalendarError extends FormatError {
  readonly reason: CalendarReason;
  /** From 1; 0 where no line is to blame. */
  readonly line: number;

  constructor(message: string, line = 0, reason: CalendarReason = 'valid-calendar-data') {
    super(line > 0 ? `line ${line}: ${message}` : message, line);
    this.line = line;
    this.reason = reason;
  }
}

/** How an iCalendar object writes its lines: as RFC 5545 §3.1 has it. */
export const dialect: Dialect = {
  lineCharactersMax,
  error: (_, message, line) => new CalendarError(message, line),
  nameOfBare: null,
};
