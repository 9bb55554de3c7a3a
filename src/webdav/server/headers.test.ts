import { describe, expect, test } from 'vitest';
import { lockDefaultSeconds, lockSecondsMax, quietRegistrationsMax } from '../limits.ts';
import {
  readDepth,
  readLength,
  readLockToken,
  readOverwrite,
  readPreferences,
  readQuiet,
  readTimeout,
  readWholeDepth,
} from './headers.ts';

const having = (value?: string) => ({ method: 'COPY', header: () => value });
const refused = (task: () => unknown) => expect(task).toThrow(expect.objectContaining({ status: 400 }));

describe('headers of DAV', () => {
  test('Depth', () => {
    expect(readDepth(having())).toBeNull();
    expect(readDepth(having('0'))).toBe('0');
    expect(readDepth(having(' Infinity '))).toBe('infinity');
    for (const lie of ['2', '', '-1', '1,noroot', '0, 1']) refused(() => readDepth(having(lie)));
    expect(readWholeDepth(having())).toBe('infinity');
    refused(() => readWholeDepth(having('1')));
  });

  test('Push-Dont-Notify: quietRegistrationsMax', () => {
    const one = 'io6Efei4ooph1234';
    expect(readQuiet(undefined)).toEqual([]);
    expect(readQuiet(' * ')).toBe('all');
    expect(readQuiet(`"https://dav.test/dav/push/${one}"`)).toEqual([one]);
    expect(readQuiet(`"https://a.test/${one}" , "https://b.test/2${one}/"`)).toEqual([one, `2${one}`]);
    expect(readQuiet(`https://dav.test/dav/push/${one}`)).toEqual([one]);
    expect(readQuiet('"", "nobody", "https://a.test/"')).toEqual([]);
    expect(
      readQuiet(
        Array(quietRegistrationsMax + 1)
          .fill(`"${one}"`)
          .join(','),
      ),
    ).toHaveLength(quietRegistrationsMax);
  });

  test('Overwrite', () => {
    expect(readOverwrite(having())).toBe(true);
    expect(readOverwrite(having('f'))).toBe(false);
    refused(() => readOverwrite(having('no')));
  });

  test('Timeout: lockDefaultSeconds, lockSecondsMax', () => {
    expect(readTimeout(having())).toBe(lockDefaultSeconds);
    expect(readTimeout(having('Second-60'))).toBe(60);
    expect(readTimeout(having('Infinite, Second-4100000000'))).toBe(lockSecondsMax);
    expect(readTimeout(having('Second-4100000000'))).toBe(lockSecondsMax);
    expect(readTimeout(having('Second-0'))).toBe(1);
    expect(readTimeout(having('Minute-1, Second-5'))).toBe(5);
    expect(readTimeout(having('Second-99999999999999999999'))).toBe(lockDefaultSeconds);
  });

  test('Lock-Token', () => {
    expect(readLockToken(having(' <urn:uuid:1> '))).toBe('urn:uuid:1');
    for (const wrong of [undefined, '', 'urn:uuid:1', '<>', '<a> <b>'])
      refused(() => readLockToken(having(wrong)));
  });

  test('Prefer and Brief', () => {
    const none = { return: null, depthNoroot: false };
    expect(readPreferences(undefined, undefined)).toEqual(none);
    expect(readPreferences('return=minimal, depth-noroot', undefined)).toEqual({
      return: 'minimal',
      depthNoroot: true,
    });
    expect(readPreferences('return="representation"; x=1, return=minimal', undefined).return).toBe(
      'representation',
    );
    expect(readPreferences(undefined, 't').return).toBe('minimal');
    expect(readPreferences('return=representation', 't').return).toBe('representation');
    expect(readPreferences('handling=lenient', 'f')).toEqual(none);
  });

  test('the length of a body', () => {
    expect(readLength('12', undefined)).toBe(12);
    expect(readLength(undefined, undefined)).toBe(0);
    expect(readLength(undefined, 'chunked')).toBeNull();
  });
});
