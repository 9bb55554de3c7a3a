import { expect, test } from 'vitest';
import { StoreError } from '../../base/index.ts';
import type { CollectionRow } from '../../stores/collections/index.ts';
import { refusal } from '../../testing/index.ts';
import type { Visit } from '../types.ts';
import { CollectionResource } from './collection.ts';
import type { Flavor, Scene } from './house.ts';
import { writeAttemptsMax } from './limits.ts';
import { readWhole } from './writes.ts';

const member = { id: 7, address: 'ana@coop.example', name: '', admin: false, disabled: false, version: 1 };
const row: CollectionRow = {
  account: 7,
  id: 3,
  home: 'calendars',
  kind: 'calendar',
  name: 'work',
  details: {},
  items: 0,
  bytes: 0,
  modseq: 5,
  createdMs: 0,
  modifiedMs: 0,
};
const written = {
  uid: 'u',
  component: 'VEVENT',
  firstMs: null,
  lastMs: null,
  digest: '',
  scheduleTag: 'none',
} as const;

/** A room in which somebody else is always faster. */
function always(reason: 'conflict' | 'exists', details: Record<string, string | number> = {}) {
  let writes = 0;
  const visit = { visitor: { kind: 'member', member, handle: 'ana', groups: [] }, href } as unknown as Visit;
  const flavor = {
    kinds: { home: 'home', item: 'item' },
    collectionKind: () => 'calendar',
    itemBytesMax: 10,
    conditions: {
      tooLarge: '<C:max-resource-size/>',
      conflict: (at: string, where: string) => `${where} ${at}`,
    },
    prepare: async ({ bytes }: { bytes: Buffer }) => ({ item: { ...written, bytes }, verbatim: true }),
  } as unknown as Flavor;
  const house = {
    accounts: { member: async () => member, groupsOf: async () => [] },
    collections: {
      item: async () => null,
      collectionById: async () => ({ ...row, id: 4, name: 'home' }),
      async put() {
        writes++;
        throw new StoreError(reason, 'somebody was faster', details);
      },
    },
  } as unknown as Scene['house'];
  const scene: Scene = { house, flavor, visit, account: 7, right: 'own', owner: null };
  return {
    visit,
    calendar: new CollectionResource(scene, ['calendars', 'ana', 'work'], row),
    writes: () => writes,
  };
}

const href = ({ path }: { path: readonly string[] }) => `/dav/${path.join('/')}`;
const content = (text: string, length: number | null = null) => ({
  body: (async function* () {
    yield Buffer.from(text.slice(0, 4));
    yield Buffer.from(text.slice(4));
  })(),
  length,
  type: null,
  modifiedMs: null,
});

test('what somebody else is faster at is tried again only without a condition, and not for ever', async () => {
  const { calendar, visit, writes } = always('conflict');
  expect(await refusal(calendar.create('a', content('x'), { visit, seen: { etag: null } }))).toBe('conflict');
  expect(writes()).toBe(1);
  expect(await refusal(calendar.create('a', content('x'), { visit }))).toBe('conflict');
  expect(writes()).toBe(1 + writeAttemptsMax);
});

test.each([
  [
    'in the same collection',
    { name: 'b.ics', collection: 3 },
    'collection <D:href>/dav/calendars/ana/work/b.ics</D:href>',
  ],
  ['in another', { name: 'b.ics', collection: 4 }, 'home <D:href>/dav/calendars/ana/home/b.ics</D:href>'],
])('a UID that is %s is answered with where it is', async (_, details, condition) => {
  const { calendar, visit } = always('exists', details);
  await expect(calendar.create('a', content('x'), { visit })).rejects.toMatchObject({
    status: 403,
    condition,
  });
});

test.each(['write', 'act'] as const)('a right to %s that ended while the body came', async (right) => {
  const { calendar, visit, writes } = always('conflict');
  let rights: 'write' | 'read' = 'write';
  const sharing = {
    rightsIn: async () => rights,
    delegatedTo: async () => [{ account: 7, member: 7, group: '', rights }],
  };
  const collections = { ...calendar.scene.house.collections, sharing };
  const scene = { ...calendar.scene, right, house: { ...calendar.scene.house, collections } };
  const theirs = new CollectionResource(scene as unknown as Scene, calendar.path, row);
  expect(await refusal(theirs.create('a', content('x'), { visit }))).toBe('conflict');
  const before = writes();
  rights = 'read';
  await expect(theirs.create('a', content('x'), { visit })).rejects.toMatchObject({ status: 403 });
  expect(writes()).toBe(before);
});

test.each([11, null])('a body that is too long, its length said to be %s', async (length) => {
  const { calendar } = always('conflict');
  await expect(readWhole(calendar, content('01234567890', length))).rejects.toMatchObject({
    status: 403,
    condition: '<C:max-resource-size/>',
  });
  expect(await readWhole(calendar, content('0123456789'))).toEqual(Buffer.from('0123456789'));
});
