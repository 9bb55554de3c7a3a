import type { MessageRow } from '../../stores/mail/index.ts';
import type { SearchKeyParser } from '../wire/index.ts';
import type { HeaderText } from './header.ts';

/** What is known of a message so far, and what a test that could not decide asks for next. */
export interface Evidence {
  readonly row: MessageRow;
  readonly seq: number;
  readonly recent: boolean;
  header?: HeaderText;
  /** The text of delivery, folded; null where it was cut off. */
  text?: string | null;
  /** All text of the body, folded, read from the message itself. */
  body?: string;
  wants?: 'text' | 'header' | 'body';
}

/** True, false, or null: not to be said without what `wants` names. */
export type Verdict = boolean | null;
export type Test = (evidence: Evidence) => Verdict;

/** A test with its price: what it has to look at. Dear ones are asked last. */
export interface Judge {
  readonly cost: 'none' | 'row' | 'header' | 'text';
  readonly test: Test;
}

/** A search key that an extension brings. */
export interface SearchKeyFeature {
  readonly name: string;
  readonly parse: SearchKeyParser;
  judge(value: unknown, around: SearchAround): Judge;
}

/** What a key may know of the search it is part of. */
export interface SearchAround {
  readonly account: number;
  /** When the search began, ms since 1970. */
  readonly nowMs: number;
}

/** Asks for more unless something cheaper was asked for already. */
export function want(evidence: Evidence, what: NonNullable<Evidence['wants']>): null {
  evidence.wants ??= what;
  return null;
}
