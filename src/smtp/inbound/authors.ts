import { FormatError } from '../../base/index.ts';
import {
  type AddressItem,
  formatMailbox,
  parseAddressList,
  parseMailbox,
  quoteLocal,
} from '../../formats/address/index.ts';

/** The mailboxes of a From or Sender field, normalised; null where one of them, or all, cannot be read for sure. */
export function authorsOf(value: string): readonly string[] | null {
  const items: AddressItem[] = [];
  for (const entry of parseAddressList(value)) {
    // RFC 6854 lets From hold a group; its members are the authors.
    if (entry.kind === 'group') items.push(...entry.members);
    else items.push(entry);
  }
  if (items.length === 0) return null;
  const authors: string[] = [];
  for (const { local, domain, route } of items) {
    if (route !== null) return null;
    try {
      authors.push(formatMailbox(parseMailbox(`${quoteLocal(local)}@${domain}`)));
    } catch (error) {
      if (error instanceof FormatError) return null;
      throw error;
    }
  }
  return authors;
}
