import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fakeClock, StoreError } from '../base/index.ts';
import { argon2Hasher } from './hasher.ts';
import {
  appPasswordBits,
  argon2HashBytes,
  argon2Lanes,
  argon2MemoryKiB,
  argon2Passes,
  hashesWaitingMax,
  loginCacheEntriesMax,
  loginCacheMs,
  passwordBytesMax,
  passwordCharactersMin,
} from './limits.ts';
import { LoginCache } from './login-cache.ts';
import {
  appPasswordTag,
  newAppPassword,
  prepareNewPassword,
  preparePassword,
  readAppPassword,
} from './passwords.ts';

describe('preparing a password', () => {
  test.each([
    ['ASCII stays', 'correct horse', 'correct horse'],
    ['RFC 4013 §3: soft hyphen goes', 'I\u00adX', 'IX'],
    ['RFC 4013 §3: case stays', 'USER', 'USER'],
    ['RFC 4013 §3: compatibility forms', '\u00aa', 'a'],
    ['RFC 4013 §3: roman nine', '\u2168', 'IX'],
    ['RFC 4013 §3: prohibited character', '\u0007', null],
    ['RFC 4013 §3: bidirectional check', '\u0627\u0031', null],
    ['no-break space is a space', 'a\u00a0b', 'a b'],
    ['composed and decomposed are one', 'cafe\u0301', 'caf\u00e9'],
    ['newer than Unicode 3.2', 'horse\u{1f40e}', 'horse\u{1f40e}'],
    ['nothing', '', null],
    ['nothing but what is mapped to nothing', '\u00ad\u200d', null],
    ['half a surrogate pair', 'ab\ud800', null],
  ])('%s', async (_, password, prepared) => {
    expect(await preparePassword(password)).toBe(prepared);
  });

  test('length is bounded in bytes, before and after preparation', async () => {
    expect(await preparePassword('x'.repeat(passwordBytesMax))).toHaveLength(passwordBytesMax);
    expect(await preparePassword('x'.repeat(passwordBytesMax + 1))).toBeNull();
    // U+FDFA is 3 bytes and 33 when normalised.
    expect(await preparePassword('\ufdfa'.repeat(passwordBytesMax / 8))).toBeNull();
  });

  test('a new one is refused with what is wrong', async () => {
    const refuse = async (password: string) => {
      const error = await prepareNewPassword(password).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreError);
      return (error as StoreError).message;
    };
    expect(await refuse('x'.repeat(passwordCharactersMin - 1))).toContain(
      `${passwordCharactersMin} characters`,
    );
    expect(await refuse('')).toContain(`${passwordCharactersMin} characters`);
    expect(await refuse('\u{1f40e}'.repeat(passwordCharactersMin - 1))).toContain('characters or more');
    expect(await refuse('x'.repeat(passwordBytesMax + 1))).toContain('bytes');
    expect(await refuse('bell\u0007bell')).toContain('cannot be typed');
    expect(await prepareNewPassword('x'.repeat(passwordCharactersMin))).toBe(
      'x'.repeat(passwordCharactersMin),
    );
  });

  test('any text is prepared or refused, never thrown at', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
        const prepared = await preparePassword(text);
        if (prepared !== null) expect(await preparePassword(prepared)).toBe(prepared);
      }),
      { seed: 5802, numRuns: 300 },
    );
  });
});

describe('app passwords', () => {
  test('are four groups of four, 80 bits, and different each time', () => {
    const made = Array.from({ length: 200 }, newAppPassword);
    for (const password of made) expect(password).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
    expect(new Set(made).size).toBe(200);
    expect(appPasswordBits).toBe(80);
  });

  test('are read however they were typed', () => {
    const typed = [
      'abcd-efgh-ijkl-2345',
      'abcdefghijkl2345',
      'ABCD EFGH IJKL 2345',
      ' abcd-efgh\u00a0ijkl 2345\n',
    ];
    for (const text of typed) expect(readAppPassword(text)).toBe('abcd-efgh-ijkl-2345');
    const others = ['abcd-efgh-ijkl-234', 'abcd-efgh-ijkl-23456', 'abcd-efgh-ijkl-1345', '', '-'.repeat(1e5)];
    for (const text of others) expect(readAppPassword(text)).toBeNull();
  });

  test('their tag belongs to member, password and server', () => {
    const [a, b] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const tags = [
      appPasswordTag(a, 1, 'x'),
      appPasswordTag(a, 2, 'x'),
      appPasswordTag(a, 1, 'y'),
      appPasswordTag(b, 1, 'x'),
    ];
    expect(new Set(tags).size).toBe(4);
  });
});

