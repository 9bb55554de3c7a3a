import { mkdirSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreError } from '../../base/index.ts';
import { flagBits, type MailWriter } from '../../stores/mail/index.ts';
import { describeEngines, openTestStores, type TestStores, temporaryFolder } from '../../testing/index.ts';
import { importBatchBytesMax, importBatchMax, importMessageBytesMax } from '../limits.ts';
import { exportMail } from './export.ts';
import { importMail } from './import.ts';
import { folderName, levelFolder } from './layout.ts';
import { readMaildir } from './maildir.ts';
import { readMbox } from './mbox.ts';
import { type Found, withCrlf } from './source.ts';

const account = 3;
const quiet = { progress: () => {}, signal: new AbortController().signal };

function maildir(root: string, folder: string, files: Record<string, string>, part = 'cur'): void {
  for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(root, folder, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, folder, part, name);
    writeFileSync(path, text);
    utimesSync(path, 1_600_000_000, 1_600_000_000);
  }
}

async function all(source: AsyncIterable<Found>) {
  const found: {
    mailbox: string;
    text: string;
    flags: number;
    keywords: readonly string[];
    received: unknown;
  }[] = [];
  for await (const one of source) {
    const text = (await one.read()).toString('latin1');
    found.push({
      mailbox: one.mailbox,
      text,
      flags: one.flags,
      keywords: one.keywords,
      received: one.received,
    });
  }
  return found;
}

describe('sources', () => {
  test('LF becomes CRLF, a file that has CRLF stays', () => {
    expect(withCrlf(Buffer.from('a\nb\n\nc')).toString()).toBe('a\r\nb\r\n\r\nc');
    expect(withCrlf(Buffer.from('a\r\nb\n')).toString()).toBe('a\r\nb\n');
  });

  test('Maildir, Maildir++ and nested folders, flags, keywords, times', async () => {
    const root = temporaryFolder();
    maildir(root, '', { 'a:2,FS': 'Subject: a\n\nx\n', 'b:2,Sb': 'Subject: b\n\ny\n' });
    maildir(root, '.Work.2026', { c: 'Subject: c\n\n' }, 'new');
    maildir(root, 'Plain/Sub', { 'd:2,TDR': 'Subject: d\n\n' });
    writeFileSync(join(root, 'dovecot-keywords'), '0 $Forwarded\n1 work\n');
    const found = await all(readMaildir(root));
    expect(found.map((one) => one.mailbox)).toEqual(['INBOX', 'INBOX', 'Work/2026', 'Plain/Sub']);
    const byText = new Map(found.map((one) => [one.text.split('\r\n')[0], one]));
    expect(byText.get('Subject: a')).toMatchObject({
      flags: flagBits.flagged | flagBits.seen,
      received: 1_600_000_000_000,
    });
    expect(byText.get('Subject: b')).toMatchObject({ flags: flagBits.seen, keywords: ['work'] });
    expect(byText.get('Subject: d')?.flags).toBe(flagBits.deleted | flagBits.draft | flagBits.answered);
  });

  test('a folder without a Maildir is named', async () => {
    const root = temporaryFolder();
    await expect(all(readMaildir(root))).rejects.toThrow(root);
  });

  test('mbox: several messages, quoted From lines, flags, times', async () => {
    const path = join(temporaryFolder(), 'mbox');
    writeFileSync(
      path,
      [
        'From ana@x Thu Jan  1 00:00:01 2026',
        'Subject: one',
        'Status: RO',
        'X-Keywords: work, play',
        '',
        '>From here on',
        '>>From deeper',
        'not\nFrom the start of a paragraph',
        '',
        'From - Fri Jan  2 10:20:30 2026',
        'Subject: two',
        '',
        '',
      ].join('\n'),
    );
    const [one, two] = await all(readMbox(path, 'Old'));
    expect(one?.text).toBe(
      'Subject: one\r\nStatus: RO\r\nX-Keywords: work, play\r\n\r\nFrom here on\r\n>From deeper\r\nnot\r\nFrom the start of a paragraph\r\n',
    );
    expect(one).toMatchObject({
      mailbox: 'Old',
      flags: flagBits.seen,
      keywords: ['work', 'play'],
      received: Date.UTC(2026, 0, 1, 0, 0, 1),
    });
    expect(two).toMatchObject({ text: 'Subject: two\r\n\r\n', received: Date.UTC(2026, 0, 2, 10, 20, 30) });
  });

  test('a file that is no mbox is refused', async () => {
    const path = join(temporaryFolder(), 'x');
    writeFileSync(path, 'Subject: x\n\n');
    await expect(all(readMbox(path, 'INBOX'))).rejects.toBeInstanceOf(StoreError);
  });

  test('levels of a mailbox name as folders and back', () => {
    for (const level of ['Work', '.hidden', 'cur', 'a/b', 'a%b', 'Ünter', 'x:y', '100%', 'tab\there']) {
      const folder = levelFolder(level);
      expect(folder).not.toMatch(/^\.|[/:\t]/);
      expect(['cur', 'new', 'tmp']).not.toContain(folder);
      expect(folderName(folder)).toBe(level);
    }
  });
});

