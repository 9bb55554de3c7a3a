import { expect, test } from 'vitest';
import { openTestChat } from '../../testing/index.ts';
import { roomOffice } from './office.ts';

test('what something else has written of an account is known once that is said', async () => {
  const chat = await openTestChat();
  try {
    const account = await chat.addMember('romeo');
    const member = await chat.accounts.member(account);
    const home = member && chat.server.chat.homes.of(member);
    expect((await home?.state())?.contacts.size).toBe(0);
    await chat.store.roster.change(account, 'juliet@else.example', 0, { listed: true });
    expect((await home?.state())?.contacts.size).toBe(0);
    const office = roomOffice(chat.server.chat);
    await office.refresh(account);
    expect((await home?.state())?.contacts.size).toBe(1);
    await office.refresh(account + 1);
  } finally {
    await chat.close();
  }
});
