import type { Threading } from '../../stores/mail/index.ts';
import { linkFamily, none } from './family.ts';
import { type Forest, growForest, inOrder, latestLast } from './forest.ts';
import { gatherSubjects } from './gather.ts';
import { prune } from './prune.ts';

/** A threading algorithm: what THREAD may be asked for, and CAPABILITY tells as `THREAD=name`. */
export interface ThreadAlgorithm {
  readonly name: string;
  /** Driven in slices; `stepsMax` as in `linkFamily`. */
  grow(letters: Threading, stepsMax: number): Generator<void, Forest>;
}

/** RFC 5256 §3: messages of one base subject; the first sent has all others below it. */
const orderedSubject: ThreadAlgorithm = {
  name: 'ORDEREDSUBJECT',
  *grow({ uids, sent, subjects }) {
    const order = inOrder(sent);
    yield;
    const firsts = new Map<number, number>();
    const parents = new Int32Array(uids.length).fill(none);
    for (const message of order) {
      const subject = subjects[message] ?? 0;
      const first = firsts.get(subject);
      if (first === undefined) firsts.set(subject, message);
      else parents[message] = first;
    }
    yield;
    return growForest(parents, order, uids.length);
  },
};

/** RFC 5256 §3: who refers to whom, then threads of one base subject as one. */
const references: ThreadAlgorithm = {
  name: 'REFERENCES',
  *grow(letters, stepsMax) {
    const family = yield* linkFamily(letters, stepsMax);
    const pruned = prune(family);
    yield;
    const order = inOrder(letters.sent);
    const gathered = gatherSubjects(pruned, order, family.messageCount, letters);
    yield;
    return growForest(gathered, order, family.messageCount);
  },
};

/** draft-ietf-morg-inthread-01: who refers to whom and nothing else; the thread with the latest message comes last. */
const refs: ThreadAlgorithm = {
  name: 'REFS',
  *grow(letters, stepsMax) {
    const family = yield* linkFamily(letters, stepsMax);
    const pruned = prune(family);
    yield;
    const forest = growForest(pruned, inOrder(letters.sent), family.messageCount);
    yield;
    return latestLast(forest, pruned, letters.sent);
  },
};

export const threadAlgorithms: readonly ThreadAlgorithm[] = [orderedSubject, references, refs];
