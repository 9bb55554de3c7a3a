import { expect, test, vi } from 'vitest';
import { parseJid } from '../../formats/jid/index.ts';
import { openMember, openTestChat } from '../../testing/index.ts';

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

test('homes with sessions are found by their accounts, and no others', async () => {
  const chat = await openTestChat();
  const { homes } = chat.server.chat;
  const account = await chat.addMember('ana');
  homes.of({ id: account, address: `ana@${chat.domain}` });
  expect(homes.there(account)).toBeNull();
  const [one, two] = [await openMember(chat, 'ana'), await openMember(chat, 'ana')];
  await one.disconnect();
  await expect.poll(() => homes.there(account)?.sessions.size).toBe(1);
  await two.disconnect();
  await expect.poll(() => homes.there(account)).toBeNull();
  const again = await openMember(chat, 'ana');
  expect(homes.there(account)?.account).toBe(account);
  await chat.admin.deleteMember(account);
  await again.ended();
  await expect.poll(() => homes.there(account)).toBeNull();
  await chat.close();
});

test('who is disabled while somebody looks for them is not found', async () => {
  const chat = await openTestChat();
  const { homes, accounts } = chat.server.chat;
  const ana = await chat.addMember('ana');
  await chat.addMember('bob');
  const lookUp = accounts.byAddress.bind(accounts);
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  vi.spyOn(accounts, 'byAddress').mockImplementationOnce(async (address) => {
    const member = await lookUp(address);
    await gate;
    return member;
  });
  const forgotten = vi.spyOn(homes, 'forgetIdle');
  const jid = parseJid(`ana@${chat.domain}`);
  const found = homes.find(jid);
  await chat.admin.disableMember(ana);
  await expect.poll(() => forgotten.mock.calls.length).toBeGreaterThan(0);
  go();
  expect(await found).toBeNull();
  expect(await homes.find(jid)).toBeNull();
  vi.restoreAllMocks();
  await chat.close();
});
