import { describe, expect, test } from 'vitest';
import { StoreError } from '../../base/index.ts';
import { pending, readMigrations } from './files.ts';

describe('migrations', () => {
  const known = ['0000_a', '0001_b', '0002_c'].map((name) => ({ name, hash: `h${name}`, statements: [] }));
  const applied = (count: number) => known.slice(0, count).map(({ name, hash }) => ({ name, hash }));

  test('what was applied is not run again, the rest is, in order', () => {
    expect(pending(known, applied(0)).map(({ name }) => name)).toEqual(['0000_a', '0001_b', '0002_c']);
    expect(pending(known, applied(2)).map(({ name }) => name)).toEqual(['0002_c']);
    expect(pending(known, applied(3))).toEqual([]);
  });

  test('a newer, a foreign and an edited history are refused', () => {
    const more = [...applied(3), { name: '0003_future', hash: 'x' }];
    expect(() => pending(known, more)).toThrow(/newer version of myco \(it has 0003_future\)/);
    expect(() => pending(known, [{ name: '0000_other', hash: 'x' }])).toThrow(StoreError);
    expect(() => pending(known, [{ name: '0000_a', hash: 'edited' }])).toThrow(/0000_a differs/);
  });

  test.each(['sqlite', 'postgres'] as const)('%s has them, numbered without a gap', (dialect) => {
    const migrations = readMigrations(dialect);
    expect(migrations.length).toBeGreaterThan(0);
    for (const [at, { name, statements }] of migrations.entries()) {
      expect(name.startsWith(`${String(at).padStart(4, '0')}_`)).toBe(true);
      expect(statements.length).toBeGreaterThan(0);
    }
    if (dialect !== 'sqlite') return;
    for (const statement of migrations.flatMap((migration) => migration.statements)) {
      if (statement.startsWith('CREATE TABLE')) expect(statement).toMatch(/\) STRICT(, WITHOUT ROWID)?;$/);
    }
  });
});
