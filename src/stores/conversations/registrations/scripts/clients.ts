import { isPassword } from '../../../../accounts/index.ts';
import { StoreError } from '../../../../base/index.ts';
import { first, one, run, type Script } from '../../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { RegistrationsQueries } from '../queries.ts';
import type { Device, FastToken, FastTokens, PushRegistration } from '../types.ts';

type Q = RegistrationsQueries;

export function* enablePush(q: Q, a: PushRegistration & { account: number; most: number }): Script<void> {
  const { most, ...registration } = a;
  yield* run(q.pushPut, registration);
  if (Number(one(yield* run(q.pushCount, { account: a.account })).rows) > most)
    throw new StoreError('limit', `an account has at most ${most} registrations for push`);
}

export function* disablePush(
  q: Q,
  a: { account: number; service: string; node: string | null },
): Script<number> {
  const { account, service, node } = a;
  if (node === null) return (yield* run(q.pushDropService, { account, service })).length;
  return (yield* run(q.pushDrop, { account, service, node })).length;
}

export function* settlePush(
  q: Q,
  a: { account: number; service: string; node: string; ok: boolean; now: number },
): Script<boolean> {
  const { account, service, node } = a;
  const which = { account, service, node };
  if (a.ok) {
    yield* run(q.pushOk, { ...which, now: a.now });
    return false;
  }
  const failed = first(yield* run(q.pushFailed, which));
  if (!failed || failed.failures < limits.pushFailuresMax) return false;
  yield* run(q.pushDrop, which);
  return true;
}

interface TokenRow {
  readonly client: string;
  readonly mechanism: string;
  readonly current: string;
  readonly currentIssued: number;
  readonly currentExpires: number;
  readonly next: string;
  readonly nextIssued: number;
  readonly nextExpires: number;
  readonly count: number;
  readonly version: number;
  readonly credential: string;
}

const noToken = { token: '', issued: 0, expires: 0 };
const currentOf = (row: TokenRow) => ({
  token: row.current,
  issued: row.currentIssued,
  expires: row.currentExpires,
});
const nextOf = (row: TokenRow) => ({ token: row.next, issued: row.nextIssued, expires: row.nextExpires });

type Kept = typeof noToken;

interface TokenKey {
  readonly account: number;
  readonly client: string;
  readonly mechanism: string;
}

function* putTokens(
  q: Q,
  key: TokenKey,
  a: { current: Kept; next: Kept; count: number } & Pick<TokenRow, 'version' | 'credential'>,
): Script<void> {
  yield* run(q.tokenPut, {
    ...{ account: key.account, client: key.client, mechanism: key.mechanism },
    ...{ current: a.current.token, currentIssued: a.current.issued, currentExpires: a.current.expires },
    ...{ next: a.next.token, nextIssued: a.next.issued, nextExpires: a.next.expires },
    ...{ count: a.count, version: a.version, credential: a.credential },
    ...{ expires: Math.max(a.current.expires, a.next.expires) },
  });
}

export function* issueToken(
  q: Q,
  a: TokenKey & Pick<TokenRow, 'version' | 'credential'> & { token: string; expires: number; now: number },
): Script<void> {
  const { account, client, mechanism, version, credential } = a;
  const before = first(yield* run(q.tokenFind, { account, client, mechanism }));
  const isSame =
    before?.credential === credential && (before.version === version || isPassword(before.credential));
  yield* putTokens(q, a, {
    current: isSame ? currentOf(before) : noToken,
    next: { token: a.token, issued: a.now, expires: a.expires },
    count: isSame ? before.count : -1,
    ...{ version, credential },
  });
}

const shown = ({ token, issued, expires }: Kept, now: number): FastToken | null =>
  token === '' || expires <= now ? null : { token, issuedMs: issued, expiresMs: expires };

export function* findTokens(q: Q, a: { account: number; client: string; now: number }): Script<FastTokens[]> {
  const rows = yield* run(q.tokensOf, { account: a.account, client: a.client });
  return rows
    .map((row) => ({
      client: row.client,
      mechanism: row.mechanism,
      current: shown(currentOf(row), a.now),
      next: shown(nextOf(row), a.now),
      count: row.count,
      credential: row.credential,
      version: row.version,
    }))
    .filter(({ current, next }) => current !== null || next !== null);
}

export function* useToken(
  q: Q,
  a: TokenKey & { token: string; count: number | null; now: number },
): Script<boolean> {
  const { account, client, mechanism, token, now } = a;
  const row = first(yield* run(q.tokenFind, { account, client, mechanism }));
  if (!row || token === '') return false;
  if (row.next === token && row.nextExpires > now) {
    const { version, credential } = row;
    const current = nextOf(row);
    yield* putTokens(q, a, { current, next: noToken, count: a.count ?? -1, version, credential });
    return true;
  }
  if (row.current !== token || row.currentExpires <= now) return false;
  if (a.count === null) return true;
  // XEP-0484 §3.4: what was sent once may be sent again by somebody else.
  if (a.count <= row.count) return false;
  yield* putTokens(q, a, {
    current: currentOf(row),
    next: nextOf(row),
    count: a.count,
    version: row.version,
    credential: row.credential,
  });
  return true;
}

export function* revokeTokens(q: Q, a: { account: number; client: string | null }): Script<number> {
  const { account, client } = a;
  if (client === null) return (yield* run(q.tokensErase, { account })).length;
  return (yield* run(q.tokensDropClient, { account, client })).length;
}

function* dropDevice(q: Q, a: { account: number; client: string }): Script<boolean> {
  const wasThere = (yield* run(q.deviceDrop, a)).length > 0;
  yield* run(q.tokensDropClient, a);
  yield* run(q.pushDropClient, a);
  return wasThere;
}

export function* seenDevice(
  q: Q,
  a: Pick<Device, 'client' | 'tag' | 'software' | 'name' | 'credential'> & {
    account: number;
    now: number;
    most: number;
  },
): Script<void> {
  const { most, ...device } = a;
  yield* run(q.devicePut, device);
  const all = yield* run(q.devicesOf, { account: a.account });
  for (const { client } of all.slice(most)) yield* dropDevice(q, { account: a.account, client });
}

export function* devices(
  q: Q,
  a: { account: number; now: number },
): Script<(Device & { hasToken: boolean })[]> {
  const rows = yield* run(q.devicesOf, { account: a.account });
  const clients = new Set((yield* run(q.tokenClients, { ...a })).map(({ client }) => client));
  return rows.map((row) => ({ ...row, hasToken: clients.has(row.client) }));
}

export const removeDevice = dropDevice;

const isOver = (living: readonly string[], credential: string) =>
  isPassword(credential) && !living.includes(credential);

/** What was registered with a credential goes with it. */
export function* retain(q: Q, a: { account: number; living: readonly string[] }): Script<void> {
  const { account, living } = a;
  for (const { client, credential } of yield* run(q.devicesOf, { account }))
    if (isOver(living, credential)) yield* dropDevice(q, { account, client });
  for (const { client, credential } of yield* run(q.tokenCredentials, { account }))
    if (isOver(living, credential)) yield* run(q.tokensDropClient, { account, client });
  for (const { service, node, credential } of yield* run(q.pushesOf, { account }))
    if (isOver(living, credential)) yield* run(q.pushDrop, { account, service, node });
}
