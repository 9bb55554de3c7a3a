import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Threading } from '../../stores/mail/index.ts';
import { defaultImapLimits } from '../limits.ts';
import { ResponseWriter } from '../wire/index.ts';
import { threadAlgorithms } from './algorithms.ts';
import type { Forest } from './forest.ts';
import { naiveThreads } from './naive.ts';
import { writeThreads } from './write.ts';

/** Ids and subjects are numbers, as they come from the store. */
interface Letter {
  readonly id?: number;
  readonly parents?: readonly number[];
  readonly sent?: number;
  readonly subject?: number;
  readonly reply?: boolean;
}

function lettersOf(letters: readonly Letter[]): Threading {
  const starts = [0];
  const parents: number[] = [];
  for (const letter of letters) {
    parents.push(...(letter.parents ?? []));
    starts.push(parents.length);
  }
  const column = (pick: (letter: Letter, at: number) => number) => Uint32Array.from(letters, pick);
  const ids = [...letters.map(({ id }) => id ?? -1), ...parents];
  return {
    uids: column((_, at) => at + 1),
    sent: column(({ sent }, at) => sent ?? at),
    subjects: column(({ subject }) => subject ?? 0),
    replies: Uint8Array.from(letters, ({ reply }) => (reply ? 1 : 0)),
    messages: Int32Array.from(letters, ({ id }) => id ?? -1),
    parentStarts: Uint32Array.from(starts),
    parents: Uint32Array.from(parents),
    idCount: ids.reduce((most, id) => Math.max(most, id + 1), 0),
  };
}

/** Messages are their own numbers here. */
function textOf(forest: Forest): string {
  const out = new ResponseWriter();
  const numbers = Uint32Array.from({ length: forest.messageCount }, (_, message) => message);
  for (const _ of writeThreads(forest, numbers, out));
  return Buffer.concat(out.take()).toString();
}

function threads(name: string, letters: Threading, stepsMax = defaultImapLimits.threadStepsMax): string {
  const algorithm = threadAlgorithms.find((each) => each.name === name);
  if (!algorithm) throw new Error(`no algorithm ${name}`);
  const work = algorithm.grow(letters, stepsMax);
  for (;;) {
    const turn = work.next();
    if (turn.done) return textOf(turn.value);
  }
}

const references = (letters: readonly Letter[]) => threads('REFERENCES', lettersOf(letters));

describe('REFERENCES', () => {
  it('nothing is no thread', () => {
    expect(references([])).toBe('');
  });

  it('answers stand below what they answer, siblings by date', () => {
    expect(
      references([
        { id: 0, sent: 5 },
        { id: 1, parents: [0], sent: 9 },
        { id: 2, parents: [0, 1], sent: 6 },
        { id: 3, parents: [0], sent: 7 },
      ]),
    ).toBe('(0 (3)(1 2))');
  });

  it('what is missing leaves its place to its children; at the top only to one', () => {
    expect(references([{ id: 0 }, { id: 1, parents: [0, 9] }])).toBe('(0 1)');
    expect(references([{ id: 1, parents: [9] }])).toBe('(0)');
    expect(
      references([
        { id: 1, parents: [8, 9] },
        { id: 2, parents: [9], sent: 9 },
      ]),
    ).toBe('((0)(1))');
    expect(references([{ parents: [7, 8] }, { parents: [7, 9] }, { parents: [7, 9] }])).toBe('((0)(1)(2))');
  });

  it('a parent that another message told of gives way to the own References', () => {
    expect(references([{ id: 2, parents: [0, 1] }, { id: 0 }, { id: 1 }])).toBe('(1)(2 0)');
    expect(references([{ id: 9, parents: [0, 1] }, { id: 3 }, { id: 1, parents: [3] }])).toBe('(1 2 0)');
  });

  it('of messages with one id the first is the parent', () => {
    expect(references([{ id: 0 }, { id: 0 }, { id: 1, parents: [0] }])).toBe('(0 2)(1)');
  });

  it('there are no circles', () => {
    expect(references([{ id: 0, parents: [0] }])).toBe('(0)');
    expect(
      references([
        { id: 0, parents: [2] },
        { id: 1, parents: [0] },
        { id: 2, parents: [1] },
      ]),
    ).toBe('(2 0 1)');
  });

  it('threads of one subject are one', () => {
    // RFC 5256 §3 REFERENCES step 5.C, each case of it.
    expect(references([{ subject: 1 }, { subject: 1, reply: true }])).toBe('(0 1)');
    expect(references([{ subject: 1, reply: true }, { subject: 1 }])).toBe('(1 0)');
    expect(references([{ subject: 1 }, { subject: 1 }])).toBe('((0)(1))');
    expect(references([{ subject: 1 }, { subject: 1 }, { subject: 1 }])).toBe('((0)(1)(2))');
    expect(references([{}, {}])).toBe('(0)(1)');
    const dummy = (id: number) => [
      { parents: [id], subject: 1 },
      { parents: [id], subject: 2 },
    ];
    expect(references([...dummy(1), ...dummy(2)])).toBe('((0)(1)(2)(3))');
    expect(references([{ subject: 1 }, ...dummy(1)])).toBe('((0)(1)(2))');
  });

  it('a hundred thousand messages in one chain are one thread, whichever way they came', () => {
    const count = 100_000;
    const chain = Array.from({ length: count }, (_, id): Letter => {
      const parents = Array.from({ length: Math.min(id, 20) }, (_, back) => id - Math.min(id, 20) + back);
      return { id, parents, sent: id };
    });
    const forward = references(chain);
    expect(forward).toBe(`(${chain.map((_, at) => at).join(' ')})`);
    const backward = references(chain.toReversed());
    expect(backward).toBe(`(${chain.map((_, at) => count - 1 - at).join(' ')})`);
  });

  it('takes no more steps than it may; every message is told all the same', () => {
    const links: Letter[] = [];
    for (let id = 0; id < 3000; id++) links.push({ id, parents: [id + 1] });
    const all = threads('REFERENCES', lettersOf(links));
    expect(all.match(/\d+/g)).toHaveLength(3000);
    const some = threads('REFERENCES', lettersOf(links), 10);
    expect(new Set(some.match(/\d+/g)).size).toBe(3000);
    expect(some).not.toBe(all);
  });
});

describe('ORDEREDSUBJECT', () => {
  it('the first of a subject has all others below it', () => {
    const letters = lettersOf([
      { subject: 1, sent: 9 },
      { subject: 2, sent: 3 },
      { subject: 1, sent: 4 },
      { subject: 1, sent: 5 },
      { subject: 0, sent: 1 },
      { subject: 2, sent: 3 },
    ]);
    expect(threads('ORDEREDSUBJECT', letters)).toBe('(4)(1 5)(2 (3)(0))');
  });
});

describe('beside the words of the RFC', () => {
  const letter = fc.record({
    id: fc.option(fc.nat({ max: 12 }), { nil: undefined }),
    parents: fc.array(fc.nat({ max: 15 }), { maxLength: 5 }),
    sent: fc.nat({ max: 6 }),
    subject: fc.nat({ max: 4 }),
    reply: fc.boolean(),
  });

  it.each([
    ['REFERENCES', true],
    ['REFS', false],
  ])('%s of any messages', (name, subjects) => {
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 14 }), (made) => {
        const letters = lettersOf(made as Letter[]);
        expect(threads(name, letters)).toBe(naiveThreads(letters, subjects));
      }),
      { seed: 5256, numRuns: 3000 },
    );
  });
});
