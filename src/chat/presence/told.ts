import type { Session } from '../routing/session.ts';
import { directedPerSessionMax } from './limits.ts';
import { Directed } from './telling.ts';

/** What a session has told, and whom. */
export interface Told {
  readonly directed: Directed;
  /** Until everybody has heard of the last presence. */
  last: Promise<void>;
}

const all = new WeakMap<Session, Told>();

export function toldBy(session: Session): Told {
  let told = all.get(session);
  if (told === undefined) {
    told = { directed: new Directed(directedPerSessionMax), last: Promise.resolve() };
    all.set(session, told);
  }
  return told;
}
