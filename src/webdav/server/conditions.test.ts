import { describe, expect, test } from 'vitest';
import { etagsMax, ifResourcesMax } from '../limits.ts';
import { syncTokenUri } from '../properties/index.ts';
import type { ActiveLock, Found, Resource } from '../types.ts';
import { hasConditions, ifHolds, judge, rangeHolds } from './conditions.ts';
import { readIf } from './if-header.ts';

const before = 'Fri, 20 Nov 2026 10:00:00 GMT';
const exactly = 'Sat, 21 Nov 2026 10:00:00 GMT';
const after = 'Sun, 22 Nov 2026 10:00:00 GMT';
const file = { etag: '"e"', modifiedMs: Date.parse(exactly) + 400 } as Resource;
const weak = { etag: 'W/"e"', modifiedMs: null } as Resource;
const headers = (of: Readonly<Record<string, string>>) => (name: string) => of[name];

describe('conditions of HTTP', () => {
  test.each([
    ['GET', {}, file, 'go'],
    ['GET', { 'if-match': '"e"' }, file, 'go'],
    ['GET', { 'if-match': '"x", "e"' }, file, 'go'],
    ['GET', { 'if-match': '"x"' }, file, 412],
    ['GET', { 'if-match': 'e' }, file, 'go'],
    ['PUT', { 'if-match': '*' }, file, 'go'],
    ['PUT', { 'if-match': '*' }, null, 412],
    ['PUT', { 'if-match': '"e"' }, null, 412],
    ['PUT', { 'if-match': 'W/"e"' }, weak, 412],
    ['PUT', { 'if-none-match': '*' }, null, 'go'],
    ['PUT', { 'if-none-match': '*' }, file, 412],
    ['GET', { 'if-none-match': '"e"' }, file, 304],
    ['HEAD', { 'if-none-match': 'W/"e"' }, file, 304],
    ['GET', { 'if-none-match': '"x", "y"' }, file, 'go'],
    ['PROPPATCH', { 'if-none-match': '"e"' }, file, 412],
    ['GET', { 'if-modified-since': before }, file, 'go'],
    ['GET', { 'if-modified-since': exactly }, file, 304],
    ['GET', { 'if-modified-since': 'yesterday' }, file, 'go'],
    ['GET', { 'if-modified-since': after }, weak, 'go'],
    ['PUT', { 'if-modified-since': after }, file, 'go'],
    ['PUT', { 'if-unmodified-since': before }, file, 412],
    ['PUT', { 'if-unmodified-since': exactly }, file, 'go'],
    // §13.2.2: the dates count only where no ETags are named.
    ['PUT', { 'if-match': '"e"', 'if-unmodified-since': before }, file, 'go'],
    ['GET', { 'if-none-match': '"x"', 'if-modified-since': after }, file, 'go'],
    ['GET', { 'if-match': '"x"', 'if-none-match': '"e"' }, file, 412],
  ] as const)('%s %j', (method, of, resource, verdict) => {
    expect(judge(method, headers(of), resource)).toBe(verdict);
  });

  test('etagsMax', () => {
    const list = (count: number) => Array.from({ length: count }, (_, at) => `"${at}"`).join();
    expect(judge('PUT', headers({ 'if-match': list(etagsMax) }), file)).toBe(412);
    expect(() => judge('PUT', headers({ 'if-match': list(etagsMax + 1) }), file)).toThrow(
      expect.objectContaining({ status: 400 }),
    );
  });

  test.each([
    [{}, true],
    [{ 'if-range': '"e"' }, true],
    [{ 'if-range': '"x"' }, false],
    [{ 'if-range': 'W/"e"' }, false],
    [{ 'if-range': exactly }, true],
    [{ 'if-range': after }, false],
    [{ 'if-range': 'soon' }, false],
  ])('If-Range: %j', (of, holds) => {
    expect(rangeHolds(headers(of as Readonly<Record<string, string>>), file)).toBe(holds);
  });

  test('what must still be so when it is written', () => {
    const file = { isHere: (tag: string) => tag === '/a', deep: false };
    const folder = { ...file, deep: true };
    expect(hasConditions(headers({ 'if-match': '"e"' }), [], folder)).toBe(true);
    expect(hasConditions(headers({}), [], file)).toBe(false);
    expect(hasConditions(headers({}), readIf('(<urn:a> ["e"])'), folder)).toBe(true);
    expect(hasConditions(headers({}), readIf('(<urn:a>)'), folder)).toBe(false);
    expect(hasConditions(headers({}), readIf('(<urn:a>)'), file)).toBe(true);
    expect(hasConditions(headers({}), readIf('</a> (["e"])'), folder)).toBe(true);
    expect(hasConditions(headers({}), readIf('</b> (["e"])'), file)).toBe(false);
  });
});

describe('the If header', () => {
  const lock = { token: 'urn:held' } as ActiveLock;
  const locked = { ...file, locks: { active: async () => [lock] } } as unknown as Resource;
  const there: Found = { resource: locked, parent: null, name: 'a' };
  const free: Found = { resource: file, parent: null, name: 'b' };
  const empty = { resource: null, parent: locked, name: 'c' } as unknown as Found;
  const places: Readonly<Record<string, Found>> = { '/a': there, '/b': free, '/c': empty };
  const holds = (text: string, found: Found = there) =>
    ifHolds(readIf(text), { found, find: async (tag) => places[tag] ?? null });

  test.each([
    ['(<urn:held>)', true],
    ['(<urn:other>)', false],
    ['(<urn:held> ["e"])', true],
    ['(<urn:held> ["x"])', false],
    ['(<urn:held>["x"]) (["e"])', true],
    ['(Not <urn:other>)', true],
    ['(<DAV:no-lock>)', false],
    ['(Not <DAV:no-lock>)', true],
    ['(<urn:other>) (Not <DAV:no-lock>)', true],
    ['(["W/e"])', false],
    ['</b> (["e"])', true],
    ['</b> (<urn:held>)', false],
    ['</b> (<urn:held>) </a> (<urn:held>)', true],
    ['</elsewhere> (["e"])', false],
    ['</elsewhere> (Not ["e"])', true],
  ])('%s', async (text, expected) => {
    expect(await holds(text)).toBe(expected);
  });

  test('a name that nothing has stands under the locks above it', async () => {
    expect(await holds('(<urn:held>)', empty)).toBe(true);
    expect(await holds('(["e"])', empty)).toBe(false);
  });

  test('the sync token of a collection is a state token', async () => {
    const sync = { token: async () => '7' };
    const folder = { isCollection: true, etag: null, sync } as unknown as Resource;
    const found: Found = { resource: folder, parent: null, name: 'f' };
    expect(await holds(`(<${syncTokenUri('7')}>)`, found)).toBe(true);
    expect(await holds(`(<${syncTokenUri('6')}>)`, found)).toBe(false);
  });

  test('ifResourcesMax', async () => {
    const tags = (count: number) => Array.from({ length: count }, (_, at) => `</${at}> (<urn:x>)`).join(' ');
    expect(await holds(tags(ifResourcesMax))).toBe(false);
    await expect(holds(tags(ifResourcesMax + 1))).rejects.toMatchObject({ status: 400 });
  });
});
