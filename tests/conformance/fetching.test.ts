import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

// Programs that empty a mailbox, or put its mail in order: fetchmail, getmail, imapfilter.

const bodies = [
  'plain\r\n',
  'Grüße, 8 bit ☂\r\n',
  '.\r\n..\r\nFrom me\r\n',
  `${'long '.repeat(150)}\r\n`,
  '',
];
const messages = bodies.map((body, index) => sampleMessage(`m${index + 1}`, body));

let myco: Myco;
let folder: string;
beforeAll(async () => {
  folder = makeFolder();
  myco = await startMyco({ members: ['fay', 'gus', 'ida'] });
});
afterAll(async () => {
  await stopAll();
  if (folder !== undefined) removeFolder(folder);
});

async function filled(name: string): Promise<ImapClient> {
  const imap = await openImap(myco, name);
  for (const message of messages) await imap.command('APPEND INBOX', message);
  await imap.command('SELECT INBOX');
  return imap;
}

async function found(imap: ImapClient, keys: string): Promise<string[]> {
  await imap.command('NOOP');
  const { lines } = await imap.command(`SEARCH ${keys}`);
  return /^\* SEARCH ?(.*)$/m.exec(lines.join('\n'))?.[1]?.split(' ').filter(Boolean) ?? [];
}

withTools('fetchmail', ['fetchmail'], () => {
  const fetch = async (...more: string[]) => {
    const rc = join(folder, 'fetchmailrc');
    writeFileSync(
      rc,
      `poll localhost service ${myco.port('imaps')} protocol IMAP
  username "${member('fay')}" password "${password}"
  ssl sslcertck sslcertfile "${myco.authorityFile}"
  mda "cat >>${join(folder, 'fetched')}" ${more.join(' ')}
`,
    );
    chmodSync(rc, 0o600);
    const env = { HOME: folder, FETCHMAILHOME: folder };
    return run('fetchmail', ['-f', rc, '--nosyslog', '-v', '--pidfile', join(folder, 'fetchmail.pid')], {
      env,
    });
  };

  test('keeps what it is told to keep, and takes away the rest', async () => {
    const imap = await filled('fay');
    const kept = await fetch('keep');
    expect(kept.code, kept.said).toBe(0);
    expect(await found(imap, 'SEEN')).toEqual(['1', '2', '3', '4', '5']);
    const text = readFileSync(join(folder, 'fetched'), 'utf8');
    for (let index = 1; index <= 5; index++) expect(text).toContain(`Subject: m${index}\n`);
    expect(text).toContain('Grüße, 8 bit ☂');
    // Nothing new: fetchmail says so by 1.
    expect((await fetch('keep')).code).toBe(1);
    await imap.command('APPEND INBOX', sampleMessage('m6'));
    const flushed = await fetch('no keep', 'fetchall');
    expect(flushed.code, flushed.said).toBe(0);
    expect(await found(imap, 'ALL')).toEqual([]);
    expect(readFileSync(join(folder, 'fetched'), 'utf8')).toContain('Subject: m6\n');
  });
});

withTools('getmail', ['getmail'], () => {
  test('every message once, byte for byte, then none is left', async () => {
    const imap = await filled('gus');
    const to = join(folder, 'gotten');
    mkdirSync(to);
    const get = (options: string) => {
      writeFileSync(
        join(folder, 'getmailrc'),
        `[retriever]
type = SimpleIMAPSSLRetriever
server = localhost
port = ${myco.port('imaps')}
username = ${member('gus')}
password = ${password}
ca_certs = ${myco.authorityFile}
mailboxes = ("INBOX",)
[destination]
type = MDA_external
path = /bin/sh
arguments = ("-c", "cat >${to}/$$")
allow_root_commands = true
[options]
delivered_to = false
received = false
${options}
`,
      );
      return run('getmail', ['--getmaildir', folder, '--rcfile', 'getmailrc'], { env: { HOME: folder } });
    };
    // What it adds to the header itself.
    const gotten = () =>
      readdirSync(to)
        .map((name) => readFileSync(join(to, name), 'utf8').replace(/\r?\n/g, '\r\n'))
        .map((text) => text.replaceAll(/^(?:Return-Path|Delivered-To|X-getmail-[\w-]+): .*\r\n/gm, ''));
    const first = await get('read_all = false\ndelete = false');
    expect(first.code, first.said).toBe(0);
    expect(gotten().sort()).toEqual(messages.toSorted());
    const again = await get('read_all = false\ndelete = true');
    expect(again.code, again.said).toBe(0);
    expect(gotten()).toHaveLength(5);
    expect(await found(imap, 'ALL')).toEqual([]);
  });
});

withTools('imapfilter', ['imapfilter'], () => {
  test('searches by every key, moves, copies, flags and deletes', async () => {
    const imap = await filled('ida');
    const script = join(folder, 'filter.lua');
    const out = join(folder, 'filtered');
    writeFileSync(
      script,
      `options.timeout = 20
options.create = true
options.subscribe = true
account = IMAP { server = 'localhost', port = ${myco.port('imaps')}, username = '${member('ida')}',
  password = '${password}', ssl = 'auto' }
file = io.open('${out}', 'w')
function tell(name, set) file:write(name, ' ', #set, '\\n') end
mailboxes, folders = account:list_all()
file:write('mailboxes ', #mailboxes, '\\n')
all, recent, unseen, uidnext = account.INBOX:check_status()
file:write('status ', all, ' ', unseen, ' ', uidnext, '\\n')
tell('all', account.INBOX:select_all())
tell('unseen', account.INBOX:is_unseen())
tell('subject', account.INBOX:contain_subject('M3'))
tell('body', account.INBOX:contain_body('plain'))
tell('from', account.INBOX:contain_from('carla@'))
tell('larger', account.INBOX:is_larger(600))
tell('older', account.INBOX:is_older(1))
tell('match', account.INBOX:match_subject('^m[12]$'))
account.INBOX:contain_subject('m1'):move_messages(account['Sorted/One'])
account.INBOX:contain_subject('m2'):copy_messages(account['Sorted/Two'])
account.INBOX:contain_subject('m3'):mark_flagged()
account.INBOX:contain_subject('m4'):mark_seen()
account.INBOX:contain_subject('m5'):delete_messages()
account['Sorted/Two']:select_all():add_flags({ 'sorted' })
file:close()
`,
    );
    const ran = await run('imapfilter', ['-c', script, '-t', myco.authorityFile], { env: { HOME: folder } });
    expect(ran.code, ran.said).toBe(0);
    expect(existsSync(out), ran.said).toBe(true);
    expect(readFileSync(out, 'utf8').trim().split('\n')).toEqual([
      'mailboxes 6',
      'status 5 5 6',
      'all 5',
      'unseen 5',
      'subject 1',
      'body 1',
      'from 5',
      'larger 1',
      'older 0',
      'match 2',
    ]);
    expect(await found(imap, 'ALL')).toHaveLength(3);
    expect(await found(imap, 'FLAGGED SUBJECT m3')).toHaveLength(1);
    expect(await found(imap, 'SEEN SUBJECT m4')).toHaveLength(1);
    await imap.command('SELECT Sorted/Two');
    expect(await found(imap, 'KEYWORD sorted SUBJECT m2')).toEqual(['1']);
    expect((await imap.command('STATUS Sorted/One (MESSAGES)')).lines.join(' ')).toContain('MESSAGES 1');
  });
});
