import { expect, test } from 'vitest';
import { openTestChat } from '../../testing/index.ts';

test('accounts without sessions stay known while there are not more than idleHomesMax', async () => {
  const chat = await openTestChat({ limits: { idleHomesMax: 8 } });
  const { homes } = chat.server.chat;
  const of = (id: number) => homes.of({ id, address: `m${id}@${chat.domain}` });
  const first = of(1);
  expect(of(1)).toBe(first);
  for (let id = 2; id <= 20; id++) of(id);
  const last = of(20);
  expect(of(20)).toBe(last);
  expect(of(1)).not.toBe(first);
  await chat.close();
});
