import { describe, expect, test } from 'vitest';
import { StoreError } from '../../base/index.ts';
import type { Script } from '../../storage/index.ts';
import { limits } from './limits.ts';
import { checkName, numbered } from './names.ts';
import type { FilesQueries } from './queries.ts';
import { type LockWish, lock } from './scripts/locks.ts';
import { purgeOld } from './scripts/purge.ts';
import { restoreTrash } from './scripts/trash.ts';
import { checkRoom, grow, type Node, raise, type Write } from './scripts/tree.ts';
import { searchFiles } from './search.ts';
import { shownNode } from './shown.ts';

/** Queries that are never run: each is its own name, and the test answers in its place. */
const q = new Proxy({}, { get: (_, name) => name }) as FilesQueries;

/** Drives a script; `answers` by the name of the query, each time the same rows. */
function drive<R>(script: Script<R>, answers: Readonly<Record<string, readonly unknown[]>>) {
  const asked: { query: string; params: Record<string, unknown> }[] = [];
  let turn = script.next();
  while (!turn.done) {
    const step = turn.value;
    const query = step.kind === 'query' ? String(step.query) : '';
    if (step.kind === 'query') asked.push({ query, params: step.params ?? {} });
    turn = script.next(answers[query] ?? []);
  }
  return { result: turn.value, asked };
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error.reason;
    throw error;
  }
  return 'accepted';
}

const write: Write = {
  account: 7,
  by: { member: 7, tokens: [] },
  now: 1_000,
  rules: { quota: null, keptPercent: 50, coming: 0, versions: 3, reserved: null },
};

const root: Node = {
  account: 7,
  parent: 0,
  nameKey: '',
  id: 1,
  name: null,
  kind: 0,
  hash: '',
  size: 0,
  type: '',
  checksum: '',
  created: 0,
  modified: 0,
  modseq: 1,
  stamp: 1,
  version: 0,
  files: 0,
  folders: 0,
  height: 0,
};

describe('names', () => {
  test.each([
    ['', 'invalid'],
    ['.', 'invalid'],
    ['..', 'invalid'],
    ['a/b', 'invalid'],
    ['a\u0000', 'invalid'],
    ['a\n', 'invalid'],
    ['\u001f', 'invalid'],
    ['\ud800', 'invalid'],
    ['é'.repeat(limits.nameBytesMax / 2 + 1), 'invalid'],
    ['a'.repeat(limits.nameBytesMax + 1), 'invalid'],
    // U+0958 is one letter of 3 octets, its NFC two of 6.
    ['\u0958'.repeat(50), 'invalid'],
    ['a'.repeat(limits.nameBytesMax), 'accepted'],
    ['\u0958'.repeat(42), 'accepted'],
    ['...', 'accepted'],
    ['.hidden', 'accepted'],
    ['a\\b:c*?', 'accepted'],
  ])('name %#', (name, outcome) => {
    expect(refusal(() => checkName(name))).toBe(outcome);
  });

  test.each([
    ['a.txt', 'a (2).txt'],
    ['.hidden', '.hidden (2)'],
    ['folder', 'folder (2)'],
    [`${'é'.repeat(125)}.txt`, `${'é'.repeat(123)} (2).txt`],
  ])('name %# with a number', (name, expected) => {
    expect(numbered(name, 2)).toBe(expected);
    expect(Buffer.byteLength(numbered(name, 2))).toBeLessThanOrEqual(limits.nameBytesMax);
  });
});

