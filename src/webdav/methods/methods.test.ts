import { Readable } from 'node:stream';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { StoreError } from '../../base/index.ts';
import { type DavRequest, MemorySpace, openTestDav, type TestDav } from '../../testing/index.ts';
import { lockOwnerBytesMax, slugBytesMax, smallFileBytesMax } from '../limits.ts';
import type { DavExtension } from '../types.ts';

let dav: TestDav;
let files: MemorySpace;
beforeEach(async () => {
  files = new MemorySpace();
  dav = await openTestDav({ spaces: [files] });
  onTestFinished(() => dav.close());
});

const at = (path: string) => `/dav/files/${path}`;
const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
  dav.ask(method, at(path), { headers, ...(body === undefined ? {} : { body }) } satisfies DavRequest);
const statusOf = async (...args: Parameters<typeof ask>) => (await ask(...args)).status;
const put = async (path: string, body: string) => {
  const { status, headers } = await ask('PUT', path, {}, body);
  expect([201, 204]).toContain(status);
  return headers.etag ?? '';
};
const folder = async (path: string) => expect(await statusOf('MKCOL', path)).toBe(201);
const lockBody = (scope = 'exclusive', owner = '<D:owner>ana</D:owner>') =>
  `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype>${owner}</D:lockinfo>`;
const lock = async (path: string, headers: Record<string, string> = {}, body = lockBody()) => {
  const answer = await ask('LOCK', path, headers, body);
  return { ...answer, token: String(answer.headers['lock-token'] ?? '') };
};

describe('OPTIONS', () => {
  test('says what is spoken, to strangers too, and what can be done to those who may see it', async () => {
    const stranger = await dav.ask('OPTIONS', at('none'), { as: null });
    expect(stranger).toMatchObject({ status: 200, text: '' });
    expect(stranger.headers).toMatchObject({
      dav: expect.stringMatching(/^1, 2, 3, /),
      'ms-author-via': 'DAV',
      'accept-ranges': 'bytes',
      allow: expect.stringContaining('PUT'),
    });
    expect((await ask('OPTIONS', 'none')).headers.allow).toBe('OPTIONS, PUT, MKCOL, LOCK');
    expect((await dav.ask('OPTIONS', '/', { as: null })).headers.dav).toMatch(/^1, 2, 3/);
  });
});

