import fc from 'fast-check';
import { expect, test } from 'vitest';
import { httpTime, isoTime } from './times.ts';

const timeMsMax = 8.64e15;

test('times are what Date says, whatever was written before', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -timeMsMax, max: timeMsMax }),
      fc.integer({ min: 0, max: 4e12 }),
      (far, near) => {
        for (const ms of [far, near, near + 1000, far]) {
          expect(httpTime(ms)).toBe(new Date(ms).toUTCString());
          expect(isoTime(ms)).toBe(new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z'));
        }
      },
    ),
    { seed: 6, numRuns: 300 },
  );
});
