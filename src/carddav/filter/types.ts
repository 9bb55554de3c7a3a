import type { Matcher, ParamFilter } from '../../webdav/index.ts';

/** RFC 6352 §10.5, made ready for many cards. */
export interface CardFilter {
  /** All conditions, or any. */
  readonly all: boolean;
  readonly props: readonly PropFilter[];
}

export interface PropFilter {
  /** Upper case. */
  readonly name: string;
  /** Upper case; null: with any group, or none. */
  readonly group: string | null;
  readonly all: boolean;
  /** is-not-defined */
  readonly absent: boolean;
  readonly texts: readonly Matcher[];
  readonly params: readonly ParamFilter[];
}
