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
      /** Emails up to this id are in the search index. */
      searched: kit.int().notNull(),
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
      /** Modseq of the last message that came or went. */
      countedModseq: kit.int().notNull(),
      messages: kit.int().notNull(),
      unseen: kit.int().notNull(),
      deleted: kit.int().notNull(),
      size: kit.int().notNull(),
      recentUid: kit.int().notNull(),
    },
    {
      primaryKey: ['account', 'id'],
      unique: [['account', 'name']],
      index: [['account', 'highestModseq']],
      rowid: false,
    },
  ),
  /** What became of names, for those who watch (RFC 5465); old ones are forgotten. */
  name_events: kit.table(
    'name_events',
    {
      account: kit.int().notNull(),
      modseq: kit.int().notNull(),
      /** 0 where no mailbox has the name. */
      mailbox: kit.int().notNull(),
      kind: kit.text().notNull(),
      name: kit.text().notNull(),
      formerName: kit.text(),
    },
    { primaryKey: ['account', 'modseq', 'mailbox'], rowid: false },
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
  /** How many uids of a block (of `uidBlock` uids) are gone; no row where all are there or still to come. */
  gone_blocks: kit.table(
    'gone_blocks',
    {
      account: kit.int().notNull(),
      mailbox: kit.int().notNull(),
      block: kit.int().notNull(),
      gone: kit.int().notNull(),
    },
    { primaryKey: ['account', 'mailbox', 'block'], rowid: false },
  ),
  emails: kit.table(
    'emails',
    {
      account: kit.int().notNull(),
      id: kit.int().notNull(),
      hash: kit.text().notNull(),
      size: kit.int().notNull(),
      headerLength: kit.int().notNull(),
      sentAt: kit.int(),
      envelope: kit.text().notNull(),
      bodyStructure: kit.text().notNull(),
      body: kit.text().notNull(),
      structure: kit.text().notNull(),
      preview: kit.text().notNull(),
    },
    { primaryKey: ['account', 'id'], rowid: false },
  ),
  /** How many messages use an email beside the first one; no row where there is only one. */
  email_shares: kit.table(
    'email_shares',
    { account: kit.int().notNull(), id: kit.int().notNull(), more: kit.int().notNull() },
    { primaryKey: ['account', 'id'], rowid: false },
  ),
  /** What messages are sorted and threaded by (order.ts), apart: a scan of all of a mailbox reads little. */
  email_orders: kit.table(
    'email_orders',
    {
      account: kit.int().notNull(),
      id: kit.int().notNull(),
      sentAt: kit.int(),
      fromMailbox: kit.text().notNull(),
      toMailbox: kit.text().notNull(),
      ccMailbox: kit.text().notNull(),
      fromDisplay: kit.text().notNull(),
      toDisplay: kit.text().notNull(),
      baseSubject: kit.text().notNull(),
      isReply: kit.int().notNull(),
      messageKey: kit.text(),
      parentKeys: kit.text().notNull(),
    },
    { primaryKey: ['account', 'id'], rowid: false },
  ),
  /** What searches compare with, made behind delivery for emails up to `mail_accounts.searched`. */
  search_texts: kit.table(
    'search_texts',
    {
      account: kit.int().notNull(),
      id: kit.int().notNull(),
      sentDay: kit.int(),
      /** Fields of the envelope, folded; null where they are long. */
      fields: kit.text(),
      /** Header and body, folded and packed; null where they are long. */
      text: kit.bytes(),
    },
    { primaryKey: ['account', 'id'], rowid: false },
  ),
  /** The index that narrows: columns of bits that wait until they fill a block. */
  search_waiting: kit.table(
    'search_waiting',
    { account: kit.int().notNull(), id: kit.int().notNull(), columns: kit.bytes().notNull() },
    { primaryKey: ['account', 'id'], rowid: false },
  ),
  search_blocks: kit.table(
    'search_blocks',
    { account: kit.int().notNull(), block: kit.int().notNull(), owners: kit.bytes().notNull() },
    { primaryKey: ['account', 'block'], rowid: false },
  ),
  search_slices: kit.table(
    'search_slices',
    {
      account: kit.int().notNull(),
      block: kit.int().notNull(),
      part: kit.int().notNull(),
      bits: kit.bytes().notNull(),
    },
    { primaryKey: ['account', 'block', 'part'], rowid: false },
  ),
  /** Who else may do what with a mailbox: the lines of `rights.ts`. */
  mailbox_rights: kit.table(
    'mailbox_rights',
    {
      account: kit.int().notNull(),
      mailbox: kit.int().notNull(),
      grantee: kit.int().notNull(),
      rights: kit.text().notNull(),
      denied: kit.text().notNull(),
    },
    { primaryKey: ['account', 'mailbox', 'grantee'], index: [['grantee']], rowid: false },
  ),
  /** Keywords that were ever used in a mailbox, separated by one space; no row where there were none. */
  mailbox_keywords: kit.table(
    'mailbox_keywords',
    { account: kit.int().notNull(), mailbox: kit.int().notNull(), keywords: kit.text().notNull() },
    { primaryKey: ['account', 'mailbox'], rowid: false },
  ),
  /** Annotations, as `metadata.ts` names them; without a value once they were removed. */
  mail_metadata: kit.table(
    'mail_metadata',
    {
      account: kit.int().notNull(),
      mailbox: kit.int().notNull(),
      owner: kit.int().notNull(),
      entry: kit.text().notNull(),
      modseq: kit.int().notNull(),
      size: kit.int().notNull(),
      value: kit.bytes(),
    },
    {
      primaryKey: ['account', 'mailbox', 'owner', 'entry'],
      index: [['account', 'modseq'], ['owner']],
      rowid: false,
    },
  ),
}));
