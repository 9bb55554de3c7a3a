import type { Database } from '../../../storage/index.ts';
import { guestPrincipal } from '../principals.ts';
import type { SharingReader } from '../types.ts';
import { sharingOperations as operations } from './module.ts';
import { Judge, type StandingOptions } from './standing.ts';

export interface LockedOptions extends StandingOptions {
  readonly database: Database;
}

type Given = Pick<SharingReader, 'receivedBy' | 'linksBy' | 'link'>;

/** What lets somebody write: a node, and when that ends, ms since 1970; 0: never. */
interface Writable {
  readonly node: number;
  readonly ends: number;
}

/** Of a member or, below zero, of the guests of a link. */
async function writableBy(
  { accounts }: LockedOptions,
  sharing: Given,
  account: number,
  principal: number,
): Promise<Writable[]> {
  if (principal > 0) {
    const received = await sharing.receivedBy(principal, await accounts.groupsOf(principal));
    const mayWrite = received.filter(({ node, rights }) => node.account === account && rights !== 'read');
    return mayWrite.map(({ node, share }) => ({ node: node.id, ends: share.expiresMs }));
  }
  const known = (await sharing.linksBy(account)).find(({ token }) => guestPrincipal(token) === principal);
  const link = known && (await sharing.link(known.token));
  if (link?.rights !== 'write' || link.account !== account) return [];
  return [{ node: link.node, ends: link.expiresMs }];
}

/** Of several ends the last; 0 is none. */
const lastOf = (ends: readonly number[]) => (ends.includes(0) ? 0 : Math.max(...ends));

/**
 * Who may not write any more where they took a lock has it no longer: nobody else could end it. Who may for a while has it
 * for no longer than that.
 */
export async function endStrayLocks(options: LockedOptions, sharing: Given, account: number): Promise<void> {
  const locks = await options.database.call(operations.locksOfOthers, { account });
  const judge = new Judge(options);
  const writable = new Map<number, readonly Writable[]>();
  const ended: { token: string; expires: number }[] = [];
  for (const { token, node, principal, expires } of locks) {
    const tops = writable.get(principal) ?? (await writableBy(options, sharing, account, principal));
    writable.set(principal, tops);
    const standing = await judge.standingOf(account, node);
    const around = tops.filter((top) => standing?.chain.has(top.node));
    const last = lastOf(around.map(({ ends }) => ends));
    if (around.length === 0) ended.push({ token, expires: 0 });
    else if (last > 0 && last < expires) ended.push({ token, expires: last });
  }
  if (ended.length > 0) await options.database.call(operations.endLocks, { account, locks: ended });
}

/** The same wherever others hold locks: shares and links end by time, and with what they hung on. */
export async function endAllStrayLocks(
  options: LockedOptions,
  sharing: Given,
  between: () => Promise<void>,
): Promise<void> {
  for (const { account } of await options.database.call(operations.lockedByOthers, {})) {
    await endStrayLocks(options, sharing, account);
    await between();
  }
}
