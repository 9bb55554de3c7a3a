import { defineTables } from '../../../storage/index.ts';
import type { InviteKind, Policy, UploadState } from './types.ts';

/** Times are ms since 1970, 0 for never. Tokens of links are kept as SHA-256 in base64url. */
export const registrationsTables = defineTables((kit) => ({
  conversation_pushes: kit.table(
    'conversation_pushes',
    {
      account: kit.int().notNull(),
      service: kit.text().notNull(),
      node: kit.text().notNull(),
      options: kit.text().notNull(),
      client: kit.text().notNull(),
      /** What its client had signed in with; so is that of tokens and devices. */
      credential: kit.text().notNull(),
      failures: kit.int().notNull(),
      lastOk: kit.int().notNull(),
    },
    { primaryKey: ['account', 'service', 'node'], rowid: false },
  ),
  conversation_tokens: kit.table(
    'conversation_tokens',
    {
      account: kit.int().notNull(),
      client: kit.text().notNull(),
      mechanism: kit.text().notNull(),
      /** '' for none, and so is `next`. */
      current: kit.text().notNull(),
      currentIssued: kit.int().notNull(),
      currentExpires: kit.int().notNull(),
      next: kit.text().notNull(),
      nextIssued: kit.int().notNull(),
      nextExpires: kit.int().notNull(),
      count: kit.int().notNull(),
      version: kit.int().notNull(),
      credential: kit.text().notNull(),
      /** The later of both ends. */
      expires: kit.int().notNull(),
    },
    { primaryKey: ['account', 'client', 'mechanism'], index: [['expires']], rowid: false },
  ),
  conversation_devices: kit.table(
    'conversation_devices',
    {
      account: kit.int().notNull(),
      client: kit.text().notNull(),
      tag: kit.text().notNull(),
      software: kit.text().notNull(),
      name: kit.text().notNull(),
      credential: kit.text().notNull(),
      firstSeen: kit.int().notNull(),
      lastSeen: kit.int().notNull(),
    },
    { primaryKey: ['account', 'client'], rowid: false },
  ),
  conversation_invites: kit.table(
    'conversation_invites',
    {
      id: kit.id(),
      hash: kit.text().notNull(),
      kind: kit.text().$type<InviteKind>().notNull(),
      creator: kit.int().notNull(),
      local: kit.text().notNull(),
      groups: kit.json<readonly string[]>().notNull(),
      rooms: kit.json<readonly string[]>().notNull(),
      label: kit.text().notNull(),
      usesLeft: kit.int().notNull(),
      created: kit.int().notNull(),
      expires: kit.int().notNull(),
    },
    { unique: [['hash']], index: [['creator', 'id'], ['expires']] },
  ),
  conversation_uploads: kit.table(
    'conversation_uploads',
    {
      id: kit.id(),
      account: kit.int().notNull(),
      putHash: kit.text().notNull(),
      getHash: kit.text().notNull(),
      name: kit.text().notNull(),
      size: kit.int().notNull(),
      type: kit.text().notNull(),
      state: kit.text().$type<UploadState>().notNull(),
      file: kit.text().notNull(),
      sha256: kit.text().notNull(),
      created: kit.int().notNull(),
      expires: kit.int().notNull(),
    },
    {
      unique: [['putHash'], ['getHash']],
      index: [
        ['account', 'state', 'id'],
        ['account', 'file'],
      ],
      indexAboveZero: ['expires'],
    },
  ),
  /** The row of domain '' counts all. */
  conversation_queues: kit.table(
    'conversation_queues',
    {
      domain: kit.text().notNull(),
      rows: kit.int().notNull(),
      bytes: kit.int().notNull(),
      lastSeq: kit.int().notNull(),
    },
    { primaryKey: ['domain'], rowid: false, indexAboveZero: ['rows'] },
  ),
  conversation_queued: kit.table(
    'conversation_queued',
    {
      domain: kit.text().notNull(),
      seq: kit.int().notNull(),
      stanza: kit.text().notNull(),
      bytes: kit.int().notNull(),
      sender: kit.text().notNull(),
      account: kit.int().notNull(),
      at: kit.int().notNull(),
      expires: kit.int().notNull(),
    },
    {
      primaryKey: ['domain', 'seq'],
      index: [['expires']],
      indexAboveZero: ['account'],
      rowid: false,
      expected: { 'domain seq': [1_000, 1], expires: [10], account: [20] },
    },
  ),
  conversation_policies: kit.table(
    'conversation_policies',
    {
      domain: kit.text().notNull(),
      action: kit.text().$type<Policy['action']>().notNull(),
      reason: kit.text().notNull(),
      source: kit.text().notNull(),
    },
    { primaryKey: ['domain'], index: [['source', 'domain']], rowid: false },
  ),
}));

export type RegistrationsTables = (typeof registrationsTables)['postgres'];
