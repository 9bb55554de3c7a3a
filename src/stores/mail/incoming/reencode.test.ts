import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeBody, findPart } from '../../../formats/mime/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../../testing/index.ts';
import { limits } from '../limits.ts';

const multipart = (...parts: readonly string[]) =>
  `Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n${parts
    .map((part) => `--b\r\n${part}\r\n`)
    .join('')}--b--\r\nepilogue\r\n`;

describeEngines('bodies with NULs', (engine) => {
  let stores: TestStores;
  beforeAll(async () => {
    stores = await openTestStores(engine);
  });
  afterAll(() => stores.close());

  /** What is stored of a message, and the decoded body of a part of it. */
  async function stored(message: string | Buffer, part = '') {
    const bytes = Buffer.from(message);
    const { blob, parsed } = await stores.mail.stage(bytes, bytes.length);
    const kept = await stores.mail.bytes(blob.hash);
    stores.mail.discard(blob);
    const found = findPart(parsed.root, part);
    if (found === undefined) throw new Error('no such part');
    const body = decodeBody(kept.subarray(found.bodyStart, found.bodyEnd), found.encoding);
    return { text: kept.toString('latin1'), body: body.toString('latin1'), parsed, blob };
  }

  test('a message without NULs is stored as it is', async () => {
    const message = 'Subject: x\r\nContent-Transfer-Encoding: binary\r\n\r\n\xff\x01\n';
    expect((await stored(Buffer.from(message, 'latin1'))).text).toBe(message);
  });

  test('the body of the message itself', async () => {
    const { text, body, parsed } = await stored(
      'content-transfer-encoding:\r\n  8bit\r\nSubject: x\r\n\r\na\0b\r\n',
    );
    expect(text).toBe('Subject: x\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\nYQBiDQo=');
    expect(body).toBe('a\0b\r\n');
    expect(parsed.defects).not.toContain('nul');
  });

  test('only the parts that need it; every other octet stays', async () => {
    const message = multipart(
      'Content-Type: text/plain\r\n\r\nplain \xe9',
      'X-Junk\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\nX-After: y\r\n\r\n\0\n\r\0',
      '\r\nno header, \0',
      'Content-Transfer-Encoding: base64\r\n\r\nQUJD',
    );
    const { text, body } = await stored(Buffer.from(message, 'latin1'), '2');
    expect(text).toBe(
      multipart(
        'Content-Type: text/plain\r\n\r\nplain \xe9',
        'X-Junk\r\nContent-Type: application/octet-stream\r\nX-After: y\r\nContent-Transfer-Encoding: base64\r\n\r\nAAoNAA==',
        'Content-Transfer-Encoding: base64\r\n\r\nbm8gaGVhZGVyLCAA',
        'Content-Transfer-Encoding: base64\r\n\r\nQUJD',
      ),
    );
    expect(body).toBe('\0\n\r\0');
  });

  test('a message of few octets has room for the fields that come', async () => {
    expect((await stored('A:\r\n\r\n\0')).body).toBe('\0');
  });

  test('a part of a message within a message', async () => {
    const inner = 'Subject: inner\r\nMIME-Version: 1.0\r\nContent-Type: image/x\r\n\r\n\0\0';
    const { body } = await stored(multipart(`Content-Type: message/rfc822\r\n\r\n${inner}`), '1.1');
    expect(body).toBe('\0\0');
  });

  test('a large body passes in pieces', async () => {
    const body = Buffer.alloc(1_500_000, 'a\0\r\n');
    const kept = await stored(Buffer.concat([Buffer.from('MIME-Version: 1.0\r\n\r\n'), body]));
    expect(kept.body).toBe(body.toString('latin1'));
    expect(kept.text).not.toContain('\0');
  });

  test.each([
    ['in a header', 'Subject: \0\r\n\r\nx'],
    ['before the first part', multipart('\r\nx').replace('preamble', '\0')],
    ['after the last', multipart('\r\nx').replace('epilogue', '\0')],
    ['in the header of a part', multipart('Content-Id: \0\r\n\r\nx')],
    ['in base64', 'Content-Transfer-Encoding: base64\r\n\r\nQUJD\0'],
    ['in a multipart without parts', 'Content-Type: multipart/mixed\r\n\r\n\0'],
    ['in a message that is not looked into', 'Content-Type: message/partial\r\n\r\n\0'],
    [
      'behind a header of more than reencodedHeaderBytesMax',
      `X: ${'y'.repeat(limits.reencodedHeaderBytesMax)}\r\n\r\n\0`,
    ],
  ])('refused %s', async (_, message) => {
    await expect(stored(message)).rejects.toMatchObject({ reason: 'invalid' });
  });
});

describe('limits', () => {
  test('reencodedHeaderBytesMax leaves room for any header a client writes', () => {
    expect(limits.reencodedHeaderBytesMax).toBeGreaterThanOrEqual(64 * 1024);
  });
});
