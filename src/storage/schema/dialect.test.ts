import { expect, test } from 'vitest';
import type { NodePgDatabase } from '../drizzle.ts';
import { PreparedQueries } from './dialect.ts';
import type { StoreModule } from './module.ts';

test('queries of a module are prepared when they are asked for, once; the rest one module at a time', () => {
  const made: string[] = [];
  const module = (name: string): StoreModule => ({
    name,
    tables: { sqlite: {}, postgres: {} },
    queries: () => ({ made: made.push(name) }),
    operations: [],
  });
  const over = { db: {} as NodePgDatabase, raw: null };
  const queries = new PreparedQueries(['a', 'b', 'c'].map(module), 'sqlite', over, (own) => ({ own }));
  expect(made).toEqual([]);
  expect(queries.of('b')).toEqual({ own: { made: 1 } });
  expect(queries.of('b')).toBe(queries.of('b'));
  expect(made).toEqual(['b']);
  while (queries.prepareNext());
  expect(made).toEqual(['b', 'a', 'c']);
  expect(() => queries.of('d')).toThrow('there is no module d');
});
