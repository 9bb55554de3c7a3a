import { beforeAll, expect, test } from 'vitest';
import { describeEngines, plansOf } from '../../../testing/index.ts';
import { type RegistrationsQueries, registrationsQueries } from './queries.ts';
import { registrationsTables } from './tables.ts';

const fill = `
  insert into conversation_pushes
    select n % 1000, 'push', 'node ' || n, '', 'phone', '1', 0, 0 from generate_series(1, 3000) n;
  insert into conversation_tokens
    select n % 1000, 'client ' || n, 'HT', 'x', 1, n, '', 0, 0, -1, 1, '1', n from generate_series(1, 3000) n;
  insert into conversation_devices
    select n % 1000, 'client ' || n, '', '', '', '1', n, n from generate_series(1, 3000) n;
  insert into conversation_invites (hash, kind, creator, local, groups, rooms, label, "usesLeft", created, expires)
    select 'hash ' || n, 'account', n % 100, '', '[]', '[]', '', 1, n, n from generate_series(1, 3000) n;
  insert into conversation_uploads
    (account, "putHash", "getHash", name, size, type, state, file, sha256, created, expires)
    select n % 100, 'put ' || n, 'get ' || n, '', 1, '', (array['there', 'open'])[1 + n % 2],
      'file ' || n, '', n, n from generate_series(1, 3000) n;
  insert into conversation_queues select 'domain ' || n, n % 2, 0, 0 from generate_series(1, 3000) n;
  insert into conversation_queued
    select 'domain ' || n % 1000, n, '', 0, '', n % 300, n, n from generate_series(1, 30000) n;
  insert into conversation_policies
    select 'domain ' || n, 'block', '', 'source ' || n % 100 from generate_series(1, 3000) n`;

/** Asked by an operator's check, after a restore, once an hour, or of a number of rows that is itself bounded. */
const ofAll: readonly (keyof RegistrationsQueries)[] = [
  ...(['queuesCounted', 'queuesAll', 'queuesDropEmpty', 'policiesCount'] as const),
  ...(['tokensForget', 'invitesForget', 'queuedEnd'] as const),
];

describeEngines('statements of registrations', (engine) => {
  let plans: ReadonlyMap<string, string>;
  beforeAll(async () => {
    plans = await plansOf(engine, registrationsTables, registrationsQueries, fill);
  }, 60_000);

  test('none reads a table whole', () => {
    expect(plans.size).toBeGreaterThan(50);
    const whole = [...plans].filter(
      ([name, plan]) =>
        !(ofAll as readonly string[]).includes(name) && /SCAN (?!CONSTANT ROW|json_each)|Seq Scan/.test(plan),
    );
    expect(whole).toEqual([]);
  });

  test.each<[keyof RegistrationsQueries, string]>([
    ['inviteTake', 'conversation_invites_hash'],
    ['invitesOf', 'conversation_invites_creator_id'],
    ['uploadByPut', 'conversation_uploads_putHash'],
    ['uploadByGet', 'conversation_uploads_getHash'],
    ['uploadDropFile', 'conversation_uploads_account_file'],
    ['uploadsOver', 'conversation_uploads_expires'],
    ['queuedOver', 'conversation_queued_expires'],
    ['queuedOldest', 'conversation_queued_expires'],
    ['queuedOf', 'conversation_queued_account'],
    ['tokensDropOver', 'conversation_tokens_expires'],
    ['policiesDropSource', 'conversation_policies_source_domain'],
  ])('%s is found by %s', (name, index) => {
    expect(plans.get(name)).toContain(index);
  });

  const ofKey: readonly (keyof RegistrationsQueries)[] = [
    ...(['pushesOf', 'tokensOf', 'tokenFind', 'tokenCredentials', 'devicesOf'] as const),
    ...(['queuedSizes', 'queuedBetween', 'queuedDropUpTo', 'policiesFind'] as const),
  ];
  test.each(ofKey)('%s is found by its key', (name) => {
    expect(plans.get(name)).toMatch(/USING PRIMARY KEY|_pkey|_pk\b/);
  });
});
