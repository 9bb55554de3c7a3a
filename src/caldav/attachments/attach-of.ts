import type { NewAttachment } from '../../stores/collections/index.ts';
import { DavError, type Visit } from '../../webdav/index.ts';
import type { CaldavHouse } from '../house.ts';
import type { ManagedAttach } from './edit.ts';

/** The first name in addresses of attachments. */
export const attachmentsName = 'attachments';

/** What is written of an attachment of an account. */
export async function attachOf(
  house: CaldavHouse,
  visit: Visit,
  account: number,
  { managedId, type, filename, blob }: NewAttachment,
): Promise<ManagedAttach> {
  const owner = await house.accounts.member(account);
  if (!owner) throw new DavError(404, 'there is nothing here');
  const path = [attachmentsName, house.accounts.handleOf(owner), managedId, filename];
  const url = visit.origin + visit.href({ path, isCollection: false });
  return { url, managedId, type, filename, size: blob.size };
}
