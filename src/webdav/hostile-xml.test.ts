import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { xmlDepthMax } from '../formats/xml/index.ts';
import { MemorySpace, openTestDav, type TestDav } from '../testing/index.ts';

let dav: TestDav;
beforeAll(async () => {
  dav = await openTestDav({ spaces: [new MemorySpace()] });
  await dav.ask('PUT', '/dav/files/a', { body: 'hello' });
});
afterAll(() => dav.close());

const methods = ['PROPFIND', 'PROPPATCH', 'REPORT', 'SEARCH', 'LOCK', 'MKCOL'] as const;
const ask = (method: string, body: string) =>
  dav.ask(method, method === 'MKCOL' ? '/dav/files/new/' : '/dav/files/', { headers: { depth: '0' }, body });

describe.each(methods)('%s', (method) => {
  test.each<[string, string]>([
    ['a DTD', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an external entity', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ['a processing instruction', '<?php echo 1 ?><a/>'],
    ['1 MB of nesting', '<a>'.repeat(300_000)],
    ['nesting that ends', '<a>'.repeat(xmlDepthMax + 1) + '</a>'.repeat(xmlDepthMax + 1)],
    ['what does not end', '<D:propfind xmlns:D="DAV:"><D:prop>'],
    ['a prefix that nobody declared', '<D:propfind><D:allprop/></D:propfind>'],
    [
      'a prefix that is declared as nothing',
      '<D:propfind xmlns:D="DAV:"><D:prop><b:c xmlns:b=""/></D:prop></D:propfind>',
    ],
    ['what is no UTF-8', '<?xml version="1.0" encoding="utf-16"?><a/>'],
    ['an element of nobody', '<a/>'],
  ])('%s is refused, and the next request is served', async (_, body) => {
    const { status, text } = await ask(method, body);
    expect([400, 403, 415]).toContain(status);
    expect(text).toContain('<D:error');
    expect((await dav.ask('GET', '/dav/files/a')).text).toBe('hello');
  });
});

test('whatever is put together of what is known, it is understood or refused, and never a fault of ours', async () => {
  const name = fc.constantFrom(
    'propfind',
    'propertyupdate',
    'set',
    'remove',
    'prop',
    'allprop',
    'propname',
    'include',
    'getetag',
    'displayname',
    'lockdiscovery',
    'resourcetype',
    'sync-collection',
    'sync-token',
    'sync-level',
    'limit',
    'nresults',
    'expand-property',
    'property',
    'principal-match',
    'principal-property',
    'self',
    'acl-principal-prop-set',
    'searchrequest',
    'query-schema-discovery',
    'basicsearch',
    'select',
    'from',
    'scope',
    'href',
    'depth',
    'where',
    'and',
    'not',
    'like',
    'gt',
    'literal',
    'orderby',
    'order',
    'lockinfo',
    'lockscope',
    'locktype',
    'exclusive',
    'write',
    'mkcol',
  );
  const { element } = fc.letrec<{ element: string }>((tie) => ({
    element: fc
      .tuple(
        name,
        fc.constantFrom('', ' name="getetag"', ' name="owner"', ' caseless="no"'),
        fc.array(
          fc.oneof({ maxDepth: 5 }, fc.constantFrom('', '1', '/dav/files/', '%_', '-1'), tie('element')),
          {
            maxLength: 4,
          },
        ),
      )
      .map(([of, attributes, content]) => `<D:${of}${attributes}>${content.join('')}</D:${of}>`),
  }));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...methods), element, async (method, body) => {
      const { status } = await ask(method, body.replace(/>/, ' xmlns:D="DAV:">'));
      expect([200, 201, 207, 400, 403, 405, 409, 412, 415, 422, 423, 424, 507]).toContain(status);
    }),
    { seed: 8, numRuns: 300 },
  );
  expect(dav.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
