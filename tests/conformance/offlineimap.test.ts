import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import {
  type ImapClient,
  type Myco,
  member,
  openImap,
  password,
  run,
  sampleMessage,
  sha256,
  startMyco,
  stopAll,
  withTools,
} from '../harness/index.ts';
import { recorded, said } from './wire.ts';

let myco: Myco;
let imap: ImapClient;
let folder: string;
afterAll(async () => {
  await stopAll();
  if (folder !== undefined) removeFolder(folder);
});

const local = (name: string) => join(folder, 'mail', name);

async function sync(compressed: boolean): Promise<void> {
  const config = join(folder, 'offlineimaprc');
  writeFileSync(
    config,
    `[general]
accounts = coop
metadata = ${join(folder, 'metadata')}
ui = quiet
maxsyncaccounts = 1
socktimeout = 30
[Account coop]
localrepository = near
remoterepository = far
[Repository near]
type = Maildir
localfolders = ${join(folder, 'mail')}
sep = /
utime_from_header = no
[Repository far]
type = IMAP
remotehost = localhost
remoteport = ${myco.port('imaps')}
remoteuser = ${member('ana')}
remotepass = ${password}
ssl = yes
sslcacertfile = ${myco.authorityFile}
usecompression = ${compressed ? 'yes' : 'no'}
maxconnections = 2
`,
  );
  const ran = await run('offlineimap', ['-c', config, '-o', '-u', 'basic'], { env: { HOME: folder } });
  expect(ran.said).not.toMatch(/ERROR|Traceback|WARNING/);
  expect(ran.code).toBe(0);
}

interface Item {
  readonly hash: string;
  readonly flags: string;
}

const byHash = (items: readonly Item[]) => items.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));

/** The line by which it finds its own upload again is not part of the message. */
const hashOf = (text: string) => sha256(Buffer.from(text.replace(/^X-OfflineIMAP: .*\r\n/m, ''), 'latin1'));

/** Where a message of the INBOX lies. */
function fileOf(subject: string): string {
  const paths = (['cur', 'new'] as const).flatMap((place) =>
    readdirSync(join(local('INBOX'), place)).map((file) => join(local('INBOX'), place, file)),
  );
  const path = paths.find((file) => readFileSync(file, 'latin1').includes(`Subject: ${subject}\n`));
  if (path === undefined) throw new Error(`${subject} did not come: ${paths.join(' ')}`);
  return path;
}

function near(name: string): Item[] {
  const items = (['cur', 'new'] as const).flatMap((place) =>
    readdirSync(join(local(name), place)).map((file) => ({
      hash: hashOf(readFileSync(join(local(name), place, file), 'latin1').replace(/\r?\n/g, '\r\n')),
      flags: (/:2,(\w*)$/.exec(file)?.[1] ?? '').split('').sort().join(''),
    })),
  );
  return byHash(items);
}

const letters: Readonly<Record<string, string>> = {
  '\\Seen': 'S',
  '\\Flagged': 'F',
  '\\Answered': 'R',
  '\\Deleted': 'T',
  '\\Draft': 'D',
};

async function far(name: string): Promise<Item[]> {
  await imap.command(`EXAMINE ${name}`);
  const { lines } = await imap.command('FETCH 1:* (FLAGS BODY.PEEK[])');
  const items = lines.flatMap((line) => {
    const head = /^\* \d+ FETCH \(FLAGS \(([^)]*)\) BODY\[\] \{(\d+)\}\r\n/.exec(line);
    if (!head) return [];
    const flags = (head[1] ?? '').split(' ').flatMap((flag) => letters[flag] ?? []);
    const text = line.slice(head[0].length, head[0].length + Number(head[2]));
    return [{ hash: hashOf(text), flags: flags.sort().join('') }];
  });
  return byHash(items);
}

async function expectAlike(name: string, count: number): Promise<void> {
  const there = await far(name);
  expect(there).toHaveLength(count);
  expect(near(name)).toEqual(there);
}

withTools('offlineimap', ['offlineimap'], () => {
  beforeAll(async () => {
    folder = makeFolder();
    myco = await startMyco({ members: ['ana'], settings: recorded });
    imap = await openImap(myco, 'ana');
  });

  test.each([true, false])('both ways, compressed: %s', async (compressed) => {
    rmSync(join(folder, 'mail'), { recursive: true, force: true });
    rmSync(join(folder, 'metadata'), { recursive: true, force: true });
    mkdirSync(join(folder, 'mail'));
    await imap.command('SELECT INBOX');
    await imap.command('STORE 1:* +FLAGS (\\Deleted)');
    await imap.command('EXPUNGE');
    for (const [index, flags] of ['', '\\Seen', '\\Flagged \\Seen', '\\Answered', '\\Draft'].entries()) {
      await imap.command(`APPEND INBOX (${flags})`, sampleMessage(`far ${index}`, `äöü ☂ ${index}\r\n.\r\n`));
    }
    const before = said(myco).length;
    await sync(compressed);
    await expectAlike('INBOX', 5);
    expect(readdirSync(join(folder, 'mail')).sort()).toEqual(
      expect.arrayContaining(['Archive', 'Drafts', 'INBOX', 'Junk', 'Sent', 'Trash']),
    );
    const lines = said(myco).slice(before).join('\n');
    if (compressed) expect(lines).toMatch(/COMPRESS DEFLATE/i);
    else expect(lines).not.toMatch(/COMPRESS/i);

    writeFileSync(
      join(local('INBOX'), 'cur', '1.near.host:2,FS'),
      sampleMessage('near').replaceAll('\r\n', '\n'),
    );
    const seen = fileOf('far 1');
    renameSync(seen, seen.replace(/(:2,.*)?$/, ':2,RS'));
    rmSync(fileOf('far 3'));
    await imap.command('SELECT INBOX');
    await imap.command('STORE 5 +FLAGS.SILENT (\\Flagged)');
    await imap.command('STORE 1 +FLAGS.SILENT (\\Deleted)');
    await imap.command('EXPUNGE');
    await sync(compressed);
    await expectAlike('INBOX', 4);
    expect(
      near('INBOX')
        .map(({ flags }) => flags)
        .sort(),
    ).toEqual(['DF', 'FS', 'FS', 'RS']);

    const status = async () => {
      const { lines } = await imap.command('LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT HIGHESTMODSEQ))');
      return lines.filter((line) => line.startsWith('* STATUS')).toSorted();
    };
    const still = await status();
    await sync(compressed);
    expect(await status()).toEqual(still);
  });
});
