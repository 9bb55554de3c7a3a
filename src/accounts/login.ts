import type { Clock } from '../base/index.ts';
import type { Database } from '../storage/index.ts';
import type { Hasher } from './hasher.ts';
import { busyRetryMs, checkAttemptsMax, lastUsedCoarseMs, passwordBytesMax } from './limits.ts';
import type { LoginCache } from './login-cache.ts';
import { operations } from './module.ts';
import { readUsername } from './names.ts';
import { appPasswordTag, preparePassword, readAppPassword } from './passwords.ts';
import type { Outcome, Throttle } from './throttle.ts';
import type { AuthFailure, AuthResult, Member, PasswordLogin, Scope } from './types.ts';

/** What the doors share. */
export interface LoginParts {
  readonly database: Database;
  /** The domain of a user name without one. */
  readonly domain: string;
  readonly clock: Clock;
  readonly hasher: Hasher;
  readonly throttle: Throttle;
  readonly cache: LoginCache;
  readonly appPasswordSecret: Buffer;
  readonly sleep: (ms: number) => Promise<void>;
  /** Takes over what need not be waited for. */
  readonly background: (task: Promise<unknown>) => void;
  readonly onError: (event: string, error: unknown) => void;
}

export interface Known {
  /** Null for a name that nobody has; it is treated in the same way. */
  readonly member: Member | null;
  readonly name: string | null;
  /** What the throttle counts by: the same for all names of a member. */
  readonly account: string;
}

interface Credential {
  readonly id: number;
  readonly lastUsed: number;
}

export function refused(reason: AuthFailure, retryAfterMs = 0): AuthResult {
  return { ok: false, reason, retryAfterMs };
}

/** Who a user name stands for: its member, by present or former address, not by alias. One point read. */
export async function whoIs(
  parts: Pick<LoginParts, 'database' | 'domain'>,
  username: string,
): Promise<Known> {
  const name = readUsername(username, parts.domain);
  const row = name === null ? null : await parts.database.call(operations.address, { address: name });
  if (!row || row.address === null) return { member: null, name, account: `name ${name ?? ''}` };
  const { id, address, name: shown, admin, disabled, version } = row;
  const member = {
    id,
    address,
    name: shown ?? '',
    admin: admin === true,
    disabled: disabled !== false,
    version: version ?? 0,
  };
  return { member, name, account: `member ${id}` };
}

/** The refusal of what went wrong on our side; the reason for it goes to the operator. */
export function failure(parts: Pick<LoginParts, 'onError'>, error: unknown): AuthResult {
  parts.onError('login failed', error);
  return refused('unavailable', busyRetryMs);
}

/** Notes once an hour at most that the credential is in use. */
export function noteUse(parts: LoginParts, credential: Credential): number {
  const now = parts.clock.nowMs();
  if (now - credential.lastUsed < lastUsedCoarseMs) return credential.lastUsed;
  const coarse = now - (now % lastUsedCoarseMs);
  parts.background(parts.database.call(operations.used, { credential: credential.id, now: coarse }));
  return coarse;
}

/**
 * Password logins, for members' passwords and app passwords alike. Every attempt that is looked at costs exactly one
 * hash, whether the name exists or not and whatever the password looks like; the cache and the throttle come first.
 */
export function createPasswordLogin(parts: LoginParts): (login: PasswordLogin) => Promise<AuthResult> {
  /** What is under way: a client that opens ten connections at once costs one hash and fails once. */
  const underWay = new Map<string, Promise<AuthResult>>();

  return async (login) => {
    const { remote, username, scope, password } = login;
    const digest = parts.cache.digest(password.slice(0, passwordBytesMax + 1));
    const key = JSON.stringify([remote, username, scope, digest]);
    const other = underWay.get(key);
    try {
      if (other) return await join(parts, other);
      const mine = decide(parts, login, digest).finally(() => underWay.delete(key));
      underWay.set(key, mine);
      return await mine;
    } catch (error) {
      return failure(parts, error);
    }
  };
}

/** Another's answer, unless a credential changed since it was found. */
async function join(parts: LoginParts, other: Promise<AuthResult>): Promise<AuthResult> {
  const result = await other;
  if (!result.ok) return result;
  const now = await parts.database.call(operations.member, { id: result.member.id });
  return now?.version === result.member.version ? result : refused('busy', busyRetryMs);
}

async function decide(parts: LoginParts, login: PasswordLogin, digest: string): Promise<AuthResult> {
  const known = await whoIs(parts, login.username);
  const waitMs = parts.throttle.refusedMs(login.remote, known.account);
  if (waitMs > 0) return refused('throttled', waitMs);
  if (login.password.length > passwordBytesMax) return tooLong(parts, known, login);
  return fromCache(parts, known, login, digest) ?? attempt(parts, known, login, digest);
}

