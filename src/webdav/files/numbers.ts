import { publicAccount } from '../../accounts/index.ts';
import type { FileNode } from '../../stores/files/index.ts';

/** Nodes that one account can have numbers for; with as many accounts it stays below 2^53. */
const nodesMax = 2 ** 31;

/** One number for a node among those of all trees, for programs that know a file by a number. */
export function numberOf({ account, id }: Pick<FileNode, 'account' | 'id'>): number {
  return (account === publicAccount ? 0 : account) * nodesMax + id;
}

/** What a number stands for; null where it can be none. */
export function placeOf(text: string): { readonly account: number; readonly id: number } | null {
  const number = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : 0;
  if (number === 0 || !Number.isSafeInteger(number)) return null;
  return { account: Math.floor(number / nodesMax) || publicAccount, id: number % nodesMax };
}
