import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
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

/** Half of them begin on each side. */
const messagesCount = 2_000;
const inboxShare = 800;
const arrivedMs = Date.UTC(2021, 4, 6, 7, 8, 9);

let myco: Myco;
let folder: string;
afterAll(async () => {
  await stopAll();
  removeFolder(folder);
});

const boxes = () => join(folder, 'mail');
const maildir = (name: string) => (name === 'INBOX' ? join(folder, 'inbox') : join(boxes(), name));

function writeConfig(account = ''): string {
  const path = join(folder, 'mbsyncrc');
  writeFileSync(
    path,
    `IMAPAccount coop
Host localhost
Port ${myco.port('imaps')}
User ${member('ana')}
Pass "${password}"
SSLType IMAPS
SystemCertificates no
CertificateFile ${myco.authorityFile}
${account}
IMAPStore far
Account coop

MaildirStore near
Path ${boxes()}/
Inbox ${maildir('INBOX')}
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Remove None
Expunge Both
CopyArrivalDate yes
SyncState *
`,
  );
  return path;
}

async function sync(account?: string): Promise<void> {
  const { code, said } = await run('mbsync', ['-c', writeConfig(account), 'all'], { patienceMs: 100_000 });
  expect(said.replace(/^Maildir notice: .*\n/gm, '')).toBe('');
  expect(code).toBe(0);
}

/** One message as both sides tell it: hash of its bytes with CRLF, flags as Maildir letters, arrival in seconds. */
interface Item {
  readonly hash: string;
  readonly flags: string;
  readonly arrived: number;
}

const letters: Readonly<Record<string, string>> = {
  '\\Seen': 'S',
  '\\Flagged': 'F',
  '\\Answered': 'R',
  '\\Deleted': 'T',
  '\\Draft': 'D',
};

/** The token by which mbsync finds its own upload again; it is not part of the message. */
const withoutToken = (bytes: Buffer) =>
  Buffer.from(bytes.toString('latin1').replace(/^X-TUID: .*\r\n/m, ''), 'latin1');
const byHash = (items: readonly Item[]) => new Map(items.map((item) => [item.hash, item]));

const filesIn = (name: string, place: 'cur' | 'new') => readdirSync(join(maildir(name), place));

/** Sets the flags of a message as a mail reader does: by its file name. */
function rename(name: string, place: 'cur' | 'new', file: string, flags: string): void {
  renameSync(
    join(maildir(name), place, file),
    join(maildir(name), 'cur', `${file.replace(/:2,.*$/, '')}:2,${flags}`),
  );
}

function near(name: string): Map<string, Item> {
  const items: Item[] = [];
  for (const place of ['cur', 'new'] as const) {
    for (const file of filesIn(name, place)) {
      const path = join(maildir(name), place, file);
      const bytes = Buffer.from(readFileSync(path, 'latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
      const flags = (/:2,(\w*)$/.exec(file)?.[1] ?? '').split('').sort().join('');
      items.push({
        hash: sha256(withoutToken(bytes)),
        flags,
        arrived: Math.floor(statSync(path).mtimeMs / 1000),
      });
    }
  }
  return byHash(items);
}

async function far(imap: ImapClient, name: string): Promise<Map<string, Item>> {
  await imap.command(`EXAMINE ${name}`);
  const items: Item[] = [];
  const { lines } = await imap.command('FETCH 1:* (FLAGS INTERNALDATE BODY.PEEK[])');
  for (const line of lines) {
    const match = /^\* \d+ FETCH \(FLAGS \(([^)]*)\) INTERNALDATE "([^"]*)" BODY\[\] \{(\d+)\}\r\n/.exec(
      line,
    );
    if (!match) continue;
    const [head, flagList = '', date = '', size] = match;
    const bytes = Buffer.from(line.slice(head.length, head.length + Number(size)), 'latin1');
    const flags = flagList.split(' ').flatMap((flag) => letters[flag] ?? []);
    const arrived = Date.parse(date.trim().replace(/^(\d+)-(\w+)-(\d+)/, '$1 $2 $3')) / 1000;
    items.push({ hash: sha256(withoutToken(bytes)), flags: flags.sort().join(''), arrived });
  }
  return byHash(items);
}

/** What a sync that has nothing to do leaves as it is: names of files, and on the server modseq, uids and epoch. */
async function state(imap: ImapClient): Promise<unknown> {
  const names = readdirSync(boxes()).sort();
  const files = ['INBOX', ...names].map((name) => [...filesIn(name, 'cur'), ...filesIn(name, 'new')].sort());
  const { lines } = await imap.command(
    'LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ UNSEEN))',
  );
  const status = lines.filter((line) => line.startsWith('* STATUS')).sort();
  return { names, files, status };
}

async function expectAlike(imap: ImapClient, name: string, count: number): Promise<void> {
  const [here, there] = [near(name), await far(imap, name)];
  expect(here.size).toBe(count);
  expect(there).toEqual(here);
}

const body = (index: number) =>
  `${'line of text; äöü ☂\r\n'.repeat(1 + (index % 40))}.\r\n\r\nFrom here\r\n${index}`;

function writeNear(name: string, index: number): void {
  for (const place of ['cur', 'new', 'tmp']) mkdirSync(join(maildir(name), place), { recursive: true });
  const flags = ['', 'S', 'FS', 'RS', 'D'][index % 5] ?? '';
  const path = join(
    maildir(name),
    flags === '' ? 'new' : 'cur',
    `${arrivedMs}.${index}.near${flags === '' ? '' : `:2,${flags}`}`,
  );
  writeFileSync(path, sampleMessage(`near ${index}`, body(index)).replaceAll('\r\n', '\n'));
  const arrived = arrivedMs / 1000 + index;
  utimesSync(path, arrived, arrived);
}

