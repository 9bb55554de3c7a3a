import { afterEach, expect, test } from 'vitest';
import { defaultNetLimits } from '../../net/index.ts';
import {
  fakeClock,
  imapPassword,
  openTestImap,
  type TestImap,
  type TestSocket,
} from '../../testing/index.ts';

let imap: TestImap | null = null;
afterEach(() => imap?.close());

async function say(socket: TestSocket, command: string): Promise<string> {
  await socket.send(`t ${command}\r\n`);
  for (;;) {
    const line = (await socket.readLine())?.toString() ?? 'closed';
    if (line.startsWith('t ') || line.startsWith('* BYE') || line === 'closed') return line;
  }
}

test('whoever has logged out does not count among the sessions of the account', async () => {
  imap = await openTestImap({ limits: { sessionsPerAccountMax: 1 } });
  const first = await imap.session('alice');
  await expect(imap.session('alice')).rejects.toThrow('NO [LIMIT]');
  expect(await say(first, 'UNAUTHENTICATE')).toMatch(/^t OK \[CAPABILITY /);
  const second = await imap.session('alice');
  expect(await say(first, `LOGIN alice "${imapPassword}"`)).toMatch(/^t NO \[LIMIT\]/);
  await second.close();
  await expect.poll(() => say(first, `LOGIN alice "${imapPassword}"`)).toMatch(/^t OK/);
  expect(await say(first, 'STATUS INBOX (MESSAGES)')).toBe('t OK that is all');
});

test('a disabled member who is not logged in any more does not end the session of the next', async () => {
  imap = await openTestImap();
  const socket = await imap.session('alice');
  await say(socket, 'UNAUTHENTICATE');
  expect(await say(socket, `LOGIN bob "${imapPassword}"`)).toMatch(/^t OK/);
  await imap.admin.disableMember(imap.members.alice);
  expect(await say(socket, 'NOOP')).toBe('t OK nothing done');
});

test('who does not log in again has the time of a stranger', async () => {
  const clock = fakeClock();
  imap = await openTestImap({ clock });
  const socket = await imap.session('alice');
  clock.advance(2 * defaultNetLimits.unauthenticatedMsMax);
  expect(await say(socket, 'UNAUTHENTICATE')).toMatch(/^t OK/);
  expect(await say(socket, 'NOOP')).toMatch(/^t OK/);
  clock.advance(defaultNetLimits.unauthenticatedMsMax);
  expect(await socket.readLine()).toBeNull();
});
