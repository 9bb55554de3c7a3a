import { defineTables, type Guard } from '../../storage/index.ts';
import type {
  ApplicationState,
  Certificate,
  MovementKind,
  NoticeKind,
  PayeeChangeState,
  PersonKind,
  RedemptionRequest,
  Standing,
} from './types.ts';

/** Days are texts, '' where there is none; times ms since 1970; amounts minor units; hashes hex. */
export const registerTables = defineTables((kit) => ({
  /** One row: where the register stands. Who writes changes it first, so that writers stand in line. */
  register_head: kit.table(
    'register_head',
    {
      id: kit.int().notNull(),
      seq: kit.int().notNull(),
      hash: kit.text().notNull(),
      /** The last number that a person was given. */
      persons: kit.int().notNull(),
      nominal: kit.int().notNull(),
      shares: kit.int().notNull(),
      uncalled: kit.int().notNull(),
      /** The most that paid-up capital ever was. */
      highest: kit.int().notNull(),
    },
    { primaryKey: ['id'] },
  ),
  /** `standing` and what follows it is what movements came to; `myco verify` adds up again. */
  register_persons: kit.table(
    'register_persons',
    {
      number: kit.int().notNull(),
      account: kit.int().notNull(),
      kind: kit.text().$type<PersonKind>().notNull(),
      name: kit.text().notNull(),
      address: kit.text().notNull(),
      country: kit.text().notNull(),
      birth: kit.text().notNull(),
      iban: kit.text().notNull(),
      holder: kit.text().notNull(),
      standing: kit.text().$type<Standing>().notNull(),
      shares: kit.int().notNull(),
      uncalled: kit.int().notNull(),
      queued: kit.int().notNull(),
      admission: kit.text().notNull(),
      moved: kit.text().notNull(),
      ibanChanged: kit.int().notNull(),
      /** The change of them that waits, or 0. */
      waiting: kit.int().notNull(),
      salt: kit.bytes().notNull(),
      /** What stands for the person in the chain. */
      shown: kit.text().notNull(),
      version: kit.int().notNull(),
      created: kit.int().notNull(),
      erased: kit.int().notNull(),
    },
    { primaryKey: ['number'], index: [['standing', 'number']], indexAboveZero: ['account'] },
  ),
  /** Changes of where somebody is paid and of the account that is theirs, as they were asked for; they go with the person. */
  register_payee_changes: kit.table(
    'register_payee_changes',
    {
      id: kit.id(),
      person: kit.int().notNull(),
      iban: kit.text().notNull(),
      holder: kit.text().notNull(),
      account: kit.int().notNull(),
      ibanBefore: kit.text().notNull(),
      holderBefore: kit.text().notNull(),
      accountBefore: kit.int().notNull(),
      state: kit.text().$type<PayeeChangeState>().notNull(),
      by: kit.int().notNull(),
      byMember: kit.int().notNull(),
      second: kit.int().notNull(),
      asked: kit.int().notNull(),
      decided: kit.int().notNull(),
      until: kit.text().notNull(),
    },
    { index: [['person'], ['state', 'id']] },
  ),
  /** Mails about them; `sent` 0: not yet. */
  register_notices: kit.table(
    'register_notices',
    {
      id: kit.id(),
      change: kit.int().notNull(),
      kind: kit.text().$type<NoticeKind>().notNull(),
      /** The account of myco that it goes to. */
      account: kit.int().notNull(),
      sent: kit.int().notNull(),
    },
    { index: [['change'], ['sent', 'id']] },
  ),
  register_consents: kit.table(
    'register_consents',
    {
      id: kit.id(),
      person: kit.int().notNull(),
      purpose: kit.text().notNull(),
      /** SHA-256 of the text that was agreed to. */
      text: kit.text().notNull(),
      version: kit.text().notNull(),
      given: kit.int().notNull(),
      withdrawn: kit.int().notNull(),
    },
    { index: [['person', 'purpose']] },
  ),
  register_applications: kit.table(
    'register_applications',
    {
      id: kit.id(),
      person: kit.int().notNull(),
      shares: kit.int().notNull(),
      state: kit.text().$type<ApplicationState>().notNull(),
      /** Shares that a member may hold, when it was made. */
      cap: kit.int().notNull(),
      due: kit.int().notNull(),
      paid: kit.int().notNull(),
      paidOn: kit.text().notNull(),
      decision: kit.text().notNull(),
      decidedOn: kit.text().notNull(),
      requestedOn: kit.text().notNull(),
    },
    { index: [['person'], ['state', 'id']] },
  ),
  register_movements: kit.table(
    'register_movements',
    {
      seq: kit.int().notNull(),
      kind: kit.text().$type<MovementKind>().notNull(),
      effective: kit.text().notNull(),
      recorded: kit.int().notNull(),
      decision: kit.text().notNull(),
      person: kit.int().notNull(),
      other: kit.int().notNull(),
      shares: kit.int().notNull(),
      amount: kit.int().notNull(),
      cancels: kit.int().notNull(),
      entry: kit.int().notNull(),
      /** The request that it redeems or takes back, the call that it pays; else 0. */
      about: kit.int().notNull(),
      hash: kit.text().notNull(),
    },
    {
      primaryKey: ['seq'],
      index: [['person', 'seq']],
      indexAboveZero: ['other', 'cancels'],
    },
  ),
  /** What movements change, from which day on: in the order in which the register of a day is read. */
  register_lines: kit.table(
    'register_lines',
    {
      person: kit.int().notNull(),
      on: kit.text().notNull(),
      seq: kit.int().notNull(),
      shares: kit.int().notNull(),
      uncalled: kit.int().notNull(),
      queued: kit.int().notNull(),
      votes: kit.int().notNull(),
    },
    { primaryKey: ['person', 'on', 'seq'], index: [['seq']], rowid: false },
  ),
  register_requests: kit.table(
    'register_requests',
    {
      id: kit.id(),
      person: kit.int().notNull(),
      cause: kit.text().$type<RedemptionRequest['cause']>().notNull(),
      shares: kit.int().notNull(),
      left: kit.int().notNull(),
      asked: kit.text().notNull(),
      due: kit.text().notNull(),
      latest: kit.text().notNull(),
      state: kit.text().$type<RedemptionRequest['state']>().notNull(),
    },
    { index: [['state', 'id'], ['person']] },
  ),
  register_calls: kit.table(
    'register_calls',
    {
      id: kit.id(),
      person: kit.int().notNull(),
      amount: kit.int().notNull(),
      paid: kit.int().notNull(),
      decision: kit.text().notNull(),
      calledOn: kit.text().notNull(),
    },
    { index: [['person']] },
  ),
  /** Certificates that were issued, by their code; they go with the person. */
  register_certificates: kit.table(
    'register_certificates',
    {
      code: kit.text().notNull(),
      person: kit.int().notNull(),
      said: kit.json<Certificate>().notNull(),
      at: kit.int().notNull(),
    },
    { primaryKey: ['code'], index: [['person']] },
  ),
}));

