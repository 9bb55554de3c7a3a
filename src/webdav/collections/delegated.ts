import type { CollectionsHouse } from './house.ts';

/** How a member acts for another in calendars, now: the right to write is more than that to read. */
export async function delegatedRight(
  { collections }: CollectionsHouse,
  visitor: { readonly member: number; readonly groups: readonly string[] },
  account: number,
): Promise<'act' | 'watch' | null> {
  const delegated = await collections.sharing.delegatedTo(visitor.member, visitor.groups);
  const rights = delegated.filter((each) => each.account === account).map((each) => each.rights);
  if (rights.length === 0) return null;
  return rights.includes('write') ? 'act' : 'watch';
}

/** The same after a body came: meanwhile it may have ended, and so may have the visitor's account. */
export async function stillActs(
  house: CollectionsHouse,
  visitor: { readonly kind: string; readonly member?: { readonly id: number } },
  account: number,
): Promise<boolean> {
  const id = visitor.member?.id;
  const member = id === undefined ? null : await house.accounts.member(id);
  if (!member || member.disabled) return false;
  if (member.id === account) return true;
  const groups = await house.accounts.groupsOf(member.id);
  return (await delegatedRight(house, { member: member.id, groups }, account)) === 'act';
}
