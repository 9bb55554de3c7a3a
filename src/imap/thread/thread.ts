import type { Threading } from '../../stores/mail/index.ts';
import type { Session } from '../session/session.ts';
import type { ThreadAlgorithm } from './algorithms.ts';
import type { Forest } from './forest.ts';

/** The messages that were threaded, by their uids, and how. */
export interface Threads {
  readonly uids: Uint32Array;
  readonly forest: Forest;
}

/** What was worked out of letters, as long as the store holds them: `threadsKeptBytes` of stores/mail is for this. */
const forests = new WeakMap<Threading, Map<ThreadAlgorithm, Forest>>();

/** `uids`, ascending, of the selected mailbox as threads; messages that are gone by now are in none. */
export async function threadUids(
  session: Session,
  uids: readonly number[],
  algorithm: ThreadAlgorithm,
): Promise<Threads> {
  const { mail, mailbox, limits } = session;
  const few = uids.length <= limits.sortedFewMax ? uids : null;
  const known = await mail.threading(mailbox.account, mailbox.id, few);
  const letters = only(known, uids);
  const kept = letters === known ? forests.get(letters)?.get(algorithm) : undefined;
  if (kept !== undefined) return { uids: letters.uids, forest: kept };
  const forest = await session.slices().drive(algorithm.grow(letters, limits.threadStepsMax));
  if (letters === known) keep(letters, algorithm, forest);
  return { uids: letters.uids, forest };
}

function keep(letters: Threading, algorithm: ThreadAlgorithm, forest: Forest): void {
  const ofLetters = forests.get(letters);
  if (ofLetters) ofLetters.set(algorithm, forest);
  else forests.set(letters, new Map([[algorithm, forest]]));
}

/** Those of the letters that are asked for; what they refer to may be any. */
function only(letters: Threading, uids: readonly number[]): Threading {
  const places: number[] = [];
  let next = 0;
  for (let place = 0; place < letters.uids.length; place++) {
    const uid = letters.uids[place] as number;
    while (next < uids.length && (uids[next] as number) < uid) next++;
    if (uids[next] === uid) places.push(place);
  }
  if (places.length === letters.uids.length) return letters;
  const parentStarts = new Uint32Array(places.length + 1);
  const parents: number[] = [];
  for (const [at, place] of places.entries()) {
    const end = letters.parentStarts[place + 1] ?? 0;
    for (let parent = letters.parentStarts[place] ?? 0; parent < end; parent++) {
      parents.push(letters.parents[parent] ?? 0);
    }
    parentStarts[at + 1] = parents.length;
  }
  const pick = (values: Uint32Array) => Uint32Array.from(places, (place) => values[place] ?? 0);
  return {
    uids: pick(letters.uids),
    sent: pick(letters.sent),
    subjects: pick(letters.subjects),
    replies: Uint8Array.from(places, (place) => letters.replies[place] ?? 0),
    messages: Int32Array.from(places, (place) => letters.messages[place] ?? -1),
    parentStarts,
    parents: Uint32Array.from(parents),
    idCount: letters.idCount,
  };
}