const never = { refuse: '1 = 1' } as const;
const stays = (table: string, words: string): readonly Guard[] =>
  (['UPDATE', 'DELETE'] as const).map((on) => ({
    ...never,
    ...{ table, on, name: `${table}_${on === 'UPDATE' ? 'kept' : 'stay'}`, message: `immutable: ${words}` },
  }));

/** What the database refuses whoever asks. */
export const registerGuards: readonly Guard[] = [
  {
    ...{ name: 'register_movements_gap', table: 'register_movements', on: 'INSERT' },
    message: 'gap: movements have no gap',
    refuse: 'NEW."seq" <> (SELECT COALESCE(MAX("seq"), 0) + 1 FROM "register_movements")',
  },
  {
    ...{ name: 'register_lines_late', table: 'register_lines', on: 'INSERT' },
    message: 'immutable: a line belongs to the last movement',
    refuse: 'NEW."seq" <> (SELECT COALESCE(MAX("seq"), 0) FROM "register_movements")',
  },
  {
    ...{ name: 'register_payee_changes_kept', table: 'register_payee_changes', on: 'UPDATE' },
    message: 'immutable: a change is decided once, and stays what was asked for',
    refuse: `OLD."state" <> 'waiting' OR ${[
      ...['id', 'person', 'iban', 'holder', 'account', 'ibanBefore', 'holderBefore', 'accountBefore'],
      ...['by', 'byMember', 'asked', 'until'],
    ]
      .map((column) => `NEW."${column}" <> OLD."${column}"`)
      .join(' OR ')}`,
  },
  ...stays('register_movements', 'movements stay as they are'),
  ...stays('register_lines', 'lines of movements stay as they are'),
];