function tooLong(parts: LoginParts, known: Known, login: PasswordLogin): AuthResult {
  const waitMs = parts.throttle.begin(login.remote, known.account);
  if (waitMs > 0) return refused('throttled', waitMs);
  parts.throttle.settle(login.remote, known.account, 'failed');
  return refused('credentials');
}

function fromCache(parts: LoginParts, known: Known, login: PasswordLogin, digest: string): AuthResult | null {
  const { member } = known;
  if (!member || member.disabled) return null;
  const entry = parts.cache.get(parts.cache.keyOf(member, login.scope, digest));
  if (!entry) return null;
  parts.throttle.succeeded(login.remote, known.account);
  entry.lastUsed = noteUse(parts, { id: entry.credential, lastUsed: entry.lastUsed });
  return { ok: true, member, credential: String(entry.credential), ...(entry.own ? { own: true } : {}) };
}

async function attempt(
  parts: LoginParts,
  known: Known,
  login: PasswordLogin,
  digest: string,
): Promise<AuthResult> {
  const { throttle } = parts;
  const waitMs = throttle.begin(login.remote, known.account);
  if (waitMs > 0) return refused('throttled', waitMs);
  let outcome: Outcome = 'void';
  try {
    const delayMs = throttle.delayMs(known.account);
    if (delayMs > 0) await parts.sleep(delayMs);
    const result = await check(parts, known.member, login, digest);
    // 'disabled' and 'scope' are said to those alone who know the password.
    const proved = result.ok || result.reason === 'disabled' || result.reason === 'scope';
    outcome = proved ? 'succeeded' : result.reason === 'credentials' ? 'failed' : 'void';
    return result;
  } finally {
    throttle.settle(login.remote, known.account, outcome);
  }
}

async function check(
  parts: LoginParts,
  before: Member | null,
  login: PasswordLogin,
  digest: string,
): Promise<AuthResult> {
  let member = before;
  for (let round = 0; round < checkAttemptsMax; round++) {
    const credential = await verify(parts, member, login.password);
    if (credential === 'busy') return refused('busy', busyRetryMs);
    if (credential === null || member === null) return refused('credentials');
    const now = await parts.database.call(operations.member, { id: member.id });
    if (now?.version === member.version) return admit(parts, member, credential, login.scope, digest);
    // A credential changed while this one was checked: what was read is not what counts any more.
    member = now;
  }
  return refused('busy', busyRetryMs);
}

type Verified = Credential & {
  readonly tag: string;
  readonly hash: string;
  readonly scopes: string;
  readonly typed: string;
};

async function verify(
  parts: LoginParts,
  member: Member | null,
  password: string,
): Promise<Verified | 'busy' | null> {
  const appPassword = readAppPassword(password);
  const tag = appPasswordTag(parts.appPasswordSecret, member?.id ?? 0, appPassword ?? '');
  const found = member
    ? await parts.database.call(operations.credentialsFor, { member: member.id, tag })
    : [];
  const app = found.find((credential) => credential.tag === tag);
  const credential = app ?? found.find((other) => other.tag === '');
  const typed = app ? appPassword : await preparePassword(password);
  const usable = credential !== undefined && typed !== null;
  const right = await parts.hasher.verify(usable ? credential.hash : parts.hasher.decoy, typed ?? '');
  if (right === undefined) return 'busy';
  return right && usable ? { ...credential, typed } : null;
}

function admit(
  parts: LoginParts,
  member: Member,
  credential: Verified,
  scope: Scope,
  digest: string,
): AuthResult {
  if (member.disabled) return refused('disabled');
  if (!coversScope(credential.scopes, scope)) return refused('scope');
  const key = parts.cache.keyOf(member, scope, digest);
  const own = isOwn(credential);
  parts.cache.remember(key, { credential: credential.id, own, lastUsed: noteUse(parts, credential) });
  if (parts.hasher.outdated(credential.hash)) parts.background(renewHash(parts, credential));
  return { ok: true, member, credential: String(credential.id), ...(own ? { own: true } : {}) };
}

/** Only app passwords have a tag. */
export const isOwn = ({ tag }: { readonly tag: string }): boolean => tag === '';

export function coversScope(scopes: string, scope: Scope): boolean {
  return scopes.split(' ').includes(scope);
}

/** The same password at today's cost; nothing changes for its member, so the version stays. */
async function renewHash(parts: LoginParts, credential: Verified): Promise<void> {
  const hash = await parts.hasher.hash(credential.typed);
  if (hash === undefined) return;
  await parts.database.call(operations.rehash, { credential: credential.id, before: credential.hash, hash });
}
