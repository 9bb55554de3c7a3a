import { expect, it } from 'vitest';
import { Bare, bareFolder, looksOnly, nothing } from './bare.ts';

class Stone extends Bare {
  readonly kind = 'stone';
  readonly isCollection = false;

  override get modifiedMs(): number {
    return 7;
  }

  may(): boolean {
    return false;
  }
}

it('has nothing but its path, and what its kind adds', () => {
  const stone = new Stone(['quarry', 'a stone']);
  expect(stone.path).toEqual(['quarry', 'a stone']);
  expect(stone.displayName).toBe('a stone');
  expect([stone.etag, stone.length, stone.type, stone.createdMs, stone.owner]).toEqual(Array(5).fill(null));
  expect(stone.modifiedMs).toBe(7);
});

it('is a folder without members as a literal', async () => {
  const folder = { ...bareFolder(['quarry']), kind: 'quarry', may: looksOnly };
  expect(await folder.members().next()).toEqual({ done: true, value: undefined });
  expect(folder).toMatchObject({ isCollection: true, displayName: 'quarry', etag: null, owner: null });
  expect(bareFolder([]).displayName).toBe('');
  expect(nothing).toEqual({ resource: null, parent: null, name: '' });
});

it('may be looked at', () => {
  expect(looksOnly('read')).toBe(true);
  expect(looksOnly('read-current-user-privilege-set')).toBe(true);
  expect(looksOnly('bind')).toBe(false);
  expect(looksOnly('read-acl')).toBe(false);
});
