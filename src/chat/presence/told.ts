import { Recent } from '../../base/index.ts';
import { bareText, type Jid } from '../../formats/jid/index.ts';
import type { Session } from '../routing/session.ts';
import { directedPerSessionMax, spokenToPerSessionMax } from './limits.ts';
import { Directed } from './telling.ts';

/** What a session has told, and whom. */
export interface Told {
  readonly directed: Directed;
  /** Who elsewhere has had a message or a request of it lately, and knows its whole address of that; by bare address, null for nobody. */
  spokenTo: Recent<string, true> | null;
  /** Until everybody has heard of the last presence. */
  last: Promise<void>;
}

const all = new WeakMap<Session, Told>();

export function toldBy(session: Session): Told {
  let told = all.get(session);
  if (told === undefined) {
    told = {
      directed: new Directed(directedPerSessionMax),
      spokenTo: null,
      last: Promise.resolve(),
    };
    all.set(session, told);
  }
  return told;
}

/** A session sends a message or a request to another server. */
export function spoke(session: Session, to: Jid): void {
  const told = toldBy(session);
  told.spokenTo ??= new Recent(spokenToPerSessionMax);
  told.spokenTo.set(bareText(to), true);
}
