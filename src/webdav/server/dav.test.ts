import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MemorySpace, openTestDav, type TestDav } from '../../testing/index.ts';

let dav: TestDav;
let files: MemorySpace;
beforeAll(async () => {
  files = new MemorySpace();
  dav = await openTestDav({ spaces: [files] });
});
afterAll(() => dav.close());

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
