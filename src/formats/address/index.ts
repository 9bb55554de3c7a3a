/**
 * address: mailboxes of SMTP (strict, RFC 5321 and 6531) and address lists of header fields (RFC 5322 with its
 * obsolete forms, RFC 6532). Pure.
 *
 * - `parseMailbox` refuses with FormatError; `parseAddressList` never throws and answers its best reading.
 * - Both are written by hand, without backtracking: time is linear in the text, nothing recurses.
 * - A domain is kept in lower-case A-labels, a local part in NFC with its case; `lookupKey` folds the case.
 */
export { areRelated, displayDomain, isWithin, normaliseDomain } from './domain.ts';
export { formatAddressList } from './format-list.ts';
export { addressesMax, commentDepthMax, domainBytesMax, localPartBytesMax } from './limits.ts';
export { type AddressEntry, type AddressGroup, type AddressItem, parseAddressList } from './list.ts';
export {
  foldLocal,
  formatMailbox,
  lookupKey,
  type Mailbox,
  parseMailbox,
  quoteLocal,
  splitTag,
} from './mailbox.ts';
