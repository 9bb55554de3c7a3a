import { expect, test } from 'vitest';
import { parseXml } from '../../../formats/xml/index.ts';
import type { ItemRow } from '../../../stores/collections/index.ts';
import { testVisit } from '../../properties/fixtures.ts';
import type { Exchange, ReportProperty } from '../../types.ts';
import { CollectionResource } from '../collection.ts';
import type { Scene } from '../house.ts';
import { ItemResource } from '../item.ts';
import { queryRowsMax } from './limits.ts';
import { answerQuery, type ItemJudge } from './query.ts';

const data: ReportProperty = {
  namespace: 'ns',
  name: 'data',
  rfc: '',
  on: () => true,
  prepare: () => ({ read: (item) => (item instanceof ItemResource ? String(item.held) : undefined) }),
};

const row = (at: number) => ({ id: at, name: `${at}`, size: 1, hash: 'ab' }) as unknown as ItemRow;

/** Asks for items 0, 1, 2 … of a collection, and says what was answered and which bytes were read for it. */
async function run(
  count: number,
  judge: ItemJudge,
  prop = '<d:getetag xmlns:d="DAV:"/>',
  max?: number,
  isSpent = () => false,
) {
  let rests = 0;
  const rows: string[] = [];
  const reads: string[][] = [];
  const collections = {
    async itemsNamed(_account: number, _collection: number, names: readonly string[]) {
      reads.push([...names]);
      return names.map((name) => ({ ...row(Number(name)), bytes: Buffer.from(`bytes ${name}`) }));
    },
  };
  const visit = { ...testVisit(), dav: { ...testVisit().dav, reportProperties: [data] } };
  const flavor = { collectionKind: () => 'calendar', kinds: { home: 'home', item: 'item' } };
  const scene = { house: { collections }, flavor, visit, account: 7, right: 'own', owner: null };
  const collection = { account: 7, id: 3, home: 'calendars', name: 'c', details: {} };
  const resource = new CollectionResource(scene as unknown as Scene, ['c'], collection as never);
  const exchange = {
    visit,
    header: () => undefined,
    multiStatus: () => ({
      response: (href: string, inner: string) => void rows.push(`${href} ${inner}`),
      raw: () => null,
      rest: () => {
        rests++;
        return null;
      },
      end: async () => undefined,
    }),
  } as unknown as Exchange;
  const body = parseXml(Buffer.from(`<q><D:prop xmlns:D="DAV:">${prop}</D:prop></q>`));
  await answerQuery(exchange, resource, body, {
    isSpent,
    ...(max === undefined ? {} : { max }),
    async *pages() {
      yield Array.from({ length: count }, (_, at) => row(at));
    },
    judgeOf: () => judge,
  });
  return { rows, reads, rests };
}

const all: ItemJudge = { row: () => true, item: () => true };

test('a query that finds more than is answered says so', async () => {
  const { rows } = await run(queryRowsMax, all);
  expect([rows.length, rows.at(-1)]).toEqual([queryRowsMax, expect.not.stringContaining('507')]);
  const more = await run(queryRowsMax + 1, all);
  expect(more.rows).toHaveLength(queryRowsMax + 1);
  expect(more.rows.at(-1)).toMatch(/^\/dav\/c\/ .*507.*number-of-matches-within-limits/);
  expect((await run(queryRowsMax + 1, all, '', queryRowsMax + 9)).rows).toHaveLength(queryRowsMax + 1);
  expect((await run(3, all, '', 3)).rows).toHaveLength(3);
  expect((await run(3, all, '', 2)).rows.at(-1)).toContain('507');
  expect((await run(3, all, '', 0)).rows).toEqual([expect.stringContaining('507')]);
});

test('between any two items others may have their turn, whether they are it or not', async () => {
  const no: ItemJudge = { row: () => false, item: () => false };
  const unsure: ItemJudge = { row: () => null, item: () => false };
  expect((await run(50, no)).rests).toBe(50);
  expect((await run(50, unsure)).rests).toBe(100);
});

test('what would take too much to be looked at is told of, after what was found', async () => {
  let looked = 0;
  const judge: ItemJudge = { row: () => ++looked % 2 === 0, item: () => true };
  const { rows } = await run(50, judge, undefined, undefined, () => looked >= 10);
  expect(looked).toBe(10);
  expect(rows).toHaveLength(5);
  expect(rows.at(-1)).toContain('507');
});

test('bytes are read of what the row does not say, and of all that is answered with its data', async () => {
  // 0 is not it; 1 and 4 are, which their bytes say; 2 and 5 are by their row.
  const judge: ItemJudge = {
    row: ({ id }) => (id % 3 === 0 ? false : id % 3 === 2 ? true : null),
    item: ({ held }) => String(held) !== 'bytes 4',
  };
  const plain = await run(6, judge);
  expect(plain.reads).toEqual([['1', '4']]);
  expect(plain.rows.map((each) => each.split(' ')[0])).toEqual(['/dav/c/2', '/dav/c/5', '/dav/c/1']);
  const whole = await run(6, judge, '<data xmlns="ns"/>');
  expect(whole.reads).toEqual([['1', '2', '4', '5']]);
  expect(whole.rows).toEqual([1, 2, 5].map((at) => expect.stringContaining(`>bytes ${at}<`)));
  expect((await run(6, all)).reads).toEqual([]);
});
