import { expect, test } from 'vitest';
import { parseMessage } from '../../../formats/mime/index.ts';
import { prepare } from './stage.ts';

test('a message for many members is described once', () => {
  const parsed = parseMessage(Buffer.from('Subject: x\r\n\r\ntext'));
  const blob = { hash: 'h', size: 18, place: null };
  const one = prepare({ blob, parsed, flags: 1 }, 5);
  const other = prepare({ blob, parsed, received: 3 }, 6);
  expect(other.content).toBe(one.content);
  expect(one).toMatchObject({ flags: 1, received: 5, saved: 5 });
  expect(other).toMatchObject({ flags: 0, received: 3, saved: 6 });
  expect(prepare({ blob, parsed: { ...parsed } }, 5).content).not.toBe(one.content);
});
