import { expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { defaultChatLimits } from '../limits.ts';
import { Pace } from './pace.ts';

const limits = { stanzasPerSecondMax: 10, charactersPerSecondMax: 1_000, burstSecondsMax: 2 };

test('a burst is free, and what is above the pace waits for as long as it is ahead', () => {
  const clock = fakeClock();
  const pace = new Pace(clock, limits);
  for (let i = 0; i < 20; i++) expect(pace.take(1)).toBe(0);
  expect(pace.take(1)).toBe(100);
  clock.advance(100);
  expect(pace.take(1)).toBe(100);
  clock.advance(60_000);
  for (let i = 0; i < 20; i++) expect(pace.take(1)).toBe(0);
});

test('long elements count by their length', () => {
  const clock = fakeClock();
  const pace = new Pace(clock, limits);
  expect(pace.take(2_000)).toBe(0);
  expect(pace.take(500)).toBe(500);
});

test('an ordinary client never meets stanzasPerSecondMax, charactersPerSecondMax, burstSecondsMax', () => {
  const clock = fakeClock();
  const pace = new Pace(clock, defaultChatLimits);
  // Joining 500 rooms, a roster of 2,000 presences, a photo in band: at once.
  for (let i = 0; i < 2_500; i++) expect(pace.take(400)).toBe(0);
  expect(pace.take(200_000)).toBe(0);
});
