import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Mailbox, type MailReader, type MessageRow, sharedOwner } from '../../stores/mail/index.ts';
import type { Session } from '../admin/index.ts';
import { type Index, indexName, levelFolder } from './layout.ts';
import { writeMaildirFlags } from './source.ts';

/** Dovecot's keywords file has room for 26; more are kept in messages.jsonl alone. */
const maildirKeywordsMax = 26;

async function writeDurably(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
}

/** Letters a, b, … for the keywords of one mailbox, in the order they are met. */
class KeywordLetters {
  readonly #letters = new Map<string, string>();

  lettersOf(keywords: string): string {
    let letters = '';
    for (const keyword of keywords === '' ? [] : keywords.split(' ')) {
      let letter = this.#letters.get(keyword);
      if (!letter && this.#letters.size < maildirKeywordsMax) {
        letter = String.fromCharCode(97 + this.#letters.size);
        this.#letters.set(keyword, letter);
      }
      letters += letter ?? '';
    }
    return [...letters].sort().join('');
  }

  file(): string {
    return [...this.#letters.keys()].map((keyword, at) => `${at} ${keyword}\n`).join('');
  }
}

async function writeMessage(
  mail: MailReader,
  folder: string,
  name: string,
  row: MessageRow,
  hash: string,
): Promise<void> {
  const temporary = join(folder, 'tmp', name);
  await pipeline(mail.stream(hash), createWriteStream(temporary, { mode: 0o600, flush: true }));
  // Maildir readers take the file's time for INTERNALDATE.
  await utimes(temporary, row.received / 1000, row.received / 1000);
  await rename(temporary, join(folder, 'cur', name));
}

async function exportMailbox(
  mail: MailReader,
  account: number,
  mailbox: Mailbox,
  folder: string,
  done: () => void,
  signal: AbortSignal,
): Promise<void> {
  for (const part of ['cur', 'new', 'tmp']) await mkdir(join(folder, part), { recursive: true, mode: 0o700 });
  const letters = new KeywordLetters();
  const log = await open(join(folder, 'messages.jsonl'), 'w', 0o600);
  try {
    for await (const rows of mail.scan(account, mailbox.id, 1, mailbox.uidNext)) {
      for (let at = 0; at < rows.length; at += 100) {
        const page = rows.slice(at, at + 100);
        const contents = await mail.contents(
          account,
          page.map((row) => row.email),
        );
        for (const row of page) {
          signal.throwIfAborted();
          const content = contents.get(row.email);
          if (!content) continue;
          const flags = `${writeMaildirFlags(row.flags)}${letters.lettersOf(row.keywords)}`;
          const name = `${Math.floor(row.received / 1000)}.M${mailbox.id}U${row.uid}.myco,S=${row.size}:2,${flags}`;
          await writeMessage(mail, folder, name, row, content.hash);
          const { uid, keywords, received, receivedZone, size } = row;
          await log.write(
            `${JSON.stringify({ file: name, uid, flags: row.flags, keywords, received, receivedZone, size, sha256: content.hash })}\n`,
          );
          done();
        }
      }
    }
    await log.sync();
  } finally {
    await log.close();
  }
  const keywords = letters.file();
  if (keywords !== '') await writeDurably(join(folder, 'dovecot-keywords'), keywords);
}

/** What the member granted to others, and wrote beside the mailbox; left out where that is nothing. */
async function sharedAndAnnotated(
  mail: MailReader,
  account: number,
  mailbox: Mailbox,
  addressOf: (member: number) => Promise<string>,
): Promise<Pick<Index[number], 'shared' | 'annotations'>> {
  const shared: NonNullable<Index[number]['shared']> = [];
  for (const { grantee, rights, denied } of await mail.sharing.grants(account, mailbox.id)) {
    shared.push({ with: await addressOf(grantee), rights, denied });
  }
  const queries = [account, sharedOwner].map((owner) => ({ owner, entry: '', depth: 'infinity' as const }));
  const place = { account, mailbox: mailbox.id };
  const annotations: Record<string, string> = {};
  for (const { owner, entry, value } of (await mail.sharing.metadata(place, queries, null)).entries) {
    const name = `${owner === sharedOwner ? '/shared' : '/private'}${entry}`;
    if (value !== null) annotations[name] = value.toString('base64');
  }
  return {
    ...(shared.length > 0 ? { shared } : {}),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}

/**
 * Writes all mail of an account as Maildirs below `dir`, with `mailboxes.json` (names, special uses, subscriptions) and a
 * `messages.jsonl` in each: everything another server, or another myco, needs to take it over.
 */
export async function exportMail(
  mail: MailReader,
  account: number,
  dir: string,
  session: Session,
  addressOf: (member: number) => Promise<string>,
): Promise<number> {
  let messages = 0;
  const index: Index = [];
  const total = (await mail.quota(account)).messages;
  const done = () => {
    messages++;
    if (messages % 100 === 0) session.progress({ what: 'messages exported', done: messages, total });
  };
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const { name, mailbox, subscribed } of await mail.list(account)) {
    if (!mailbox) continue;
    const folder = name === 'INBOX' ? '' : name.split('/').map(levelFolder).join('/');
    await exportMailbox(mail, account, mailbox, join(dir, folder), done, session.signal);
    const { specialUse, uidValidity } = mailbox;
    const more = await sharedAndAnnotated(mail, account, mailbox, addressOf);
    index.push({ folder, name, specialUse, subscribed, uidValidity, ...more });
  }
  await writeDurably(join(dir, indexName), `${JSON.stringify(index, null, 2)}\n`);
  return messages;
}
