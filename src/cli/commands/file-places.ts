import { type Member, publicAccount } from '../../accounts/index.ts';
import { FormatError, parseSize, StoreError } from '../../base/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import type { FileNode } from '../../stores/files/index.ts';
import { UsageError } from '../exit.ts';
import { memberAt } from './member.ts';

/** How the co-op's own tree is named where a member's address could stand. */
export const coop = 'coop';

/** Whose tree an operator means: a member's, or the co-op's. */
export async function treeOf(rooms: Rooms, text: string): Promise<{ account: number; name: string }> {
  if (text === coop) return { account: publicAccount, name: 'the co-op' };
  const member: Member = await memberAt(rooms, text);
  return { account: member.id, name: member.address };
}

/** `Letters/a.txt` -> the names. */
export const namesOf = (path: string) => path.split('/').filter((name) => name !== '');

/** StoreError 'not-found'. */
export async function nodeAt({ files }: Rooms, account: number, path: string): Promise<FileNode> {
  await files.root(account);
  const { chain, missing } = await files.find(account, namesOf(path));
  const node = chain.at(-1);
  if (!node || missing.length > 0) throw new StoreError('not-found', `there is no ${path}`);
  return node;
}

/** `2027-01-31` -> the end of that day, ms since 1970 (UTC); 0 for nothing. */
export function untilOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T23:59:59Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw new UsageError(`'${text}' is no day; write it as 2027-01-31`);
  return ms;
}

/** `20GiB` -> bytes; null for what the settings say. */
export function quotaOf(text: string): number | null {
  if (text === 'usual') return null;
  try {
    return parseSize(text);
  } catch (error) {
    if (error instanceof FormatError) throw new UsageError(error.message);
    throw error;
  }
}