const appendDate = (index: number) => {
  const [, day, month, year, time] =
    /(\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(arrivedMs + index * 1000).toUTCString()) ?? [];
  return `"${day}-${month}-${year} ${time} +0000"`;
};

/** Appends without waiting for answers, as LITERAL+ allows. */
async function appendMany(imap: ImapClient, name: string, indexes: readonly number[]): Promise<void> {
  const pieces = indexes.flatMap((index) => {
    const message = sampleMessage(`far ${index}`, body(index));
    const flags = ['', '\\Seen', '\\Flagged \\Seen', '\\Answered', '\\Draft'][index % 5];
    return [
      `x APPEND ${name} (${flags}) ${appendDate(index)} {${Buffer.byteLength(message)}+}\r\n`,
      message,
      '\r\n',
    ];
  });
  await imap.socket.send(pieces.join(''));
  for (const index of indexes) {
    const line = await imap.line();
    if (!line?.startsWith('x OK [APPENDUID ')) throw new Error(`APPEND ${index}: ${line}`);
  }
}

withTools('mbsync', ['mbsync'], () => {
  let imap: ImapClient;
  beforeAll(async () => {
    folder = makeFolder();
    mkdirSync(boxes());
    myco = await startMyco({ members: ['ana'], folder, settings: recorded });
    imap = await openImap(myco, 'ana');
  });

  test(`${messagesCount} messages and new folders, both ways, byte for byte`, async () => {
    const half = messagesCount / 2;
    const indexes = Array.from({ length: half }, (_, index) => index);
    await imap.command('CREATE Archive/2024');
    await imap.command('CREATE Entw&APw-rfe');
    await appendMany(imap, 'INBOX', indexes.slice(0, inboxShare));
    await appendMany(imap, 'Archive/2024', indexes.slice(inboxShare));
    for (const index of indexes) writeNear(index < inboxShare ? 'INBOX' : 'Projects', index);
    await sync();
    await expectAlike(imap, 'INBOX', 2 * inboxShare);
    await expectAlike(imap, 'Archive/2024', half - inboxShare);
    await expectAlike(imap, 'Projects', half - inboxShare);
    expect(readdirSync(boxes())).toContain('Entw&APw-rfe');
    expect([...near('INBOX').values()].map(({ flags }) => flags)).toContain('FS');
  });

  test('a second sync does nothing', async () => {
    const before = await state(imap);
    await sync();
    expect(await state(imap)).toEqual(before);
  });

  test('flags travel both ways', async () => {
    await imap.command('SELECT INBOX');
    await imap.command('STORE 1:50 +FLAGS.SILENT (\\Flagged \\Answered)');
    await imap.command('STORE 51:60 FLAGS.SILENT ()');
    const changed = filesIn('Projects', 'new').slice(0, 20);
    for (const file of changed) rename('Projects', 'new', file, 'FRS');
    expect(changed).toHaveLength(20);
    await sync();
    await expectAlike(imap, 'INBOX', 2 * inboxShare);
    await expectAlike(imap, 'Projects', messagesCount / 2 - inboxShare);
    expect([...(await far(imap, 'Projects')).values()].filter(({ flags }) => flags === 'FRS')).toHaveLength(
      20,
    );
  });

  test('expunges travel both ways', async () => {
    await imap.command('SELECT INBOX');
    await imap.command('STORE 11:30 +FLAGS.SILENT (\\Deleted)');
    expect((await imap.command('EXPUNGE')).lines.filter((line) => line.endsWith('EXPUNGE'))).toHaveLength(20);
    const [first = ''] = filesIn('Archive/2024', 'cur');
    rmSync(join(maildir('Archive/2024'), 'cur', first));
    const marked = filesIn('INBOX', 'cur')
      .filter((file) => file.includes('.near'))
      .slice(0, 10);
    for (const file of marked) rename('INBOX', 'cur', file, 'ST');
    expect(marked).toHaveLength(10);
    await sync();
    await expectAlike(imap, 'Archive/2024', messagesCount / 2 - inboxShare - 1);
    await expectAlike(imap, 'INBOX', 2 * inboxShare - 30);
  });

  const fewest = 'DisableExtension COMPRESS=DEFLATE UIDPLUS LITERAL+ MOVE NAMESPACE\nPipelineDepth 1\n';
  test.each([
    ['all that it knows', '', true],
    ['no compression', 'DisableExtension COMPRESS=DEFLATE\n', false],
    ['no extension, one command at a time', fewest, false],
  ])('it comes to the same with %s', async (_name, account, compressed) => {
    await imap.command('UNSELECT');
    const count = near('INBOX').size;
    const index = messagesCount + count;
    await appendMany(imap, 'INBOX', [index, index + 1]);
    writeNear('INBOX', index + 2);
    writeNear('INBOX', index + 3);
    const before = said(myco).length;
    await sync(account);
    expect(said(myco).slice(before).join('\n').includes('COMPRESS DEFLATE')).toBe(compressed);
    await expectAlike(imap, 'INBOX', count + 4);
    const still = await state(imap);
    await sync(account);
    expect(await state(imap)).toEqual(still);
  });

  test('after a restart nothing has changed: no uid, no epoch, no modseq', async () => {
    const before = await state(imap);
    await imap.close();
    expect(await myco.stop()).toEqual({ code: 0, signal: null });
    myco = await startMyco({ folder });
    imap = await openImap(myco, 'ana');
    expect(await state(imap)).toEqual(before);
    await sync();
    expect(await state(imap)).toEqual(before);
  });
});
