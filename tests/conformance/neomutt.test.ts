import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const settings = () => `set imap_user="${member('ana')}"
set imap_pass="${password}"
set folder="imaps://localhost:${myco.port('imaps')}/"
set spool_file="+INBOX"
set header_cache="${join(folder, 'headers')}"
set imap_condstore=yes
set imap_qresync=yes
set ssl_ca_certificates_file="${myco.authorityFile}"
set ssl_force_tls=yes
set quit=yes
set confirm_append=no
set delete=yes
set move=no
set wait_key=no
set pipe_decode=no
set pipe_split=yes
`;

/** Starts it in a terminal of its own and presses keys; it leaves at the end. */
async function press(keys: string): Promise<void> {
  const rc = join(folder, 'muttrc');
  const push = join(folder, 'push');
  writeFileSync(rc, `${settings()}source ${push}\n`);
  writeFileSync(push, `push "${keys}<exit>"\n`);
  const { code, said: shown } = await run('script', ['-qec', `neomutt -n -F ${rc}`, '/dev/null'], {
    env: { TERM: 'xterm', HOME: folder },
    patienceMs: 30_000,
  });
  expect(shown).not.toMatch(/rror:|refused|failed/);
  expect(code).toBe(0);
}

/** The subjects of the messages that a pattern chooses, in the order of the list. */
async function subjects(pattern: string): Promise<string[]> {
  const file = join(folder, 'subjects');
  rmSync(file, { force: true });
  const pipe = `<tag-prefix><pipe-message>grep -m1 Subject: >>${file}<enter>`;
  await press(`<tag-pattern>${pattern}<enter>${pipe}`);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').replaceAll('Subject: ', '').trim().split('\n');
}

/** What it sends while `task` runs. */
async function spoken(task: () => Promise<unknown>): Promise<string[]> {
  const before = said(myco).length;
  await task();
  return said(myco).slice(before);
}

const headers = (lines: readonly string[]) => lines.filter((line) => line.includes('HEADER.FIELDS'));

withTools('neomutt', ['neomutt', 'script'], () => {
  beforeAll(async () => {
    folder = makeFolder();
    myco = await startMyco({ members: ['ana'], settings: recorded });
    imap = await openImap(myco, 'ana');
    for (let index = 1; index <= 20; index++) {
      await imap.command('APPEND INBOX (\\Seen)', sampleMessage(`old ${index}`));
    }
    await imap.command('SELECT INBOX');
  });

  test('opens with CONDSTORE and QRESYNC on, and keeps the headers', async () => {
    const lines = await spoken(async () => {
      expect(await subjects('~A')).toEqual(Array.from({ length: 20 }, (_, at) => `old ${at + 1}`));
    });
    const text = lines.join('\n');
    expect(text).toMatch(/ENABLE QRESYNC/);
    expect(text).toMatch(/SELECT "…" \(CONDSTORE\)/);
    expect(headers(lines)).not.toEqual([]);
  });

  test('a mailbox where nothing happened is read from the header cache', async () => {
    const lines = await spoken(async () => expect(await subjects('~s old')).toHaveLength(20));
    expect(headers(lines)).toEqual([]);
    expect(lines.join('\n')).not.toMatch(/FETCH [\d:]+ \(UID FLAGS/);
  });

  test('after a while away: what vanished, what changed, what is new', async () => {
    await imap.command('STORE 3 +FLAGS.SILENT (\\Flagged)');
    await imap.command('STORE 5:7 +FLAGS.SILENT (\\Deleted)');
    await imap.command('EXPUNGE');
    await imap.command('APPEND INBOX', sampleMessage('brand new'));
    const lines = await spoken(async () => expect(await subjects('~A')).toHaveLength(18));
    expect(lines.join('\n')).toMatch(/UID FETCH 1:\d+ \(FLAGS\) \(CHANGEDSINCE \d+ VANISHED\)/);
    expect(await subjects('~F')).toEqual(['old 3']);
    expect(await subjects('~U')).toEqual(['brand new']);
    expect(await subjects('~s old')).toEqual(
      [1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20].map((index) => `old ${index}`),
    );
  });

  test('flags, copies and deletes; the server knows', async () => {
    await press('<first-entry><flag-message><last-entry><copy-message>=Archive<enter><sync-mailbox>');
    await press('<tag-pattern>~s old.1[0-9]<enter><tag-prefix><delete-message><sync-mailbox>');
    await imap.command('NOOP');
    const count = async (keys: string) =>
      (await imap.command(`SEARCH ${keys}`)).lines.join(' ').match(/\d+/g)?.length ?? 0;
    expect(await count('ALL')).toBe(8);
    expect(await count('FLAGGED')).toBe(2);
    expect((await imap.command('STATUS Archive (MESSAGES)')).lines.join(' ')).toContain('MESSAGES 1');
    expect(await subjects('~A')).toHaveLength(8);
  });
});
