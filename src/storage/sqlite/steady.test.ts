import SqliteDatabase from 'better-sqlite3';
import { expect, test } from 'vitest';
import { steady } from './steady.ts';

test('every parameter, and no question mark of a text or a name', () => {
  expect(steady('select a from b where c = ? and d in (?, ?) limit ?')).toBe(
    'select a from b where c = +? and d in (+?, +?) limit +?',
  );
  expect(steady(`select '?' as "what?", 'it''s ?' from a where b = ?`)).toBe(
    `select '?' as "what?", 'it''s ?' from a where b = +?`,
  );
  expect(steady('select 1')).toBe('select 1');
});

test('values of every kind are bound as they are', () => {
  const db = new SqliteDatabase(':memory:');
  db.exec('create table t (i integer, r real, x text, b blob, n text) strict');
  db.prepare(steady('insert into t values (?, ?, ?, ?, ?)')).run(
    2 ** 53 - 1,
    1.5,
    '007',
    Buffer.from('y'),
    null,
  );
  const row = { i: 2 ** 53 - 1, r: 1.5, x: '007', b: Buffer.from('y'), n: null };
  expect(db.prepare(steady('select * from t where i = ? and x = ? limit ?')).all(row.i, '007', 1)).toEqual([
    row,
  ]);
  // A text is no number, with the plus as without.
  expect(db.prepare(steady('select typeof(?) as kind')).get('007')).toEqual({ kind: 'text' });
  db.close();
});
