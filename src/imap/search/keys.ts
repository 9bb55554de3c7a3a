import type { MessageRow, Narrowed } from '../../stores/mail/index.ts';
import type { SearchKeyParser } from '../wire/index.ts';
import type { Header, Sought } from './needles.ts';

/** What is known of a message so far, and what a test that could not decide asks for next. */
export interface Evidence {
  readonly row: MessageRow;
  readonly seq: number;
  readonly recent: boolean;
  /** Midnight UTC of the day in the Date field, null without one; 'unread' where only the header can tell. */
  sentDay?: number | null | 'unread';
  /** Read from the message itself, as is the body: all of its text, folded. */
  header?: Header | undefined;
  body?: string | undefined;
  wants?: Sought | 'day' | 'header' | 'body' | undefined;
}

/** True, false, or null: not to be said without what `wants` names. */
export type Verdict = boolean | null;
export type Test = (evidence: Evidence) => Verdict;

/** A test with its price: what it has to look at. Dear ones are asked last. */
export interface Judge {
  readonly cost: 'none' | 'row' | 'header' | 'text';
  readonly test: Test;
  /** What the index leaves over, once it was asked; null for everything. */
  readonly within?: () => Narrowed | null;
}

/** A search key that an extension brings. */
export interface SearchKeyFeature {
  readonly name: string;
  readonly parse: SearchKeyParser;
  judge(value: unknown, around: SearchAround): Judge;
  /** What it finds changes as time passes, without any change of a message. */
  readonly changesWithTime?: boolean;
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
