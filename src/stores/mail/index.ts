/**
 * stores/mail: mailboxes and messages, with their rules.
 * - Uids are never used again; whatever removes messages leaves tombstones and counts them in `gone_blocks`, so that
 *   who opens a mailbox reads a row for each block with gaps and none of its messages.
 * - A change of many messages is one transaction in steps of `stepRows`; rows stay in the database.
 * - Contents are shared by the copies within an account; `email_shares` counts the copies beside the first.
 */

export { flagRows } from './flagging/stored.ts';
export type {
  Metadata,
  MetadataChanges,
  MetadataFound,
  MetadataName,
  MetadataPlace,
  MetadataQuery,
} from './metadata/metadata.ts';
export { sharedOwner, wholeAccount } from './metadata/metadata.ts';
export { mailModule } from './module.ts';
export { emailObjectId } from './object-ids.ts';
export type { Narrowed } from './search/find.ts';
export { fold } from './search/fold.ts';
export { SearchIndexer, type SearchIndexerOptions } from './search/indexer.ts';
export { type FoldedField, fieldHolds, headerLines, type Needle } from './search/needle.ts';
export { foldedBody, foldedHeader, sentDayOf } from './search/text.ts';
export { verdicts } from './search/verdicts.ts';
export {
  allRights,
  everyone,
  expandRights,
  type Grant,
  type GrantMode,
  orderRights,
  withObsolete,
} from './sharing/rights.ts';
export type { GrantChange } from './sharing/rights-scripts.ts';
export type { SharedMailbox, Sharing, SharingReader } from './sharing/sharing.ts';
export { createMailStore, type MailStoreOptions } from './store.ts';
export type {
  AccountNews,
  Appended,
  Copied,
  EmailContent,
  FlagRow,
  GoneBlock,
  Incoming,
  ListedName,
  Mailbox,
  MailReader,
  MailWriter,
  MessageRow,
  NameEvent,
  News,
  NewsAsked,
  OrderColumn,
  OrderKey,
  RowFilter,
  Snapshot,
  SpecialUse,
  StoredFlags,
  StoredState,
  StoreFlags,
  Threading,
  UidRange,
  Uids,
} from './types.ts';
export { delimiter, flagBits, othersLevel, publicLevel, specialUses, uidBlock } from './types.ts';
