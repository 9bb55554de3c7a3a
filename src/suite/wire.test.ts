import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { silentLog } from '../observability/index.ts';
import type { MycoSettings } from '../settings/index.ts';
import { connectSocket, fakeClock, startSuite, type TestSuite, temporaryFolder } from '../testing/index.ts';
import { wireFileBytesMax } from './limits.ts';
import { openWire } from './wire.ts';

let suite: TestSuite | undefined;
afterEach(async () => {
  await suite?.stop();
  suite = undefined;
});

async function sayNothingOf(port: number): Promise<void> {
  const socket = await connectSocket({ port });
  await socket.readLine();
  await socket.send('a1 LOGIN ana "a-secret-word"\r\n');
  await socket.readLine();
  await socket.send('a2 LOGOUT\r\n');
  await socket.readLine();
  await socket.close();
}

test('log.wire records the doors it names, without secrets, and no others', async () => {
  suite = await startSuite({ settings: { log: { wire: ['imap'] } } });
  await sayNothingOf(suite.ports.imap ?? 0);
  const smtp = await connectSocket({ port: suite.ports.smtp ?? 0 });
  await smtp.readLine();
  await smtp.close();
  const file = join(suite.data, 'wire.jsonl');
  await expect.poll(() => readFileSync(file, 'utf8')).toContain('LOGOUT');
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain('a-secret-word');
  expect(text).not.toContain('220 ');
});

test('nothing is recorded unless it is asked for', async () => {
  suite = await startSuite();
  await sayNothingOf(suite.ports.imap ?? 0);
  expect(existsSync(join(suite.data, 'wire.jsonl'))).toBe(false);
});

test('the record stops at its limit, wireFileBytesMax unless given', async () => {
  expect(wireFileBytesMax).toBeGreaterThan(1024 * 1024);
  const data = temporaryFolder();
  const settings = { data, log: { wire: ['imap'] } } as unknown as MycoSettings;
  const wire = openWire(settings, silentLog, fakeClock(), 500);
  const tap = wire.tap?.open('c1', 'imap');
  for (let line = 0; line < 50; line++) tap?.received(Buffer.from(`a${line} NOOP\r\n`));
  wire.close();
  await expect.poll(() => readFileSync(join(data, 'wire.jsonl'), 'utf8').length).toBeGreaterThan(100);
  expect(readFileSync(join(data, 'wire.jsonl'), 'utf8').length).toBeLessThanOrEqual(500);
});
