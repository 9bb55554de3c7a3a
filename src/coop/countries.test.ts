import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Of each room, how many suites go by the rules of both countries at least. */
const suitesMin = { acts: 1, bank: 1, ledger: 2, parties: 2, payouts: 5, register: 3 };

test.each(Object.entries(suitesMin))(
  '%s has %i suites that go by the rules of both countries',
  (room, min) => {
    const files = globSync(`${import.meta.dirname}/${room}/*.test.ts`);
    const suites = files.filter((file) => /^describe(?:Coops|Countries)\(/m.test(readFileSync(file, 'utf8')));
    expect(suites.length).toBeGreaterThanOrEqual(min);
  },
);
