import { type Clock, randomOctets, sleep as realSleep, systemClock } from '../base/index.ts';
import type { Database } from '../storage/index.ts';
import { apiTokenAdmin } from './admin/api-tokens.ts';
import { credentialAdmin, livingCredentials, signInHash } from './admin/credentials.ts';
import { directoryAdmin } from './admin/directory.ts';
import { memberAdmin } from './admin/members.ts';
import type { CredentialHook, EraseHook, GroupHook } from './admin/parts.ts';
import type { AccountsAdmin } from './admin/types.ts';
import { apiTokenFinder } from './api-tokens.ts';
import { argon2Hasher, type Hasher } from './hasher.ts';
import { signInTokenBits } from './limits.ts';
import { createPasswordLogin, type LoginParts } from './login.ts';
import { LoginCache } from './login-cache.ts';
import { operations } from './module.ts';
import { type LookupAddress, memberHandle, readDomain, readMemberName, tryAddress } from './names.ts';
import { createScramLogin } from './scram-login.ts';
import { type AccountsSettings, accountsSettings } from './settings.ts';
import { type Outcome, Throttle } from './throttle.ts';
import { createTokenLogin } from './token-login.ts';
import type { Accounts, DepartureListener, Resolution, TokenVerifier } from './types.ts';

export interface AccountsOptions {
  readonly database: Database;
  /** `coop.domain`. */
  readonly domain: string;
  /** `coop.aliases`: more domains that are ours. */
  readonly aliases?: readonly string[];
  readonly settings?: AccountsSettings;
  readonly clock?: Clock;
  /** Run when a member is deleted, in this order: what each store does to let go of the member's data. */
  readonly onErase?: readonly EraseHook[];
  /** Run when an app password was revoked or a password changed. */
  readonly onCredentialEnd?: readonly CredentialHook[];
  /** Run when an alias is removed, and before one is made: nothing that an earlier group of its name had is handed on. */
  readonly onGroupEnd?: readonly GroupHook[];
  /** Hears what a login or a background write stumbled over; never a name or a password. */
  readonly onError?: (event: string, error: unknown) => void;
  /** The issuer whose tokens sign members in; without one no token does. */
  readonly tokens?: TokenVerifier;
  readonly hasher?: Hasher;
  readonly sleep?: (ms: number) => Promise<void>;
}

export interface AccountsService {
  readonly accounts: Accounts;
  readonly admin: AccountsAdmin;
  /** Waits for what still runs in the background; before the database is closed. */
  close(): Promise<void>;
}

const secretBytes = 32;

/** A query's error repeats its parameters, which may be a name or a hash; what caused it does not. */
function withoutParameters(error: unknown): unknown {
  let cause = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  return cause;
}

/** Opens the accounts: the configured domains and this server's own keys are there when it resolves. */
export async function createAccounts(options: AccountsOptions): Promise<AccountsService> {
  const { database, clock = systemClock } = options;
  const onError = (event: string, error: unknown) => options.onError?.(event, withoutParameters(error));
  const settings = options.settings ?? accountsSettings.parse({});
  const hasher = options.hasher ?? argon2Hasher(settings.hashesAtOnce);
  const domain = readDomain(options.domain);
  const configuredDomains = new Set([domain, ...(options.aliases ?? []).map(readDomain)]);
  const fresh = () => randomOctets(secretBytes).toString('base64');
  const secrets = await database.call(operations.ensure, {
    domains: [...configuredDomains],
    secrets: { appPassword: fresh(), scram: fresh() },
    now: clock.nowMs(),
  });
  const appPasswordSecret = Buffer.from(secrets.appPassword ?? '', 'base64');
  const background = new Set<Promise<unknown>>();

  const login = {
    database,
    domain,
    clock,
    hasher,
    throttle: new Throttle(clock),
    cache: new LoginCache(clock),
    appPasswordSecret,
    sleep: options.sleep ?? realSleep,
    onError,
    background(task: Promise<unknown>) {
      const done: Promise<unknown> = task
        .catch((error) => onError('background write failed', error))
        .finally(() => background.delete(done));
      background.add(done);
    },
  };
  const admin = { database, domain, configuredDomains, settings, clock, hasher, appPasswordSecret };
  const departures = new Set<DepartureListener>();
  const { onErase = [], onCredentialEnd = [], onGroupEnd = [] } = options;
  const adminParts = { ...admin, onErase, onCredentialEnd, onGroupEnd, departures, onError };
  return {
    accounts: {
      login: createPasswordLogin(login),
      loginWithToken: createTokenLogin(login, options.tokens ?? null),
      tokens: options.tokens ?? null,
      scram: createScramLogin(login, Buffer.from(secrets.scram ?? '', 'base64')),
      ...lookups(database, domain, clock),
      findSignInToken: signInFinder(login),
      findApiToken: apiTokenFinder(login),
      onDeparture(listener) {
        departures.add(listener);
        return () => departures.delete(listener);
      },
    },
    admin: {
      ...memberAdmin(adminParts),
      ...credentialAdmin(adminParts),
      ...apiTokenAdmin(adminParts),
      ...directoryAdmin(adminParts),
    },
    async close() {
      await Promise.all(background);
    },
  };
}

