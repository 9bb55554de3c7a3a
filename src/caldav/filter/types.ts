import type { TimeRange } from '../../formats/icalendar/index.ts';
import type { Matcher, ParamFilter } from '../../webdav/index.ts';

/** RFC 4791 §9.7.1 */
export interface CompFilter {
  /** Upper case. */
  readonly name: string;
  /** is-not-defined: there is none of it. */
  readonly absent: boolean;
  readonly range: TimeRange | null;
  readonly props: readonly PropFilter[];
  readonly comps: readonly CompFilter[];
}

/** RFC 4791 §9.7.2 */
export interface PropFilter {
  readonly name: string;
  readonly absent: boolean;
  readonly range: TimeRange | null;
  readonly text: Matcher | null;
  readonly params: readonly ParamFilter[];
}
