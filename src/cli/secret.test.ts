import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { typedCharactersMax } from './limits.ts';
import { readSecret } from './secret.ts';

/** A terminal on which somebody types, and what it was told. */
function terminal(...typed: string[]) {
  const raw: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => void raw.push(on),
  });
  for (const piece of typed) stdin.write(piece);
  let shown = '';
  const io = {
    out: () => {},
    err: (text: string) => {
      shown += text;
    },
    stdin,
    env: {},
    working: '/',
    signal: new AbortController().signal,
  };
  return { io, raw, shown: () => shown };
}

test('what is typed is not shown, and a slip is taken back', async () => {
  const { io, raw, shown } = terminal('sez', '\u007fam', 'é\r', 'not ours');
  expect(await readSecret(io, 'password: ', false)).toBe('seamé');
  expect(shown()).toBe('password: \n');
  expect(raw).toEqual([true, false]);
  expect(io.stdin.destroyed).toBe(false);
});

test.each([
  ['nothing', '\r', 'no password'],
  ['an interruption', 'ab\u0003', 'no password'],
  ['the end', '\u0004', 'no password'],
  ['too much', 'x'.repeat(typedCharactersMax + 1), `more than ${typedCharactersMax} characters`],
])('%s is refused, and the terminal is as before', async (_, typed, said) => {
  const { io, raw } = terminal(typed);
  await expect(readSecret(io, 'password: ', false)).rejects.toThrow(said);
  expect(raw).toEqual([true, false]);
});

test('so many characters are taken', async () => {
  const most = 'x'.repeat(typedCharactersMax);
  expect(await readSecret(terminal(`${most}\n`).io, '', false)).toBe(most);
});

test('without a terminal it must be piped in', async () => {
  const io = { ...terminal().io, stdin: Readable.from(['secret\n']) };
  await expect(readSecret(io, '', false)).rejects.toThrow('--password-stdin');
  expect(await readSecret(io, '', true)).toBe('secret');
});
