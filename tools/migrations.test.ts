import { expect, test } from 'vitest';
import { difference } from './migrations/generate.ts';

test.each(['sqlite', 'postgres'] as const)(
  'the migrations of %s lead to the tables that the code declares',
  async (dialect) => {
    // Where this fails: `node tools/migrations/generate.ts NAME` writes the missing step.
    expect((await difference(dialect)).statements).toEqual([]);
  },
);
