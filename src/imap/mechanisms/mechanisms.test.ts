import { expect, test } from 'vitest';
import type { Session } from '../session/session.ts';
import { mechanisms } from './index.ts';

/** Runs a mechanism against a client that answers in turn; also what it was asked. */
async function talk(name: string, initial: string | null, ...answers: string[]) {
  const mechanism = mechanisms.find((each) => each.name === name);
  const asked: string[] = [];
  const exchange = async (challenge: Buffer) => {
    asked.push(challenge.toString());
    return Buffer.from(answers.shift() ?? '', 'latin1');
  };
  // Neither of the two looks at the session.
  const session = {} as Session;
  const first = initial === null ? null : Buffer.from(initial, 'latin1');
  return { result: await mechanism?.run(first, exchange, session), asked };
}

test.each([
  ['\0alice\0pass', { authorization: '', username: 'alice', proof: { password: 'pass' } }],
  ['bob\0alice\0', { authorization: 'bob', username: 'alice', proof: { password: '' } }],
  ['alice\0pass', null],
  ['\0\0pass', null],
  ['\0a\0b\0c', null],
  ['\0a\0\xff', null],
  ['', null],
])('PLAIN %j', async (message, expected) => {
  expect((await talk('PLAIN', message)).result).toEqual(expected);
  expect(await talk('PLAIN', null, message)).toEqual({ result: expected, asked: [''] });
});

test('LOGIN asks for what did not come with the command', async () => {
  const expected = { authorization: '', username: 'alice', proof: { password: 'pass' } };
  expect(await talk('LOGIN', null, 'alice', 'pass')).toEqual({
    result: expected,
    asked: ['Username:', 'Password:'],
  });
  expect(await talk('LOGIN', 'alice', 'pass')).toEqual({ result: expected, asked: ['Password:'] });
  expect((await talk('LOGIN', '', 'pass')).result).toBeNull();
  expect((await talk('LOGIN', 'alice', '\xff')).result).toBeNull();
});
