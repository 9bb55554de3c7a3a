import { defineTables } from '../../storage/index.ts';

/**
 * Every key leads with the account. `messages` is narrow and clustered, so that flags and UIDs of a mailbox lie
 * together; what FETCH sends of a content lies in `emails`, shared by the copies within an account.
 */
export const mailTables = defineTables((kit) => ({
  /** Counters of an account; ids and uidvalidities are never handed out twice. */
  mail_accounts: kit.table(
    'mail_accounts',
    {
      account: kit.int().notNull(),
      nextMailbox: kit.int().notNull(),
      nextEmail: kit.int().notNull(),
      lastValidity: kit.int().notNull(),
      used: kit.int().notNull(),
      messages: kit.int().notNull(),
      quota: kit.int(),
    },
    { primaryKey: ['account'], rowid: false },
  ),
  mailboxes: kit.table(
    'mailboxes',
    {
      account: kit.int().notNull(),
      id: kit.int().notNull(),
      name: kit.text().notNull(),
      objectId: kit.text().notNull(),
      specialUse: kit.text(),
      uidValidity: kit.int().notNull(),
      uidNext: kit.int().notNull(),
      highestModseq: kit.int().notNull(),
      /** Modseq of the last change of the name or its attributes. */
      listedModseq: kit.int().notNull(),
      messages: kit.int().notNull(),
      unseen: kit.int().notNull(),
      deleted: kit.int().notNull(),
      size: kit.int().notNull(),
      recentUid: kit.int().notNull(),
    },
    { primaryKey: ['account', 'id'], unique: [['account', 'name']], rowid: false },
  ),
  /** Tombstones of mailboxes. */
  mailboxes_gone: kit.table(
    'mailboxes_gone',
    {
      account: kit.int().notNull(),
      id: kit.int().notNull(),
      name: kit.text().notNull(),
      objectId: kit.text().notNull(),
      modseq: kit.int().notNull(),
    },
    { primaryKey: ['account', 'id'], index: [['account', 'modseq']], rowid: false },
  ),
  subscriptions: kit.table(
    'subscriptions',
    { account: kit.int().notNull(), name: kit.text().notNull(), modseq: kit.int().notNull() },
    { primaryKey: ['account', 'name'], rowid: false },
  ),
  messages: kit.table(
    'messages',
    {
      account: kit.int().notNull(),
      mailbox: kit.int().notNull(),
      uid: kit.int().notNull(),
      modseq: kit.int().notNull(),
      flags: kit.int().notNull(),
      keywords: kit.text().notNull(),
      received: kit.int().notNull(),
      receivedZone: kit.int().notNull(),
      saved: kit.int().notNull(),
      size: kit.int().notNull(),
      email: kit.int().notNull(),
    },
    { primaryKey: ['account', 'mailbox', 'uid'], index: [['account', 'mailbox', 'modseq']], rowid: false },
  ),
  /** Tombstones of messages (RFC 7162 VANISHED). */
  expunged: kit.table(
    'expunged',
    {
      account: kit.int().notNull(),
      mailbox: kit.int().notNull(),
      uid: kit.int().notNull(),
      modseq: kit.int().notNull(),
    },
    { primaryKey: ['account', 'mailbox', 'uid'], index: [['account', 'mailbox', 'modseq']], rowid: false },
  ),
  emails: kit.table(
    'emails',
    {
      account: kit.int().notNull(),
      id: kit.int().notNull(),
      /** How many rows of `messages` share it. */
      refs: kit.int().notNull(),
      hash: kit.text().notNull(),
      size: kit.int().notNull(),
      headerLength: kit.int().notNull(),
      sentAt: kit.int(),
      baseSubject: kit.text().notNull(),
      messageId: kit.text(),
      envelope: kit.text().notNull(),
      bodyStructure: kit.text().notNull(),
      body: kit.text().notNull(),
      structure: kit.text().notNull(),
      preview: kit.text().notNull(),
    },
    { primaryKey: ['account', 'id'], rowid: false },
  ),
  /** Lower-cased search text; null where it is long. */
  email_texts: kit.table(
    'email_texts',
    { account: kit.int().notNull(), id: kit.int().notNull(), text: kit.text() },
    { primaryKey: ['account', 'id'], rowid: false },
  ),
}));