describe('argon2id', () => {
  test('writes PHC strings of the named cost, verifies them, and the decoy fits nothing at the same cost', async () => {
    const hasher = argon2Hasher(1);
    const phc = (await hasher.hash('correct horse')) ?? '';
    const cost = `$argon2id$v=19$m=${argon2MemoryKiB},p=${argon2Lanes},t=${argon2Passes}$`;
    expect(phc.startsWith(cost)).toBe(true);
    expect(await hasher.verify(phc, 'correct horse')).toBe(true);
    expect(await hasher.verify(phc, 'correct horsf')).toBe(false);
    expect(hasher.decoy.startsWith(cost)).toBe(true);
    expect(hasher.decoy.length).toBe(phc.length);
    expect(await hasher.verify(hasher.decoy, '')).toBe(false);
    expect(hasher.outdated(phc)).toBe(false);
    expect(hasher.outdated(hasher.decoy)).toBe(false);
    expect(hasher.outdated(phc.replace(`t=${argon2Passes}`, 't=1'))).toBe(true);
    expect([argon2MemoryKiB, argon2Passes, argon2Lanes, argon2HashBytes]).toEqual([19_456, 2, 1, 32]);
  });

  test('too many at once are refused at once', async () => {
    const hasher = argon2Hasher(1, 1);
    let release = () => {};
    const held = hasher.derive(() => new Promise<void>((resolve) => (release = resolve)));
    const waiting = hasher.verify(hasher.decoy, 'x');
    expect(await hasher.verify(hasher.decoy, 'x')).toBeUndefined();
    expect(await hasher.hash('x')).toBeUndefined();
    release();
    await held;
    expect(await waiting).toBe(false);
  });

  test('who comes back at the same time as many others waits, and is not refused', async () => {
    const hasher = argon2Hasher(2);
    const all = Array.from({ length: hashesWaitingMax }, async (_, n) => hasher.derive(async () => n));
    expect(await Promise.all(all)).not.toContain(undefined);
    expect(hashesWaitingMax).toBe(2_000);
  });
});

describe('the login cache', () => {
  const member = { id: 1, version: 1 };

  test('is hit by the same member, version, scope and password only (THREATS 12)', () => {
    const cache = new LoginCache(fakeClock());
    const keyOf = (who: typeof member, scope: 'mail' | 'dav', password: string) =>
      cache.keyOf(who, scope, cache.digest(password));
    cache.remember(keyOf(member, 'mail', 'secret'), { credential: 9, own: false, lastUsed: 0 });
    expect(cache.get(keyOf(member, 'mail', 'secret'))?.credential).toBe(9);
    expect(cache.get(keyOf({ id: 2, version: 1 }, 'mail', 'secret'))).toBeNull();
    expect(cache.get(keyOf({ id: 1, version: 2 }, 'mail', 'secret'))).toBeNull();
    expect(cache.get(keyOf({ id: 11, version: 1 }, 'mail', 'secret'))).toBeNull();
    expect(cache.get(keyOf(member, 'dav', 'secret'))).toBeNull();
    expect(cache.get(keyOf(member, 'mail', 'Secret'))).toBeNull();
    expect(new LoginCache(fakeClock()).digest('secret')).not.toBe(cache.digest('secret'));
    expect(cache.digest('secret')).not.toContain('secret');
  });

  test('forgets with time, and the longest unasked first', () => {
    const clock = fakeClock();
    const cache = new LoginCache(clock, 2);
    for (const key of ['a', 'b']) cache.remember(key, { credential: 1, own: false, lastUsed: 0 });
    cache.get('a');
    cache.remember('c', { credential: 1, own: false, lastUsed: 0 });
    expect(['a', 'b', 'c'].map((key) => cache.get(key) !== null)).toEqual([true, false, true]);
    expect(cache.size).toBe(2);
    clock.advance(loginCacheMs);
    expect(cache.get('a')).toBeNull();
    expect(cache.size).toBe(1);
    expect(loginCacheEntriesMax).toBeGreaterThanOrEqual(1000);
  });
});
