import { expect, test } from 'vitest';
import { reasons, StoreError } from '../base/index.ts';
import { answerTo, Refusal, reasonCodes, tryCreate } from './errors.ts';
import { CharsetFault, formatResponseCode, SyntaxFault } from './wire/index.ts';

test('every reason of a store has its code', () => {
  expect(Object.keys(reasonCodes).sort()).toEqual([...reasons].sort());
  for (const reason of reasons) {
    const { answer } = answerTo(new StoreError(reason, 'why'), 'inc');
    expect(answer.status).toBe('NO');
    expect(formatResponseCode(answer.code ?? 'ALERT')).toMatch(/^[A-Z]+$/);
  }
});

test('who is to blame decides what is said', () => {
  expect(answerTo(new SyntaxFault('expected a number', 4), 'inc')).toEqual({
    answer: { status: 'BAD', code: null, text: 'expected a number (octet 5)' },
    blame: 'client',
  });
  expect(answerTo(new Refusal('no', 'CANNOT'), 'inc').blame).toBe('member');
  expect(answerTo(new Refusal('no', null, 'BAD'), 'inc').blame).toBe('client');
  expect(answerTo(new StoreError('over-quota', 'full'), 'inc').answer.text).toBe('full');
  expect(answerTo(new StoreError('unavailable', 'down'), 'inc').answer.text).toBe('down; incident inc');
  const unexpected = answerTo(new TypeError('secret of the code'), 'inc');
  expect(unexpected.blame).toBe('server');
  expect(JSON.stringify(unexpected)).not.toContain('secret');
  expect(answerTo(new CharsetFault('X', 1), 'inc').answer.code).toMatchObject({ code: 'BADCHARSET' });
});

test('tryCreate changes not-found and nothing else', async () => {
  await expect(tryCreate(Promise.resolve(1))).resolves.toBe(1);
  await expect(tryCreate(Promise.reject(new StoreError('not-found', 'x')))).rejects.toMatchObject({
    code: 'TRYCREATE',
  });
  await expect(tryCreate(Promise.reject(new StoreError('limit', 'x')))).rejects.toMatchObject({
    reason: 'limit',
  });
});
