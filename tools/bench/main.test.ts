import { describe, expect, test, vi } from 'vitest';
import { areas, main } from './main.ts';

describe('npm run bench', () => {
  test.each([[[]], [['nothing-of-the-kind']], [['../bench/main']]])(
    '%j is answered with the areas',
    async (argv) => {
      const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      try {
        expect(await main(argv)).toBe(2);
        expect(said.mock.calls.flat().join('\n')).toContain(`npm run bench -- ${areas().join('|')}`);
      } finally {
        said.mockRestore();
      }
    },
  );

  test.each(areas())('%s exports run(args)', async (area) => {
    const bench = await import(new URL(`./${area}.ts`, import.meta.url).href);
    expect(typeof bench.run).toBe('function');
  });
});
