import { describe, expect, test } from 'vitest';
import { standardFeatures } from '../../src/chat/index.ts';
import { readCorpus } from './corpus.ts';
import { runFuzz } from './run.ts';

/**
 * Members with several devices, a stranger, another server and somebody who never signs in say what transcripts say, and what is
 * wrong with it. Nobody is forged, overheard or left without an answer, everybody goes on, and the server has nothing to regret.
 * More than a normal run: MYCO_CHAT_FUZZ_ROUNDS=1000 MYCO_CHAT_FUZZ_SEEDS='7 8 9' vitest run tests/chat-fuzz
 */
const rounds = Number(process.env.MYCO_CHAT_FUZZ_ROUNDS ?? 60);
const seeds = (process.env.MYCO_CHAT_FUZZ_SEEDS ?? '1').split(' ').map(Number);
const timeout = 120_000 + rounds * 2_000;

describe.each(seeds)('seed %d', (seed) => {
  test.each([
    ['on a good disk', false],
    ['on a disk that is full now and then', true],
  ])('%s', { timeout }, async (_, isFull) => {
    const { faults, heard, answers } = await runFuzz(seed, rounds, isFull);
    expect(faults).toEqual([]);
    // Who says nothing finds nothing.
    expect(heard).toBeGreaterThan(rounds);
    expect(answers).toBeGreaterThan(rounds / 4);
  });
});

test('whatever is answered stands in a transcript, so that it is asked here', () => {
  const { parts } = readCorpus();
  const said = new Set(parts.map(({ ns, name }) => `${ns} ${name}`));
  const handlers = standardFeatures.specifications.flatMap(({ iq = [] }) => iq);
  expect(handlers.length).toBeGreaterThan(20);
  expect(handlers.map(({ ns, name }) => `${ns} ${name}`).filter((each) => !said.has(each))).toEqual([]);
});
