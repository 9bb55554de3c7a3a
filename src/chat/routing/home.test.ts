import { expect, test } from 'vitest';
import type { Chat } from '../services.ts';
import { Home } from './home.ts';

test('what was read before a change is not remembered after it', async () => {
  const reads: ((standard: 'always' | 'never') => void)[] = [];
  const load = () =>
    new Promise((resolve) => {
      reads.push((standard) => {
        const preferences = { standard, always: [], never: [] };
        resolve({ contacts: new Map(), blocked: new Set(), ver: 0, verFloor: 0, preferences, last: null });
      });
    });
  const chat = { store: { roster: { load } }, rosterSource: null } as unknown as Chat;
  const home = new Home(chat, 1, { local: 'ana', domain: 'coop.localhost', resource: '' });
  const before = home.state();
  home.changed();
  reads[0]?.('always');
  expect((await before).preferences?.standard).toBe('always');
  const after = home.state();
  expect(reads).toHaveLength(2);
  reads[1]?.('never');
  expect((await after).preferences?.standard).toBe('never');
  expect((await home.state()).preferences?.standard).toBe('never');
});