describe('GET', () => {
  test('ranges: one, the last bytes, several, none, what is not there', async () => {
    const etag = await put('a', '0123456789');
    expect(await ask('GET', 'a', { Range: 'bytes=2-4' })).toMatchObject({
      status: 206,
      text: '234',
      headers: { 'content-range': 'bytes 2-4/10', 'content-length': '3', etag },
    });
    expect((await ask('GET', 'a', { Range: 'bytes=-3' })).text).toBe('789');
    const several = await ask('GET', 'a', { Range: 'bytes=0-1,8-' });
    const boundary = /^multipart\/byteranges; boundary=(\w+)$/.exec(
      several.headers['content-type'] ?? '',
    )?.[1];
    const part = (range: string, text: string) =>
      `\r\n--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ${range}/10\r\n\r\n${text}`;
    expect(several).toMatchObject({
      status: 206,
      text: `${part('0-1', '01')}${part('8-9', '89')}\r\n--${boundary}--\r\n`,
    });
    const beyond = await ask('GET', 'a', { Range: 'bytes=10-' });
    expect(beyond).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */10' } });
    expect((await ask('GET', 'a', { Range: 'bytes=2-4', 'If-Range': '"x"' })).status).toBe(200);
    expect((await ask('GET', 'a', { Range: 'bytes=2-4', 'If-Range': etag })).status).toBe(206);
    expect((await ask('HEAD', 'a', { Range: 'bytes=2-4' })).status).toBe(200);
  });

  test('what has not changed is not sent again', async () => {
    const etag = await put('a', 'x');
    expect(await ask('GET', 'a', { 'If-None-Match': etag })).toMatchObject({
      status: 304,
      text: '',
      headers: { etag },
    });
  });

  test.each([0, smallFileBytesMax, smallFileBytesMax + 1])('%d bytes', async (size) => {
    await put('a', 'x'.repeat(size));
    const got = await ask('GET', 'a');
    expect(got.headers['content-length']).toBe(String(size));
    expect(got.bytes.length).toBe(size);
  });

  test.each([
    [smallFileBytesMax, 'at hand'],
    [smallFileBytesMax + 1, 'opened'],
  ])('of %d bytes what is there is %s', async (size, how) => {
    const held: DavExtension['spaces'][number] = {
      name: 'held',
      async find(visit, path) {
        const found = await files.find(visit, path);
        const filled = (text: string) => Buffer.alloc(size, text);
        const more = {
          length: size,
          open: () => Readable.from([filled('opened ')]),
          readNow: () => filled('at hand '),
        };
        return found.resource ? { ...found, resource: { ...found.resource, ...more } } : found;
      },
    };
    const door = await openTestDav({ spaces: [held] });
    onTestFinished(() => door.close());
    await put('a', 'x');
    const { bytes, headers } = await door.ask('GET', '/dav/held/a');
    expect([bytes.length, headers['content-length']]).toEqual([size, String(size)]);
    expect(bytes.toString().slice(0, how.length)).toBe(how);
  });

  test('runs nothing of the portal: a sandbox, and no type that breaks the header', async () => {
    await ask('PUT', 'a.html', { 'Content-Type': 'text/html; charset=utf-8' }, '<script>');
    const page = await ask('GET', 'a.html');
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(/^sandbox; default-src 'none';/),
    });
    await ask('PUT', 'a.pdf', { 'Content-Type': 'application/pdf' }, '%PDF');
    expect((await ask('GET', 'a.pdf')).headers).not.toHaveProperty('content-security-policy');
    await ask('PUT', 'b', { 'Content-Type': 'text/\xfc' }, 'x');
    expect((await ask('GET', 'b')).headers['content-type']).toBe('application/octet-stream');
  });

  test('what cannot be read is our fault, said with a number and logged', async () => {
    const broken: DavExtension['spaces'][number] = {
      name: 'broken',
      async find(visit, path) {
        const found = await files.find(visit, path);
        const open = () =>
          Readable.from([], { read() {} }).destroy(new StoreError('corrupt', 'it is damaged'));
        return found.resource ? { ...found, resource: { ...found.resource, length: 100_000, open } } : found;
      },
    };
    const door = await openTestDav({ spaces: [broken] });
    onTestFinished(() => door.close());
    await put('a', 'x');
    const answer = await door.ask('GET', '/dav/broken/a');
    expect(answer.status).toBe(500);
    const incident = /it is damaged; incident ([a-z2-7]{8})</.exec(answer.text)?.[1] ?? 'none';
    expect(door.logged.filter((line) => line.includes(incident))).toHaveLength(1);
  });

  test('a collection is a page, its names escaped', async () => {
    await folder('f');
    await put('f/%3Cb%3E%20%26', 'x');
    const page = await ask('GET', 'f');
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(page.text).toContain('<a href="/dav/files/f/%3Cb%3E%20%26">&#60;b&#62; &#38;</a>');
    expect(page.text).not.toContain('<b>');
    expect((await ask('HEAD', 'f')).text).toBe('');
  });
});

describe('PUT', () => {
  test('is judged by its conditions', async () => {
    const etag = await put('a', 'one');
    expect(await statusOf('PUT', 'a', { 'If-None-Match': '*' }, 'two')).toBe(412);
    expect(await statusOf('PUT', 'a', { 'If-Match': '"x"' }, 'two')).toBe(412);
    expect(files.text('a')).toBe('one');
    expect(await statusOf('PUT', 'a', { 'If-Match': etag }, 'two')).toBe(204);
    expect(await statusOf('PUT', 'new', { 'If-None-Match': '*' }, 'two')).toBe(201);
  });

  test('takes no part of a file', async () => {
    expect(await statusOf('PUT', 'a', { 'Content-Range': 'bytes 0-2/10' }, 'one')).toBe(400);
    expect(files.text('a')).toBeUndefined();
  });

  test('keeps the time that a client names, and says so', async () => {
    const made = await ask('PUT', 'a', { 'X-OC-Mtime': '1700000000.5' }, 'x');
    expect(made.headers['x-oc-mtime']).toBe('accepted');
    expect((await ask('GET', 'a')).headers['last-modified']).toBe(new Date(1_700_000_000_000).toUTCString());
    expect((await ask('PUT', 'b', { 'X-OC-Mtime': 'now' }, 'x')).headers).not.toHaveProperty('x-oc-mtime');
  });

  test('in chunks; what would not fit is refused before it comes', async () => {
    const chunked = { 'Transfer-Encoding': 'chunked' };
    expect(await statusOf('PUT', 'a', { ...chunked, 'X-Expected-Entity-Length': '3' }, 'abc')).toBe(201);
    expect(files.text('a')).toBe('abc');
    const large = await ask('PUT', 'b', { ...chunked, 'X-Expected-Entity-Length': '1000001' }, 'abc');
    expect(large).toMatchObject({ status: 507, text: expect.stringContaining('<D:quota-not-exceeded/>') });
    expect(files.text('b')).toBeUndefined();
  });
});

