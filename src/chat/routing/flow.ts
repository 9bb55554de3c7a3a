import type { Element } from '../../formats/stanza/index.ts';
import type { NewQueued, NewRow } from '../../stores/conversations/index.ts';
import { type Stanza, withFirst } from '../stanza.ts';
import type { Home } from './home.ts';
import type { Session } from './session.ts';
import type { Ticket } from './settling.ts';

/** A row that will be kept; its id is there once it is. */
export interface Kept {
  readonly row: NewRow;
  /** Of its archive; 0 until the commit. */
  id: number;
}

/** What waits for another server from the commit on. */
export interface Enqueued {
  readonly row: NewQueued;
  /** Its place there; 0 until the commit; else why it has none. */
  seq: number | 'no-room' | 'not-written';
}

/**
 * One stanza on its way, whoever hears of it: what must be kept first, and what is done once that is durable. Flows are
 * committed in the order in which they were submitted, those that keep nothing among them, so that nobody is overtaken.
 */
export class Flow {
  readonly kept: Kept[] = [];
  readonly enqueued: Enqueued[] = [];
  readonly #after: (() => void)[] = [];
  readonly #failed: (error: unknown) => void;
  readonly #ticket: Ticket | null;

  /** `failed`: told where nothing could be kept; the stanza was not delivered then. */
  constructor(ticket: Ticket | null, failed: (error: unknown) => void) {
    this.#ticket = ticket;
    this.#failed = failed;
  }

  /** To be kept before anybody is written to. */
  keep(row: NewRow): Kept {
    const kept = { row, id: 0 };
    this.kept.push(kept);
    return kept;
  }

  /** To be kept for another server, with what `keep` keeps. */
  enqueue(row: NewQueued): Enqueued {
    const enqueued: Enqueued = { row, seq: 0 };
    this.enqueued.push(enqueued);
    return enqueued;
  }

  /** Done once all is kept, in the order of the calls. What throws is logged, and the rest is done all the same. */
  after(act: () => void): void {
    this.#after.push(act);
  }

  /** For `Commits`: all of it is durable. `threw`: told of each act that should not have thrown. Never throws. */
  finish(threw: (error: unknown) => void): void {
    for (const act of this.#after) {
      try {
        act();
      } catch (error) {
        threw(error);
      }
    }
    this.#end(threw);
  }

  /** For `Commits`: nothing of it is kept. Never throws. */
  fail(error: unknown, threw: (error: unknown) => void): void {
    try {
      this.#failed(error);
    } catch (fault) {
      threw(fault);
    }
    this.#end(threw);
  }

  #end(threw: (error: unknown) => void): void {
    try {
      this.#ticket?.done();
    } catch (error) {
      threw(error);
    }
  }
}

/** A message at the home of who sends it. */
export interface Sending {
  readonly session: Session;
  readonly flow: Flow;
  /** A hook may put another one in its place. */
  stanza: Stanza;
  /** What its copies for other sessions of the sender begin with, made after the commit: `<stanza-id/>`. */
  readonly stamps: (() => Element)[];
}

/** The message with its stamps before its other children. */
export function stamped({ stanza: { element: of }, stamps }: Sending | Delivery): Element {
  return stamps.length === 0
    ? of
    : withFirst(
        of,
        stamps.map((stamp) => stamp()),
      );
}

/** A message at the home of one who gets it. */
export interface Delivery {
  readonly home: Home;
  readonly flow: Flow;
  /** A hook may put another one in its place. */
  stanza: Stanza;
  /** Who gets it now, from `select` on. */
  targets: readonly Session[];
  /** Nobody could be found who would (RFC 6121 §8.5.2.2); from `select` on. */
  isOffline: boolean;
  /** Children that are put before those of the stanza when it is written, made after the commit: `<stanza-id/>`. */
  readonly stamps: (() => Element)[];
}
