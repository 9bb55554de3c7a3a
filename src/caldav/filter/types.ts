import type { TimeRange } from '../../formats/icalendar/index.ts';

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
  readonly text: Test | null;
  readonly params: readonly ParamFilter[];
}

/** RFC 4791 §9.7.3 */
export interface ParamFilter {
  readonly name: string;
  readonly absent: boolean;
  readonly text: Test | null;
}

/** A text-match that is ready. */
export type Test = (value: string) => boolean;