describe('POST to a collection makes a member', () => {
  test('of its own name, or the one that was wished for', async () => {
    await folder('f');
    const unnamed = await ask('POST', 'f', {}, 'one');
    expect(unnamed.status).toBe(201);
    expect(unnamed.headers.location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/dav\/files\/f\/[a-z2-7]{16}$/);
    const named = await ask('POST', 'f', { Slug: 'h%C3%A9.txt' }, 'two');
    expect(named.headers.location).toMatch(/\/dav\/files\/f\/h%C3%A9\.txt$/);
    expect(files.text('f', 'hé.txt')).toBe('two');
    const again = await ask('POST', 'f', { Slug: 'h%C3%A9.txt' }, 'three');
    expect(again.headers.location).toMatch(/[a-z2-7]{16}-h%C3%A9\.txt$/);
    expect(files.text('f', 'hé.txt')).toBe('two');
  });

  test.each(['../x', '.x', 'a%2Fb', '%FF', 'x'.repeat(slugBytesMax + 1)])('not of %j', async (slug) => {
    await folder('f');
    expect((await ask('POST', 'f', { Slug: slug }, 'x')).headers.location).toMatch(/\/f\/[a-z2-7]{16}$/);
  });

  test('and is nothing for a page of another site', async () => {
    expect(await statusOf('POST', '', { 'Sec-Fetch-Site': 'cross-site' }, 'x')).toBe(403);
    expect(await statusOf('POST', '', { 'Sec-Fetch-Site': 'same-origin' }, 'x')).toBe(201);
  });
});

describe('MKCOL', () => {
  test('there is something, there is nothing above, a body that is none', async () => {
    await folder('f');
    expect(await ask('MKCOL', 'f')).toMatchObject({
      status: 405,
      headers: { allow: expect.stringContaining('DELETE') },
    });
    expect(await statusOf('MKCOL', 'none/f')).toBe(409);
    expect(await statusOf('MKCOL', 'g', { 'Content-Type': 'text/plain' }, 'hello')).toBe(415);
    expect(await statusOf('MKCOL', 'g', { 'Content-Type': 'application/xml' }, '<x xmlns="DAV:"/>')).toBe(
      415,
    );
    expect(await statusOf('MKCOL', 'g', { 'Content-Type': 'application/xml' }, '<mkcol xmlns="DAV:">')).toBe(
      400,
    );
  });

  test('with properties: all of them or nothing', async () => {
    const body = (prop: string) =>
      `<D:mkcol xmlns:D="DAV:"><D:set><D:prop><D:resourcetype><D:collection/></D:resourcetype>${prop}</D:prop></D:set></D:mkcol>`;
    expect(await statusOf('MKCOL', 'f', {}, body('<x:color xmlns:x="urn:x">red</x:color>'))).toBe(201);
    const refused = await ask('MKCOL', 'g', {}, body('<D:getetag>"x"</D:getetag>'));
    expect(refused.status).toBe(403);
    expect(refused.text).toMatch(/<D:mkcol-response [^>]*>.*<D:getetag\/>.*cannot-modify-protected-property/);
    expect(await statusOf('GET', 'g')).toBe(404);
  });
});

describe('DELETE', () => {
  test('a collection goes whole', async () => {
    await folder('f');
    await put('f/a', 'x');
    expect(await statusOf('DELETE', 'f', { Depth: '0' })).toBe(400);
    expect(await statusOf('DELETE', 'f', { Depth: '1' })).toBe(400);
    expect(await statusOf('DELETE', 'f', { 'If-Match': '"x"' })).toBe(412);
    expect(await statusOf('DELETE', 'f', { Depth: 'infinity' })).toBe(204);
    expect(await statusOf('DELETE', 'f')).toBe(404);
  });
});

