import { defineTables } from '../storage/index.ts';

/**
 * What an address row leads to: a member's present address, one the member had before a rename, an alias, or nothing
 * until `heldUntil` because its member was deleted.
 */
export const addressKinds = ['primary', 'former', 'alias', 'reserved'] as const;
export type AddressKind = (typeof addressKinds)[number];

/** Times are ms since 1970, 0 for never. Addresses are canonical (names.ts). */
export const accountTables = defineTables((kit) => ({
  /** A row stays for ever, so that an id is never given twice; `deleted` marks a tombstone without personal data. */
  members: kit.table(
    'members',
    {
      id: kit.id(),
      address: kit.text().notNull(),
      name: kit.text().notNull(),
      admin: kit.bool().notNull(),
      disabled: kit.bool().notNull(),
      version: kit.int().notNull(),
      /** Base64; one salt for all SCRAM keys of the member, so that any credential can answer one challenge. */
      scramSalt: kit.text().notNull(),
      created: kit.int().notNull(),
      deleted: kit.int().notNull(),
      /** Whether the stores have let go of a deleted member's data. */
      erased: kit.bool().notNull(),
    },
    { index: [['deleted'], ['admin']] },
  ),
  domains: kit.table(
    'domains',
    { domain: kit.text().notNull(), created: kit.int().notNull() },
    { primaryKey: ['domain'], rowid: false },
  ),
  /** Every address that leads somewhere, so that none can lead to two places. */
  addresses: kit.table(
    'addresses',
    {
      address: kit.text().notNull(),
      domain: kit.text().notNull(),
      kind: kit.text().$type<AddressKind>().notNull(),
      /** 0 for aliases; of a reserved one, whose it was: what is left under it is let go of by it. */
      member: kit.int().notNull(),
      heldUntil: kit.int().notNull(),
    },
    { primaryKey: ['address'], index: [['domain'], ['member']], rowid: false },
  ),
  aliasTargets: kit.table(
    'alias_targets',
    {
      alias: kit.text().notNull(),
      position: kit.int().notNull(),
      /** As it will be shown and sent to; `lookup` is its canonical form without a tag. */
      target: kit.text().notNull(),
      lookup: kit.text().notNull(),
      /** The target's plus-tag; '' for none. */
      tag: kit.text().notNull(),
    },
    { primaryKey: ['alias', 'position'], index: [['lookup']], rowid: false },
  ),
  credentials: kit.table(
    'credentials',
    {
      id: kit.id(),
      member: kit.int().notNull(),
      kind: kit.text().$type<'password' | 'app-password'>().notNull(),
      name: kit.text().notNull(),
      /** Which app password a presented one is, without trying them all; '' for the password. */
      tag: kit.text().notNull(),
      /** PHC string. */
      hash: kit.text().notNull(),
      /** `iterations:StoredKey:ServerKey`, keys in base64 (RFC 5803). */
      scramSha1: kit.text().notNull(),
      scramSha256: kit.text().notNull(),
      /** Separated by one space. */
      scopes: kit.text().notNull(),
      created: kit.int().notNull(),
      lastUsed: kit.int().notNull(),
      revoked: kit.int().notNull(),
    },
    { index: [['member']] },
  ),
  signInTokens: kit.table(
    'sign_in_tokens',
    {
      /** SHA-256 of the token, base64url. */
      hash: kit.text().notNull(),
      member: kit.int().notNull(),
      expires: kit.int().notNull(),
    },
    { primaryKey: ['hash'], index: [['member']], rowid: false },
  ),
  /** Bearer tokens that members made for programs of theirs. */
  apiTokens: kit.table(
    'api_tokens',
    {
      id: kit.id(),
      member: kit.int().notNull(),
      name: kit.text().notNull(),
      /** SHA-256 of the token, base64url; '' where it was revoked. */
      hash: kit.text().notNull(),
      /** Separated by one space; what they mean is known to who asks for the token. */
      scopes: kit.text().notNull(),
      created: kit.int().notNull(),
      expires: kit.int().notNull(),
      revoked: kit.int().notNull(),
    },
    { index: [['member'], ['hash']] },
  ),
  /** Random keys made once: losing them harms no password. */
  accountSecrets: kit.table(
    'account_secrets',
    { name: kit.text().notNull(), value: kit.text().notNull() },
    { primaryKey: ['name'], rowid: false },
  ),
}));
