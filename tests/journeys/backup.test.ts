import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import {
  type Myco,
  member,
  openImap,
  openSmtp,
  sampleMessage,
  startMyco,
  stopAll,
} from '../harness/index.ts';

const folder = makeFolder();
afterAll(async () => {
  await stopAll();
  removeFolder(folder);
});

async function deliver(myco: Myco, subject: string): Promise<void> {
  const mx = await openSmtp(myco);
  expect((await mx.send('x@elsewhere.example', member('ana'), sampleMessage(subject))).text).toMatch(/^250/);
  await mx.close();
}

interface Contents {
  readonly epoch: number;
  /** Uid, flags, date and bytes of each message. */
  readonly messages: readonly string[];
}

async function contents(myco: Myco): Promise<Contents> {
  const imap = await openImap(myco, 'ana');
  const opened = await imap.command('EXAMINE INBOX');
  const { lines } = await imap.command('FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])');
  await imap.close();
  // Which session is told \Recent is no property of the message.
  const messages = lines.map((line) => line.replace(/ ?\\Recent/g, ''));
  return { epoch: Number(/UIDVALIDITY (\d+)/.exec(opened.lines.join())?.[1]), messages };
}

test('a backup of a running server, the data folder lost, and all of the backup back', async () => {
  const first = await startMyco({ folder, members: ['ana'] });
  await deliver(first, 'one');
  await deliver(first, 'two');
  const reader = await openImap(first, 'ana');
  await reader.command('SELECT INBOX');
  await reader.command('STORE 1 +FLAGS (\\Flagged)');
  await reader.close();
  const before = await contents(first);
  expect(before.messages.join()).toMatch(/Subject: one[\s\S]*Subject: two/);
  const kept = join(folder, 'backup');
  expect((await first.cli(['backup', kept])).said).toContain('backed up');
  await deliver(first, 'after the backup');
  expect((await first.cli(['verify'])).said).toContain('everything is sound');
  expect((await first.cli(['restore', kept])).code).toBe(1);
  expect(await first.stop()).toEqual({ code: 0, signal: null });

  expect((await first.cli(['restore', kept])).said).toContain('not empty');
  rmSync(first.data, { recursive: true });
  expect((await first.cli(['restore', join(folder, 'nothing')])).code).toBe(1);
  const restored = await first.cli(['restore', kept]);
  expect(restored.said).not.toContain('error');
  expect(restored.code).toBe(0);
  expect((await first.cli(['verify'])).said).toContain('everything is sound');

  // The same authority: clients that trusted it still do.
  const second = await startMyco({ folder });
  const after = await contents(second);
  expect(after.messages).toEqual(before.messages);
  // What came after the backup had uids that will be given again: no client may take them for the same messages.
  expect(after.epoch).toBeGreaterThan(before.epoch);
  await deliver(second, 'three');
  expect((await contents(second)).messages.join()).toMatch(/Subject: two[\s\S]*Subject: three/);
  expect(await second.stop()).toEqual({ code: 0, signal: null });
}, 180_000);
