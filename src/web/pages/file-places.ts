import { StoreError } from '../../base/index.ts';
import type { FileNode } from '../../stores/files/index.ts';
import type { House } from '../house.ts';

/** What a member types for a place in their home: names joined by slashes. */
const namesOf = (path: string) => path.split('/').filter((name) => name !== '');

const none = () => new StoreError('not-found', 'there is no such file or folder');

/** A node of the member's own, or below `Shared/` of what others share with them. StoreError 'not-found'. */
export async function nodeAt(house: House, member: number, path: string): Promise<FileNode> {
  const names = namesOf(path);
  const root = await house.files.root(member);
  const own = await house.files.find(member, names, root.id);
  const node = own.chain.at(-1);
  if (node && own.missing.length === 0) return node;
  const [first, name, ...rest] = names;
  if (first !== house.sharedName || name === undefined) throw none();
  const groups = await house.accounts.accounts.groupsOf(member);
  const received = (await house.sharing.receivedBy(member, groups)).find((one) => one.name === name);
  if (!received) throw none();
  const { account, id } = received.node;
  const { chain, missing } = await house.files.find(account, rest, id);
  const found = chain.at(-1);
  if (!found || missing.length > 0) throw none();
  return found;
}

/** The end of a day that a form names, ms since 1970; 0 for none. StoreError 'invalid'. */
export function endOf(day: string): number {
  if (day === '') return 0;
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T23:59:59Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw new StoreError('invalid', 'this is no day');
  return ms;
}
