import { defineTables } from '../../storage/index.ts';

export type KeyAlgorithm = 'rsa-sha256' | 'ed25519-sha256';
/** `pending`: made, not used yet. `active`: signs. `retired`: signs no more, and is published for some days. */
export type KeyState = 'pending' | 'active' | 'retired';
export type ReportKind = 'dmarc' | 'tls';

/** Times are ms since 1970, 0 for never; days count from 1970. Domains are in A-labels. */
export const trustTables = defineTables((kit) => ({
  signingKeys: kit.table(
    'signing_keys',
    {
      id: kit.id(),
      domain: kit.text().notNull(),
      selector: kit.text().notNull(),
      algorithm: kit.text().$type<KeyAlgorithm>().notNull(),
      /** PKCS #8 in PEM. */
      privateKey: kit.text().notNull(),
      /** As p= of the DNS record has it (RFC 6376 §3.6.1). */
      publicKey: kit.text().notNull(),
      state: kit.text().$type<KeyState>().notNull(),
      created: kit.int().notNull(),
      activated: kit.int().notNull(),
      retired: kit.int().notNull(),
    },
    { unique: [['domain', 'selector']] },
  ),
  trustSecrets: kit.table(
    'trust_secrets',
    { name: kit.text().notNull(), value: kit.text().notNull() },
    { primaryKey: ['name'], rowid: false },
  ),
  /** What we saw of a domain on a day and owe it as a report. Equal observations are one row and a count. */
  owedRows: kit.table(
    'owed_rows',
    {
      kind: kit.text().$type<ReportKind>().notNull(),
      day: kit.int().notNull(),
      domain: kit.text().notNull(),
      /** SHA-256 of `row`. */
      digest: kit.text().notNull(),
      /** JSON of the kind's own form. */
      row: kit.text().notNull(),
      count: kit.int().notNull(),
    },
    { primaryKey: ['kind', 'day', 'domain', 'digest'], rowid: false },
  ),
  receivedReports: kit.table(
    'received_reports',
    {
      id: kit.id(),
      kind: kit.text().$type<ReportKind>().notNull(),
      /** Who reports, in its own words. */
      reporter: kit.text().notNull(),
      reportId: kit.text().notNull(),
      /** Of ours, that it is about. */
      domain: kit.text().notNull(),
      begins: kit.int().notNull(),
      ends: kit.int().notNull(),
      received: kit.int().notNull(),
      /** Messages or sessions it counts, and how many of them failed. */
      total: kit.int().notNull(),
      failed: kit.int().notNull(),
    },
    { unique: [['kind', 'reporter', 'reportId', 'domain']], index: [['received'], ['domain']] },
  ),
  receivedRows: kit.table(
    'received_rows',
    {
      report: kit.int().notNull(),
      position: kit.int().notNull(),
      row: kit.text().notNull(),
    },
    { primaryKey: ['report', 'position'], rowid: false },
  ),
}));
