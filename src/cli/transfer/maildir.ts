import { opendir, readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { StoreError } from '../../base/index.ts';
import { folderName, readIndex } from './layout.ts';
import { type Found, readMaildirFlags, withCrlf } from './source.ts';

const holds = ['cur', 'new'] as const;

async function isMaildir(folder: string): Promise<boolean> {
  const entries: string[] = await readdir(folder).catch(() => []);
  return entries.includes('cur') && entries.includes('new');
}

/** Every Maildir at or below a folder. Symbolic links are not followed. */
async function* maildirs(folder: string): AsyncGenerator<string> {
  if (await isMaildir(folder)) yield folder;
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory() && !['cur', 'new', 'tmp'].includes(entry.name)) {
      yield* maildirs(join(folder, entry.name));
    }
  }
}

/** Dovecot's keywords: letters a to z of file names stand for lines `0 $Forwarded` of this file. */
async function readKeywords(folder: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(folder, 'dovecot-keywords'), 'utf8').catch(() => '');
  const keywords = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^(\d{1,2}) (\S+)$/.exec(line.trim());
    if (match) keywords.set(String.fromCharCode(97 + Number(match[1])), match[2] as string);
  }
  return keywords;
}

/** `.Work.2026` (Maildir++) and `Work/2026` both name Work/2026; the top is INBOX. */
function mailboxOf(root: string, folder: string): string {
  const path = relative(root, folder);
  if (path === '') return 'INBOX';
  const levels = path
    .split(sep)
    .flatMap((level) => (level.startsWith('.') ? level.slice(1).split('.') : [folderName(level)]));
  return levels.join('/');
}

/** The messages of a Maildir tree. StoreError 'not-found' where there is none at `root`. */
export async function* readMaildir(root: string): AsyncGenerator<Found> {
  const index = await readIndex(root);
  let any = false;
  for await (const folder of maildirs(root)) {
    any = true;
    const mailbox = index.get(relative(root, folder)) ?? mailboxOf(root, folder);
    const keywords = await readKeywords(folder);
    for (const hold of holds) {
      for await (const entry of await opendir(join(folder, hold))) {
        if (!entry.isFile() || entry.name.startsWith('.')) continue;
        const path = join(folder, hold, entry.name);
        const letters = /:2,([A-Za-z]*)$/.exec(entry.name)?.[1] ?? '';
        const named = [...letters].map((letter) => keywords.get(letter)).filter((word) => word !== undefined);
        yield {
          mailbox,
          read: async () => withCrlf(await readFile(path)),
          flags: readMaildirFlags(letters),
          keywords: named,
          received: Math.floor((await stat(path)).mtimeMs / 1000) * 1000,
          place: path,
        };
      }
    }
  }
  if (!any) throw new StoreError('not-found', `there is no Maildir (a folder with cur and new) at ${root}`);
}
