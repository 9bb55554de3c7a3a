import type { Database } from '../../../storage/index.ts';
import { guestPrincipal } from '../principals.ts';
import type { SharingReader } from '../types.ts';
import { sharingOperations as operations } from './module.ts';
import { Judge, type StandingOptions } from './standing.ts';

export interface LockedOptions extends StandingOptions {
  readonly database: Database;
}

type Given = Pick<SharingReader, 'receivedBy' | 'linksBy' | 'link'>;

/** Ids of what lets this principal write in the tree; a member's or, below zero, those of the guests of a link. */
async function writableBy(
  { accounts }: LockedOptions,
  sharing: Given,
  account: number,
  principal: number,
): Promise<number[]> {
  if (principal > 0) {
    const received = await sharing.receivedBy(principal, await accounts.groupsOf(principal));
    const mayWrite = received.filter(({ node, rights }) => node.account === account && rights !== 'read');
    return mayWrite.map(({ node }) => node.id);
  }
  const known = (await sharing.linksBy(account)).find(({ token }) => guestPrincipal(token) === principal);
  const link = known && (await sharing.link(known.token));
  return link?.rights === 'write' && link.account === account ? [link.node] : [];
}

/** Who may not write any more where they took a lock has it no longer: nobody else could end it. */
export async function endStrayLocks(options: LockedOptions, sharing: Given, account: number): Promise<void> {
  const locks = await options.database.call(operations.locksOfOthers, { account });
  const judge = new Judge(options);
  const writable = new Map<number, readonly number[]>();
  const strays: string[] = [];
  for (const { token, node, principal } of locks) {
    const tops = writable.get(principal) ?? (await writableBy(options, sharing, account, principal));
    writable.set(principal, tops);
    const standing = await judge.standingOf(account, node);
    if (!tops.some((top) => standing?.chain.has(top))) strays.push(token);
  }
  if (strays.length > 0) await options.database.call(operations.endLocks, { account, tokens: strays });
}