describe('COPY and MOVE', () => {
  const to = (path: string, more: Record<string, string> = {}) => ({ Destination: at(path), ...more });

  test('201 for a new place, 204 over another, 412 where that is not wanted', async () => {
    await put('a', 'one');
    expect(await statusOf('COPY', 'a', to('b'))).toBe(201);
    await put('c', 'two');
    expect(await statusOf('COPY', 'a', to('c', { Overwrite: 'F' }))).toBe(412);
    expect(files.text('c')).toBe('two');
    expect(await statusOf('COPY', 'a', to('c'))).toBe(204);
    expect(files.text('c')).toBe('one');
    expect(await statusOf('MOVE', 'a', to('d'))).toBe(201);
    expect([files.text('a'), files.text('d')]).toEqual([undefined, 'one']);
    expect(await statusOf('MOVE', 'd', to('c', { Overwrite: 'F' }))).toBe(412);
  });

  test('a collection: whole, without what is in it, never into itself', async () => {
    await folder('f');
    await put('f/a', 'x');
    expect(await statusOf('COPY', 'f', to('g'))).toBe(201);
    expect(files.text('g', 'a')).toBe('x');
    expect(await statusOf('COPY', 'f', to('h', { Depth: '0' }))).toBe(201);
    expect(files.text('h', 'a')).toBeUndefined();
    expect(await statusOf('COPY', 'f', to('i', { Depth: '1' }))).toBe(400);
    expect(await statusOf('MOVE', 'f', to('i', { Depth: '0' }))).toBe(400);
    expect(await statusOf('COPY', 'f', to('f/in'))).toBe(403);
    expect(await statusOf('MOVE', 'f', to('f/in'))).toBe(403);
    expect(await statusOf('COPY', 'f', to('f/in', { Depth: '0' }))).toBe(201);
    expect(await statusOf('MOVE', 'f/a', to('f'))).toBe(403);
  });

  test.each(['COPY', 'MOVE'])('%s: a Destination that cannot be', async (method) => {
    await put('a', 'x');
    expect(await statusOf(method, 'a')).toBe(400);
    expect(await statusOf(method, 'a', { Destination: '' })).toBe(400);
    expect(await statusOf(method, 'a', { Destination: 'b' })).toBe(400);
    expect(await statusOf(method, 'a', to('../b'))).toBe(400);
    expect(await statusOf(method, 'a', to('%2e%2e/b'))).toBe(400);
    expect(await statusOf(method, 'a', { Destination: 'http://other.example/dav/files/b' })).toBe(502);
    expect(await statusOf(method, 'a', { Destination: '/elsewhere' })).toBe(403);
    expect(await statusOf(method, 'a', { Destination: '/dav/files/' })).toBe(403);
    expect(await statusOf(method, 'a', { Destination: '/dav/none/b' })).toBe(409);
    expect(await statusOf(method, 'a', to('none/b'))).toBe(409);
    expect(await statusOf(method, 'a', to('a'))).toBe(403);
    expect(await statusOf(method, 'a', to('b', { Overwrite: 'maybe' }))).toBe(400);
    expect(await statusOf(method, 'none', to('b'))).toBe(404);
    expect(files.text('a')).toBe('x');
  });

  test('an absolute Destination, with the scheme that the client knows', async () => {
    await put('a', 'x');
    const Destination = `https://127.0.0.1:${dav.port}/dav/files/b%20c`;
    expect(await statusOf('MOVE', 'a', { Destination })).toBe(201);
    expect(files.text('b c')).toBe('x');
  });

  test('what the conditions say is of the source', async () => {
    const etag = await put('a', 'x');
    await put('b', 'y');
    expect(await statusOf('COPY', 'a', to('b', { 'If-Match': etag }))).toBe(204);
    expect(await statusOf('COPY', 'a', to('b', { 'If-None-Match': '*' }))).toBe(412);
  });

  test('rights: to look at it, to take it out, to put it in', async () => {
    await put('a', 'x');
    await put('b', 'y');
    files.denied.add('unbind');
    const refused = await ask('MOVE', 'a', to('c'));
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.text).toContain(
      '<D:need-privileges><D:resource><D:href>/dav/files/</D:href><D:privilege><D:unbind/></D:privilege>',
    );
    expect(await statusOf('COPY', 'a', to('b'))).toBe(403);
    expect(await statusOf('COPY', 'a', to('c'))).toBe(201);
    files.denied.add('bind');
    expect(await statusOf('COPY', 'a', to('d'))).toBe(403);
    files.denied.add('read');
    expect(await statusOf('COPY', 'a', to('d'))).toBe(404);
  });
});

