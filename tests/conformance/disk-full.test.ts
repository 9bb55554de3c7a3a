import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import {
  type Myco,
  member,
  openImap,
  openSmtp,
  sampleMessage,
  sha256,
  startMyco,
  stopAll,
} from '../harness/index.ts';

// A disk that fills while mail comes in: a small tmpfs, which only root can mount.

const diskBytes = 48 * 1024 * 1024;
const folder = makeFolder();
const disk = join(folder, 'disk');
mkdirSync(disk);
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes},mode=0700`, 'tmpfs', disk]).status === 0;

afterAll(async () => {
  await stopAll();
  if (mounted) spawnSync('umount', [disk]);
  removeFolder(folder);
});

const ballast = join(disk, 'ballast');
const freeBytes = () => {
  const { bavail, bsize } = statfsSync(disk);
  return bavail * bsize;
};

/** Leaves about so many bytes free. */
function fill(leaveBytes: number): void {
  rmSync(ballast, { force: true });
  writeFileSync(ballast, Buffer.alloc(Math.max(0, freeBytes() - leaveBytes)));
}

const body = (index: number) => `${String(index).padStart(62, '.')}\r\n`.repeat(1_000);

async function stored(myco: Myco): Promise<Map<string, string>> {
  const imap = await openImap(myco, 'ana');
  await imap.command('EXAMINE INBOX');
  const { lines } = await imap.command('FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)] BODY.PEEK[TEXT])');
  await imap.close();
  const entries = lines.flatMap((line) => {
    const [, subject, text] = /Subject: (.*)\r\n\r\n BODY\[TEXT\] \{\d+\}\r\n([\s\S]*)\)$/.exec(line) ?? [];
    return subject === undefined || text === undefined
      ? []
      : [[subject, sha256(Buffer.from(text, 'latin1'))] as const];
  });
  return new Map(entries);
}

function suite(): void {
  test('delivery answers 452 and APPEND NO; nothing acknowledged is lost; with space again, all goes on', async () => {
    const data = join(disk, 'data');
    const myco = await startMyco({ folder, data, members: ['ana'] });
    const acknowledged = new Map<string, string>();
    const mx = await openSmtp(myco);
    let index = 0;
    const deliver = async () => {
      const subject = `message ${++index}`;
      const answer = await mx.send('x@elsewhere.example', member('ana'), sampleMessage(subject, body(index)));
      if (answer.code === 250) acknowledged.set(subject, sha256(body(index)));
      return answer;
    };
    for (let count = 0; count < 5; count++) expect((await deliver()).code).toBe(250);

    fill(512 * 1024);
    let refused = await deliver();
    for (let count = 0; count < 200 && refused.code === 250; count++) refused = await deliver();
    expect(refused.text).toMatch(/^452 4\.3\.1/);
    // Mail is refused, not the session, and not what can be read.
    expect((await mx.ask('NOOP')).code).toBe(250);
    const imap = await openImap(myco, 'ana');
    const appended = await imap.command('APPEND INBOX', sampleMessage('appended', body(0)));
    expect(appended.text).toMatch(/^NO \[/);
    expect(await stored(myco)).toEqual(acknowledged);
    expect((await deliver()).code).toBe(452);

    rmSync(ballast);
    expect((await deliver()).text).toMatch(/^250 2\.0\.0/);
    expect((await imap.command('APPEND Archive', sampleMessage('appended', body(0)))).status).toBe('OK');
    expect(await stored(myco)).toEqual(acknowledged);
    expect(acknowledged.size).toBeGreaterThan(6);

    fill(256 * 1024);
    while ((await deliver()).code === 250);
    expect(await myco.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    rmSync(ballast);
    const again = await startMyco({ folder, data });
    expect(await stored(again)).toEqual(acknowledged);
    await again.stop();
  });
}

if (mounted) describe('a disk that is full', suite);
else test.skip('a disk that is full: a tmpfs may not be mounted here', suite);
