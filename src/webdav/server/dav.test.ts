import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MemorySpace, openTestDav, type TestDav } from '../../testing/index.ts';

let dav: TestDav;
let files: MemorySpace;
beforeAll(async () => {
  files = new MemorySpace();
  dav = await openTestDav({ spaces: [files], wellKnown: ['caldav'] });
});
afterAll(() => dav.close());

test('who looks for a service of DAV by its well-known name is sent to the root (RFC 6764 §5)', async () => {
  for (const method of ['GET', 'PROPFIND', 'OPTIONS']) {
    const body = method === 'PROPFIND' ? { body: '<a/>' } : {};
    const { status, headers } = await dav.ask(method, '/.well-known/caldav', { as: null, ...body });
    expect([method, status, headers.location]).toEqual([method, 301, '/dav/']);
  }
  // What nobody here serves is somebody else's to answer.
  expect((await dav.ask('GET', '/.well-known/carddav')).status).toBe(418);
});

describe('a file', () => {
  test('is put, got, replaced and removed', async () => {
    const made = await dav.ask('PUT', '/dav/files/a.txt', {
      body: 'one',
      headers: { 'Content-Type': 'text/plain' },
    });
    expect(made).toMatchObject({ status: 201, text: '' });
    expect(made.headers.etag).toMatch(/^"\d+"$/);
    const got = await dav.ask('GET', '/dav/files/a.txt');
    expect(got).toMatchObject({ status: 200, text: 'one' });
    expect(got.headers).toMatchObject({
      etag: made.headers.etag,
      'content-type': 'text/plain',
      'content-length': '3',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/^sandbox;/),
    });
    expect(await dav.ask('HEAD', '/dav/files/a.txt')).toMatchObject({
      status: 200,
      text: '',
      headers: { 'content-length': '3' },
    });
    expect((await dav.ask('PUT', '/dav/files/a.txt', { body: 'two' })).status).toBe(204);
    expect((await dav.ask('DELETE', '/dav/files/a.txt')).status).toBe(204);
    expect((await dav.ask('GET', '/dav/files/a.txt')).status).toBe(404);
  });

  test('is not put where there is no folder, nor over one', async () => {
    expect((await dav.ask('PUT', '/dav/files/none/a.txt', { body: 'x' })).status).toBe(409);
    expect((await dav.ask('MKCOL', '/dav/files/folder/')).status).toBe(201);
    const over = await dav.ask('PUT', '/dav/files/folder', { body: 'x' });
    expect(over.status).toBe(405);
    expect(over.headers.allow).toBe(
      'OPTIONS, GET, HEAD, POST, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK, REPORT, SEARCH, ACL',
    );
  });
});