describe('LOCK and UNLOCK', () => {
  test('taken, shown, in the way, refreshed, given back', async () => {
    await put('a', 'x');
    const held = await lock('a', { Timeout: 'Second-60', Depth: '0' });
    expect(held).toMatchObject({ status: 200, token: expect.stringMatching(/^<urn:uuid:[0-9a-f-]{36}>$/) });
    const uri = held.token.slice(1, -1);
    expect(held.text).toContain(`<D:locktoken><D:href>${uri}</D:href></D:locktoken>`);
    expect(held.text).toMatch(/<D:owner>ana<\/D:owner><D:timeout>Second-(60|59)<\/D:timeout>/);

    const second = await lock('a');
    expect(second.status).toBe(423);
    expect(second.text).toContain(
      '<D:no-conflicting-lock><D:href>/dav/files/a</D:href></D:no-conflicting-lock>',
    );
    const blocked = await ask('PUT', 'a', {}, 'y');
    expect(blocked.status).toBe(423);
    expect(blocked.text).toContain(
      '<D:lock-token-submitted><D:href>/dav/files/a</D:href></D:lock-token-submitted>',
    );
    expect(await statusOf('PUT', 'a', { If: `(${held.token})` }, 'y')).toBe(204);
    expect(await statusOf('PUT', 'a', { If: '(<urn:uuid:other>)' }, 'z')).toBe(412);
    expect(await statusOf('PUT', 'a', { If: `(<urn:uuid:other>) (Not <DAV:no-lock>)` }, 'z')).toBe(423);

    const refreshed = await ask('LOCK', 'a', { If: `(${held.token})`, Timeout: 'Second-600' });
    expect(refreshed.status).toBe(200);
    expect(refreshed.headers).not.toHaveProperty('lock-token');
    expect(refreshed.text).toMatch(/Second-(600|599)</);
    expect(await statusOf('LOCK', 'a')).toBe(400);
    expect(await statusOf('LOCK', 'a', { If: '(Not <urn:uuid:other>)' })).toBe(412);

    expect(await statusOf('UNLOCK', 'a')).toBe(400);
    const wrong = await ask('UNLOCK', 'a', { 'Lock-Token': '<urn:uuid:other>' });
    expect(wrong).toMatchObject({
      status: 409,
      text: expect.stringContaining('<D:lock-token-matches-request-uri/>'),
    });
    expect(await statusOf('UNLOCK', 'a', { 'Lock-Token': held.token })).toBe(204);
    expect(await statusOf('PUT', 'a', {}, 'y')).toBe(204);
  });

  test('a name that nothing has becomes an empty file', async () => {
    const held = await lock('new');
    expect(held.status).toBe(201);
    expect(files.text('new')).toBe('');
    expect(
      await statusOf(
        'PUT',
        'new',
        { If: `<http://127.0.0.1:${dav.port}/dav/files/new> (${held.token})` },
        'x',
      ),
    ).toBe(204);
    expect((await lock('none/new')).status).toBe(409);
  });

  test('of a collection holds below it', async () => {
    await folder('f');
    await put('f/a', 'x');
    const { token } = await lock('f', { Depth: 'infinity' });
    expect(await statusOf('PUT', 'f/a', {}, 'y')).toBe(423);
    expect(await statusOf('PUT', 'f/b', {}, 'y')).toBe(423);
    expect(await statusOf('MKCOL', 'f/g', { If: `(${token})` })).toBe(201);
    expect(await statusOf('DELETE', 'f')).toBe(423);
    expect((await lock('f/a')).text).toContain('<D:href>/dav/files/f/</D:href>');
    expect(await statusOf('DELETE', 'f', { If: `</dav/files/f/> (${token})` })).toBe(204);
  });

  test('shared ones stand side by side', async () => {
    await put('a', 'x');
    expect((await lock('a', {}, lockBody('shared'))).status).toBe(200);
    expect((await lock('a', {}, lockBody('shared'))).status).toBe(200);
    expect((await lock('a')).status).toBe(423);
  });

  test('the owner comes back as it was written', async () => {
    await put('a', 'x');
    const inner = 'of <x:h xmlns:x="urn:x" a="1">ana &amp; co</x:h>';
    expect((await lock('a', {}, lockBody('exclusive', `<D:owner>${inner}</D:owner>`))).text).toContain(
      `<D:owner>${inner}</D:owner>`,
    );
    const long = `<D:owner>${'x'.repeat(lockOwnerBytesMax + 1)}</D:owner>`;
    await put('b', 'x');
    expect((await lock('b', {}, lockBody('exclusive', long))).status).toBe(413);
  });

  test.each([
    ['<D:lockinfo xmlns:D="DAV:"/>', {}, 400],
    ['<lockinfo/>', {}, 400],
    [lockBody('unknown'), {}, 400],
    [lockBody(), { Depth: '1' }, 400],
    [lockBody(), { Depth: 'x' }, 400],
    ['rubbish', {}, 400],
  ])('%j %j is refused', async (body, headers, status) => {
    await put('a', 'x');
    expect((await lock('a', headers as Record<string, string>, body)).status).toBe(status);
    expect((await lock('a')).status).toBe(200);
  });
});
