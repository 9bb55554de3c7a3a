import type { Registration } from '../../stores/push/index.ts';
import type { CollectionsHouse } from '../collections/index.ts';

/** Whether the member of a registration may see what it is of: now, whatever was when they registered. */
export async function mayStillRead(
  { collections, accounts }: CollectionsHouse,
  { member: id, account, place }: Pick<Registration, 'member' | 'account' | 'place'>,
): Promise<boolean> {
  const member = await accounts.member(id);
  if (member === null || member.disabled) return false;
  if (place === 'calendars' || place === 'contacts') return account === id;
  const row = await collections.collectionById(account, Number(place));
  if (row === null) return false;
  if (account === id) return true;
  const { sharing } = collections;
  const groups = await accounts.groupsOf(id);
  if ((await sharing.rightsIn(id, groups, account, row.id)) !== null) return true;
  if (row.home !== 'calendars') return false;
  return (await sharing.delegatedTo(id, groups)).some((each) => each.account === account);
}
