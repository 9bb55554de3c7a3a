/**
 * stores/mail: mailboxes and messages, with their rules.
 */

export { mailModule } from './module.ts';
export { emailObjectId } from './object-ids.ts';
export { createMailStore, type MailStoreOptions } from './store.ts';
export type {
  Appended,
  Copied,
  EmailContent,
  Incoming,
  ListedName,
  Mailbox,
  MailboxChanges,
  MailReader,
  MailWriter,
  MessageRow,
  Snapshot,
  SpecialUse,
  StoredFlags,
  StoreFlags,
} from './types.ts';
export { delimiter, flagBits, specialUses } from './types.ts';
