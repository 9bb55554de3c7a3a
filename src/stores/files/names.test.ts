import { describe, expect, test } from 'vitest';
import { limits } from './limits.ts';
import { checkName, fileNameOf } from './names.ts';

describe('what a program calls a file', () => {
  test.each([
    ['photo.jpg', 'photo.jpg'],
    ['/home/ana/photo.jpg', 'photo.jpg'],
    ['C:\\Users\\Ana\\photo.jpg', 'photo.jpg'],
    ['  a\u0000b\nc.txt ', 'abc.txt'],
    ['', 'file'],
    ['/', 'file'],
    ['..', 'file'],
    ['x/..', 'file'],
    ['\ud800.txt', '\ufffd.txt'],
    ['.profile', '.profile'],
  ])('%j may be called %j', (text, name) => {
    expect(fileNameOf(text)).toBe(name);
    expect(checkName(name)).toBe(name);
  });

  test('is cut to offeredNameBytesMax, and the suffix of at most suffixCharsMax stays', () => {
    const name = fileNameOf(`${'é'.repeat(300)}.jpeg`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(limits.offeredNameBytesMax);
    expect(Buffer.byteLength(name)).toBeGreaterThan(limits.offeredNameBytesMax - 2);
    expect(name).toMatch(/^é+\.jpeg$/);
    const long = `x.${'y'.repeat(limits.suffixCharsMax)}`;
    expect(fileNameOf(long + 'z'.repeat(300))).toHaveLength(limits.offeredNameBytesMax);
  });
});