describe('limits of the scripts', () => {
  test('pathDepthMax: a folder is judged by what it holds at most, then by what it holds', () => {
    const chain = [root] as const;
    expect(refusal(() => drive(raise(q, chain, limits.pathDepthMax), {}))).toBe('limit');
    expect(refusal(() => drive(raise(q, chain, limits.pathDepthMax - 1), {}))).toBe('accepted');
    const high = { ...root, id: 2, height: limits.pathDepthMax };
    const moved = (height: number) => () =>
      drive(raise(q, chain, high.height, high), { heightOf: [{ height }] });
    expect(refusal(moved(limits.pathDepthMax))).toBe('limit');
    expect(refusal(moved(3))).toBe('accepted');
  });

  test('nodesPerAccountMax', () => {
    const full = { ...root, files: limits.nodesPerAccountMax - 1 };
    const more = (files: number) => () =>
      drive(checkRoom(q, write, [full], { size: 0, files, folders: 0 }), {});
    expect(refusal(more(1))).toBe('accepted');
    expect(refusal(more(2))).toBe('limit');
  });

  test('propertyBytesPerAccountMax', () => {
    const answer = (properties: number) => ({ accountGrow: [{ kept: 0, properties, quota: null }] });
    const most = limits.propertyBytesPerAccountMax;
    expect(refusal(() => drive(grow(q, write, { properties: 1 }), answer(most)))).toBe('accepted');
    expect(refusal(() => drive(grow(q, write, { properties: 1 }), answer(most + 1)))).toBe('limit');
  });

  test('locksPerAccountMax, locksPerGuestMax', () => {
    const wish: LockWish = {
      account: 7,
      node: 1,
      now: 0,
      token: 'urn:uuid:1',
      scope: 'exclusive',
      depth: '0',
      owner: '',
      principal: 7,
      root: '/',
      seconds: 1,
      until: 0,
    };
    const locked =
      (own: number, others: number, principal = 7) =>
      () =>
        drive(lock(q, { ...wish, principal }), { nodesAbove: [root], locksCount: [{ own, others }] });
    const { locksPerAccountMax: most, locksPerGuestMax: each } = limits;
    expect(refusal(locked(most - 1, most))).toBe('accepted');
    expect(refusal(locked(most, 0))).toBe('limit');
    for (const other of [8, -8]) {
      expect(refusal(locked(each - 1, most - 1, other))).toBe('accepted');
      expect(refusal(locked(each, each, other))).toBe('limit');
      expect(refusal(locked(0, most, other))).toBe('limit');
    }
  });

  test('tombstonesPerAccountMax: the oldest are forgotten', () => {
    const before = { trashBefore: 0, versionsBefore: 0, goneBefore: 0 };
    const goneOldest = [1, 2, 3, 4].map((modseq) => ({ modseq, at: 1 }));
    const answers = {
      accountFind: [{}],
      goneOldest,
      goneCount: [{ count: limits.tombstonesPerAccountMax + 2 }],
    };
    const { asked } = drive(purgeOld(q, { ...write, ...before }), answers);
    const forgotten = asked.filter(({ query }) => query === 'goneForget');
    expect(forgotten.map(({ params }) => params.modseq)).toEqual([2]);
    expect(asked.find(({ query }) => query === 'accountForgetUpTo')?.params.modseq).toBe(2);
  });

  test('freeNamesMax', () => {
    const answers = {
      trashFind: [{ parent: 1, size: 0 }],
      nodeFind: [{ ...root, id: 5, parent: -1 }],
      nodesAbove: [root],
      accountFind: [{ quota: null }],
      nodeNamed: [root],
    };
    const tried = new Set<unknown>();
    const script = restoreTrash(q, { ...write, node: 5, to: null });
    const heard: typeof script = Object.assign(Object.create(script), {
      next(answer: unknown) {
        const turn = script.next(answer);
        if (!turn.done && turn.value.kind === 'query') tried.add(turn.value.params?.nameKey);
        return turn;
      },
    });
    expect(refusal(() => drive(heard, answers))).toBe('exists');
    expect(tried.size - 1).toBe(limits.freeNamesMax);
  });
});

describe('a search', () => {
  const page = (size: number) =>
    Array.from({ length: size }, (_, at) => shownNode({ ...root, id: at + 2, kind: 1, nameKey: `n${at}` }));
  const search = { account: 7, folder: 1, where: { kind: 'all' }, max: Number.MAX_SAFE_INTEGER } as const;

  test('looks at searchedRowsMax names at most', async () => {
    let pages = 0;
    const rows = page(limits.stepRows);
    const none = { ...search, where: { kind: 'collection' } } as const;
    const work = searchFiles(async () => {
      pages++;
      return rows;
    }, none);
    await expect(work).rejects.toMatchObject({ reason: 'limit' });
    expect(pages).toBe(limits.searchedRowsMax / limits.stepRows + 1);
  });

  test('takes searchStepsMax at most, and lets others have their turn every searchTurnStepsMax', async () => {
    let [turns, goesOn] = [0, true];
    const turn = () => {
      turns++;
      if (goesOn) setImmediate(turn);
    };
    setImmediate(turn);
    const rows = page(limits.stepRows).map((node) => ({ ...node, name: 'a'.repeat(limits.nameBytesMax) }));
    const hard = { kind: 'like', what: 'name', pattern: `%${'a'.repeat(127)}b`, caseless: true } as const;
    const of = Array<typeof hard>(99).fill(hard);
    const work = searchFiles(async () => rows, { ...search, where: { kind: 'or', of } });
    await expect(work).rejects.toMatchObject({ reason: 'limit', message: expect.stringContaining('work') });
    goesOn = false;
    expect(turns).toBeGreaterThan(limits.searchStepsMax / limits.searchTurnStepsMax / 50);
  });

  test('answers searchResultsMax', async () => {
    const rows = page(limits.stepRows);
    expect(await searchFiles(async () => rows, search)).toHaveLength(limits.searchResultsMax);
  });
});