describeEngines('import and export', (engine) => {
  let stores: TestStores;
  beforeEach(async () => {
    stores = await openTestStores(engine);
  });
  afterEach(() => stores.close());

  async function contentOf(mail: MailWriter, name: string) {
    const mailbox = await mail.find(account, name);
    const messages: { text: string; flags: number; keywords: string; received: number }[] = [];
    for await (const rows of mail.scan(account, mailbox.id, 1, mailbox.uidNext)) {
      for (const { email, flags, keywords, received } of rows) {
        const hash = (await mail.contents(account, [email])).get(email)?.hash ?? '';
        messages.push({ text: (await mail.bytes(hash)).toString('latin1'), flags, keywords, received });
      }
    }
    return messages.sort((a, b) => (a.text < b.text ? -1 : 1));
  }

  test('what is exported and imported into another account is the same, and importing again adds nothing', async () => {
    const { mail } = stores;
    const root = temporaryFolder();
    maildir(root, '', { 'a:2,FSb': 'Subject: a\n\nx\n', 'b:2,': 'Subject: b\n\ny\n' });
    maildir(root, '.Ünter.cur', { 'c:2,T': 'Subject: c\n\n' });
    writeFileSync(join(root, 'dovecot-keywords'), '1 $Work\n');
    const first = await importMail(mail, account, readMaildir(root), quiet);
    expect(first).toEqual({ messages: 3, known: 0, refused: [] });
    expect(await importMail(mail, account, readMaildir(root), quiet)).toEqual({
      messages: 0,
      known: 3,
      refused: [],
    });
    expect(await contentOf(mail, 'INBOX')).toMatchObject([
      {
        text: 'Subject: a\r\n\r\nx\r\n',
        flags: flagBits.flagged | flagBits.seen,
        keywords: '$Work',
        received: 1_600_000_000_000,
      },
      { text: 'Subject: b\r\n\r\ny\r\n', flags: 0, keywords: '' },
    ]);

    const out = join(temporaryFolder(), 'mail');
    const inbox = (await mail.find(account, 'INBOX')).id;
    const grant = { account, mailbox: inbox, mode: 'replace', negative: false } as const;
    await mail.sharing.grant({ ...grant, grantee: 99, rights: 'lr' });
    await mail.sharing.setMetadata({ account, mailbox: inbox }, [
      { owner: account, entry: '/comment', value: Buffer.from('mine') },
    ]);
    const addressOf = async (member: number) => `m${member}@x`;
    expect(await exportMail(mail, account, out, quiet, addressOf)).toBe(3);
    const index = JSON.parse(readFileSync(join(out, 'mailboxes.json'), 'utf8'));
    expect(index[0]).toMatchObject({
      name: 'INBOX',
      shared: [{ with: 'm99@x', rights: 'lr', denied: '' }],
      annotations: { '/private/comment': Buffer.from('mine').toString('base64') },
    });
    expect(index[1]).not.toHaveProperty('shared');
    const lines = readFileSync(join(out, 'messages.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).keywords).sort()).toEqual(['', '$Work']);
    expect(readdirSync(join(out, 'cur'))).toHaveLength(2);

    const before = { inbox: await contentOf(mail, 'INBOX'), other: await contentOf(mail, 'Ünter/cur') };
    await mail.erase(account);
    expect((await mail.find(account, 'INBOX')).messages).toBe(0);
    expect((await importMail(mail, account, readMaildir(out), quiet)).messages).toBe(3);
    expect({ inbox: await contentOf(mail, 'INBOX'), other: await contentOf(mail, 'Ünter/cur') }).toEqual(
      before,
    );
  });
});

test('folders that would stand before what is shared go below Imported', async () => {
  const asked: string[] = [];
  const mail = {
    find: async (_: number, name: string) => {
      asked.push(name);
      return { id: asked.length, uidNext: 1 };
    },
    scan: async function* () {},
    stage: async () => ({ blob: { hash: '', size: 1, place: null }, parsed: {} }),
    append: async () => [],
    discard: () => {},
  } as unknown as MailWriter;
  async function* found(): AsyncGenerator<Found> {
    for (const mailbox of ['Public/News', 'Other Users', 'Publications', 'public']) {
      const read = async () => Buffer.from('x');
      yield { mailbox, read, flags: 0, keywords: [], received: undefined, place: mailbox };
    }
  }
  await importMail(mail, account, found(), quiet);
  expect(asked).toEqual(['Imported/Public/News', 'Imported/Other Users', 'Publications', 'public']);
});

describe('limits of an import', () => {
  /** A store that takes everything and tells what it was given at once. */
  function counting(): { mail: MailWriter; batches: { count: number; bytes: number }[] } {
    const batches: { count: number; bytes: number }[] = [];
    let staged = 0;
    const mail = {
      find: async () => ({ id: 1, uidNext: 1 }),
      scan: async function* () {},
      stage: async (data: Buffer) => ({
        blob: { hash: String(staged++), size: data.length, place: null },
        parsed: {},
      }),
      append: async (_: number, __: number, incoming: readonly { blob: { size: number } }[]) => {
        batches.push({
          count: incoming.length,
          bytes: incoming.reduce((sum, one) => sum + one.blob.size, 0),
        });
        return [];
      },
      discard: () => {},
    };
    return { mail: mail as unknown as MailWriter, batches };
  }

  async function* messages(count: number, bytes: number): AsyncGenerator<Found> {
    for (let at = 0; at < count; at++) {
      const read = async () => Buffer.alloc(bytes);
      yield { mailbox: 'INBOX', read, flags: 0, keywords: [], received: undefined, place: String(at) };
    }
  }

  test('at most importBatchMax messages in one transaction', async () => {
    const { mail, batches } = counting();
    expect((await importMail(mail, account, messages(importBatchMax * 2 + 1, 10), quiet)).messages).toBe(
      importBatchMax * 2 + 1,
    );
    expect(batches.map((one) => one.count)).toEqual([importBatchMax, importBatchMax, 1]);
  });

  test('a transaction ends once it holds importBatchBytesMax', async () => {
    const { mail, batches } = counting();
    const bytes = importBatchBytesMax / 4 + 1;
    await importMail(mail, account, messages(9, bytes), quiet);
    expect(batches.map((one) => one.count)).toEqual([4, 4, 1]);
  });

  test('when a mailbox cannot be written, what was meant for the others is let go', async () => {
    const held = new Set<string>();
    const { mail } = counting();
    const failing = {
      ...mail,
      find: async (_: number, name: string) => ({ id: name.length, uidNext: 1 }),
      stage: async (data: Buffer) => {
        const blob = { hash: data.toString(), size: data.length, place: null };
        held.add(blob.hash);
        return { blob, parsed: {} };
      },
      append: async (_: number, id: number, incoming: readonly { blob: { hash: string } }[]) => {
        for (const { blob } of incoming) held.delete(blob.hash);
        if (id === 2) throw new Error('the disk is gone');
        return [];
      },
      discard: ({ hash }: { hash: string }) => void held.delete(hash),
    } as unknown as MailWriter;
    async function* found(): AsyncGenerator<Found> {
      for (const mailbox of ['1', '22', '333', '4444']) {
        const read = async () => Buffer.from(mailbox);
        yield { mailbox, read, flags: 0, keywords: [], received: undefined, place: mailbox };
      }
    }
    await expect(importMail(failing, account, found(), quiet)).rejects.toThrow('the disk is gone');
    expect([...held]).toEqual([]);
  });

  test('a message that cannot be kept is passed over and named', async () => {
    const { mail } = counting();
    const picky = {
      ...mail,
      stage: async () => {
        throw new StoreError('invalid', 'a NUL');
      },
    } as unknown as MailWriter;
    const { messages: count, refused } = await importMail(picky, account, messages(2, 10), quiet);
    expect(count).toBe(0);
    expect(refused).toEqual([
      { place: '0', reason: 'a NUL' },
      { place: '1', reason: 'a NUL' },
    ]);
  });

  test('a line without end is refused at importMessageBytesMax, not held', async () => {
    const path = join(temporaryFolder(), 'mbox');
    writeFileSync(path, 'From x Thu Jan  1 00:00:01 2026\n');
    truncateSync(path, importMessageBytesMax + 1024 * 1024);
    await expect(all(readMbox(path, 'INBOX'))).rejects.toThrow('a line that does not end');
  });
});
