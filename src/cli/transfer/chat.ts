import { createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StoreError } from '../../base/index.ts';
import {
  type OwnCards,
  type PortableAccount,
  type PortableImport,
  portableBytesMax,
  readPortable,
  writePortable,
} from '../../chat/index.ts';
import type { Conversations } from '../../stores/conversations/index.ts';

/** Writes all of an account's chat as one document of XEP-0227. */
export async function exportChat(store: Conversations, who: PortableAccount, file: string): Promise<void> {
  const target = createWriteStream(file, { mode: 0o600, flush: true });
  await pipeline(Readable.from(writePortable(store, who)), target);
}

/** Puts what such a document holds into the account; what is there already stays. StoreError 'too-large', 'invalid'. */
export async function importChat(
  store: Conversations,
  who: PortableAccount,
  file: string,
  cards: OwnCards,
): Promise<PortableImport> {
  if ((await stat(file)).size > portableBytesMax)
    throw new StoreError('too-large', `a file of chat has at most ${portableBytesMax} bytes`);
  return readPortable(store, who, await readFile(file, 'utf8'), cards);
}
