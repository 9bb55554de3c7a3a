import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DavError } from '../errors.ts';
import { pathSegmentsMax, segmentBytesMax, targetBytesMax } from '../limits.ts';
import { placeOf, readUri } from './bases.ts';
import { encodePath, readPath, readTarget } from './path.ts';

const statusOf = (task: () => unknown) => {
  try {
    task();
    return 'taken';
  } catch (error) {
    return error instanceof DavError ? error.status : error;
  }
};

describe('a path', () => {
  test.each([
    ['', [], false],
    ['/', [], true],
    ['/files/ana/', ['files', 'ana'], true],
    ['/a%20b/%C3%A9', ['a b', 'é'], false],
    ['/\xc3\xa9', ['é'], false],
    ['/ana%40coop.example', ['ana@coop.example'], false],
    ['/%252e%252e', ['%2e%2e'], false],
    ['/a%2Bb+c', ['a+b+c'], false],
    ['/...', ['...'], false],
  ])('%j', (raw, segments, slash) => {
    expect(readPath(raw)).toEqual({ segments, slash });
  });

  test.each([
    ['..', '/a/../b', 400],
    ['.', '/a/./b', 400],
    ['.. encoded', '/a/%2e%2E/b', 400],
    ['an empty name', '/a//b', 400],
    ['two slashes at the end', '/a//', 400],
    ['a slash encoded', '/a%2Fb', 400],
    ['NUL', '/a%00', 400],
    ['a control character', '/a%0D%0A', 400],
    ['half an escape', '/a%2', 400],
    ['no escape', '/a%zz', 400],
    ['no UTF-8', '/a%FF', 400],
    ['overlong UTF-8 of a slash', '/a%C0%AFb', 400],
    ['a surrogate', '/a%ED%A0%80', 400],
    ['segmentBytesMax', `/${'a'.repeat(segmentBytesMax + 1)}`, 400],
    ['segmentBytesMax, in UTF-8', `/${'%C3%A9'.repeat(segmentBytesMax / 2 + 1)}`, 400],
    ['pathSegmentsMax', '/a'.repeat(pathSegmentsMax + 1), 414],
  ])('%s is refused', (_, raw, status) => {
    expect(statusOf(() => readPath(raw))).toBe(status);
  });

  test('as long as it may be', () => {
    expect(statusOf(() => readPath(`/${'a'.repeat(segmentBytesMax)}`))).toBe('taken');
    expect(statusOf(() => readPath('/a'.repeat(pathSegmentsMax)))).toBe('taken');
    expect(statusOf(() => readTarget(`/${'a'.repeat(targetBytesMax - 1)}`))).toBe('taken');
    expect(statusOf(() => readTarget(`/${'a'.repeat(targetBytesMax)}`))).toBe(414);
  });

  test('what is encoded is decoded as it was, and needs no escaping in XML', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 40 })
      .filter((text) => text.isWellFormed() && !/[\p{Cc}/]/u.test(text) && text !== '.' && text !== '..');
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), fc.boolean(), (segments, collection) => {
        const href = encodePath('/dav', segments) + (collection ? '/' : '');
        expect(href).toMatch(/^[A-Za-z0-9\-_.~!*'()%/]*$/);
        expect(readPath(href.slice('/dav'.length))).toEqual({ segments, slash: collection });
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  test('any text is a path or a DavError', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(\/|\.|%|2|f|F|C3|A9|a|#|\?|:)*$/), (text) => {
        expect(statusOf(() => readPath(readTarget(text).path))).toBeOneOf(['taken', 400, 414]);
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

describe('a target', () => {
  test('absolute, with a query, with a fragment', () => {
    expect(readTarget('/a?b=c?d')).toEqual({ origin: null, path: '/a', query: 'b=c?d' });
    expect(readTarget('HTTP://Host:80/a')).toEqual({ origin: 'http://host:80', path: '/a', query: '' });
    expect(readTarget('http://host')).toEqual({ origin: 'http://host', path: '/', query: '' });
    expect(statusOf(() => readTarget('/a#b'))).toBe(400);
    expect(statusOf(() => readTarget('a/b'))).toBe(400);
  });

  const bases = [
    { prefix: '/dav' },
    { prefix: '/remote.php/webdav', below: () => ['files', 'ana'] },
    { prefix: '', only: ['OPTIONS'] },
  ];
  const visitor = { kind: 'guest', token: '' } as const;

  test.each([
    ['/dav/files/x', ['files', 'x']],
    ['http://Host:2080/dav/files/x/', ['files', 'x']],
    ['https://host:2080/dav', []],
    ['/remote.php/webdav/x', ['files', 'ana', 'x']],
    ['http://other:2080/dav/files/x', 'elsewhere'],
    ['ftp://host:2080/dav/files/x', 'elsewhere'],
    ['http://host:2080/davx', 'no-dav'],
    ['/index.html', 'no-dav'],
  ])('%s', (uri, expected) => {
    const found = readUri(uri, bases, 'host:2080', visitor);
    expect(typeof found === 'string' ? found : found.segments).toEqual(expected);
  });

  test('the port that the scheme has may be left out', () => {
    expect(readUri('https://host:443/dav/', bases, 'host', visitor)).toMatchObject({ segments: [] });
  });

  test('only the root itself lies under the empty prefix', () => {
    expect(placeOf(bases, '/')?.base.prefix).toBe('');
    expect(placeOf(bases, '/x')).toBeNull();
  });
});
