import type { Attachment } from '../../stores/collections/index.ts';
import type { Visit } from '../../webdav/index.ts';
import { isPrivate } from '../collections/busy-only.ts';
import type { CaldavHouse } from '../house.ts';
import { readKept } from '../scheduling/shelf.ts';
import { selfIn } from '../scheduling/users.ts';

/** Whether a visitor may read any of the objects that name an attachment, or is invited to one (RFC 8607 §3.12.2). */
export async function mayRead(
  house: CaldavHouse,
  { visitor }: Visit,
  attachment: Attachment,
): Promise<boolean> {
  if (visitor.kind !== 'member') return false;
  const { id } = visitor.member;
  const { account } = attachment;
  if (id === account) return true;
  const { sharing } = house.collections;
  const delegated = await sharing.delegatedTo(id, visitor.groups);
  const acts = delegated.some((each) => each.account === account);
  for (const item of attachment.items) {
    const row = await house.collections.itemById(account, item);
    if (row === null) continue;
    // What is private is its owner's, and who is busy says no more.
    if (!isPrivate(row.digest)) {
      if (acts) return true;
      const rights = await sharing.rightsIn(id, visitor.groups, account, row.collection);
      if (rights === 'read' || rights === 'write') return true;
    }
    const bytes = await house.collections.bytes(account, item);
    if (bytes !== null && (await selfIn(house.accounts, id, [readKept(bytes)])).size > 0) return true;
  }
  return false;
}
