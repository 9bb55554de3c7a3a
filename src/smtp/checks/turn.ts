import { setImmediate as nextTurn } from 'node:timers/promises';

let last: Promise<unknown> = Promise.resolve();

/**
 * Resolves in a turn of the event loop that is nobody else's who waits here: what many sessions have to work out is done
 * in as many turns, and who waits for something else waits for one piece of it.
 */
export function turn(): Promise<unknown> {
  last = last.then(() => nextTurn());
  return last;
}