/** The throttle counts all made-up tokens of an address as guesses at one account. */
const tokenAccount = 'sign-in token';

function signInFinder({ database, clock, throttle }: LoginParts): Accounts['findSignInToken'] {
  return async (token, remote) => {
    const retryAfterMs = throttle.begin(remote, tokenAccount);
    if (retryAfterMs > 0) return { ok: false, reason: 'throttled', retryAfterMs };
    let outcome: Outcome = 'void';
    try {
      const member = isSignInToken(token)
        ? await database.call(operations.signIn, { hash: signInHash(token), now: clock.nowMs() })
        : null;
      // 'void', not 'succeeded': who holds one link must not guess others without end.
      if (member) return { ok: true, member };
      outcome = 'failed';
      return { ok: false, reason: 'credentials', retryAfterMs: 0 };
    } finally {
      throttle.settle(remote, tokenAccount, outcome);
    }
  };
}

function isSignInToken(token: string): boolean {
  return token.length === Math.ceil(signInTokenBits / 5);
}

type Lookups = Omit<
  Accounts,
  'login' | 'loginWithToken' | 'tokens' | 'scram' | 'findSignInToken' | 'findApiToken' | 'onDeparture'
>;

function lookups(database: Database, domain: string, clock: Clock): Lookups {
  /** RFC 5321 §4.5.1: `postmaster` may stand without a domain. */
  const read = (text: string): LookupAddress | null =>
    tryAddress(text.toLowerCase() === 'postmaster' ? `postmaster@${domain}` : text);

  const wantedAmong = (texts: Iterable<string>) =>
    [...new Set(texts)].flatMap((text) => {
      const address = read(text);
      return address ? [{ text, wanted: { key: address.key, tag: address.tag, full: address.full } }] : [];
    });

  const memberAt = async (key: string | undefined) => {
    if (key === undefined) return null;
    const row = await database.call(operations.address, { address: key });
    return row === null || row.address === null ? null : database.call(operations.member, { id: row.id });
  };

  return {
    async redeemSignInToken(token) {
      if (!isSignInToken(token)) return null;
      return database.call(operations.redeem, { hash: signInHash(token), now: clock.nowMs() });
    },
    member: (id) => database.call(operations.member, { id }),
    livingCredentials: (id) => livingCredentials(database, id),
    byAddress: async (text) => memberAt(read(text)?.key),
    byName: async (text) => memberAt(readMemberName(text, domain) ?? undefined),
    handleOf: ({ address }) => memberHandle(address, domain),
    async resolve(text) {
      const address = read(text);
      if (!address) return { kind: 'unknown' };
      const { key, tag, full } = address;
      return database.call(operations.resolve, { key, tag, full });
    },
    async resolveAll(texts) {
      const read = wantedAmong(texts);
      const found = await database.call(operations.resolveAll, { wanted: read.map(({ wanted }) => wanted) });
      const unknown: Resolution = { kind: 'unknown' };
      const all = new Map<string, Resolution>([...texts].map((text) => [text, unknown]));
      for (const [at, { text }] of read.entries()) all.set(text, found[at] ?? unknown);
      return all;
    },
    async isLocalDomain(text) {
      const name = tryAddress(`postmaster@${text}`)?.domain;
      return name !== undefined && database.call(operations.domain, { domain: name });
    },
    groupsOf: (member) => database.call(operations.groupsOf, { member }),
    async group(name) {
      const address = readMemberName(name, domain);
      const row = address === null ? null : await database.call(operations.address, { address });
      // A catch-all is nobody's group.
      return row?.kind === 'alias' && !address?.startsWith('*@') ? address : null;
    },
    findMembers: (text, max) => database.call(operations.findMembers, { text, max }),
    async owns(member, text) {
      const address = read(text);
      if (!address) return false;
      const { key, tag, full } = address;
      return database.call(operations.leadsOnlyTo, { key, tag, full, member });
    },
    async ownedAmong(member, texts) {
      const read = wantedAmong(texts);
      const wanted = read.map((each) => each.wanted);
      const owned = await database.call(operations.ownedAmong, { wanted, member });
      return new Set(read.filter((_, at) => owned[at]).map(({ text }) => text));
    },
  };
}
