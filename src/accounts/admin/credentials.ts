import { createHash } from 'node:crypto';
import { randomToken, StoreError } from '../../base/index.ts';
import type { Database } from '../../storage/index.ts';
import { credentialNameCharactersMax, signInTokenBits } from '../limits.ts';
import { operations } from '../module.ts';
import { appPasswordTag, newAppPassword, prepareNewPassword } from '../passwords.ts';
import { formatScramKeys, scramKeys } from '../scram.ts';
import type { NewCredential } from '../scripts/credentials.ts';
import { scopes as allScopes, type Scope } from '../types.ts';
import { readName } from './input.ts';
import type { AdminParts } from './parts.ts';
import type { AccountsAdmin } from './types.ts';

const hourMs = 3_600_000;

/** What is kept of a prepared password: its argon2id hash, and the keys of SCRAM beside it. */
async function seal(
  parts: Pick<AdminParts, 'hasher'>,
  prepared: string,
  salt: Buffer,
): Promise<Pick<NewCredential, 'hash' | 'scramSha1' | 'scramSha256'>> {
  const hash = await parts.hasher.hash(prepared);
  const keys = await parts.hasher.derive(() =>
    Promise.all([scramKeys('SCRAM-SHA-1', prepared, salt), scramKeys('SCRAM-SHA-256', prepared, salt)]),
  );
  if (hash === undefined || keys === undefined) {
    throw new StoreError('unavailable', 'too many passwords are being checked; try again in a moment');
  }
  return { hash, scramSha1: formatScramKeys(keys[0]), scramSha256: formatScramKeys(keys[1]) };
}

export async function makePassword(
  parts: Pick<AdminParts, 'hasher'>,
  password: string,
  salt: Buffer,
): Promise<NewCredential> {
  const prepared = await prepareNewPassword(password);
  const sealed = await seal(parts, prepared, salt);
  return { kind: 'password', name: '', tag: '', scopes: allScopes.join(' '), ...sealed };
}

function readScopes(scopes: readonly Scope[]): string {
  const chosen = allScopes.filter((scope) => scopes.includes(scope));
  const unknown = scopes.find((scope) => !allScopes.includes(scope));
  if (unknown !== undefined || chosen.length === 0) {
    throw new StoreError('invalid', `an app password is good for one or more of ${allScopes.join(', ')}`);
  }
  return chosen.join(' ');
}

function knownScopes(text: string): Scope[] {
  const words = text.split(' ');
  return allScopes.filter((scope) => words.includes(scope));
}

/** How a sign-in token is kept: 130 random bits need no slow hash. */
export function signInHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** As `AuthResult` names them. */
export async function livingCredentials(
  database: Database,
  member: number,
): Promise<ReadonlyMap<string, { readonly own: boolean }>> {
  const all = await database.call(operations.credentials, { member });
  const living = all.filter(({ revoked }) => revoked === 0);
  return new Map(living.map(({ id, kind }) => [String(id), { own: kind === 'password' }]));
}

/** Nobody signs in with it any more by then, so what goes wrong is told to the operator alone. */
async function letGo({ database, onCredentialEnd, onError }: AdminParts, id: number): Promise<void> {
  try {
    const living = new Set((await livingCredentials(database, id)).keys());
    for (const hook of onCredentialEnd) await hook(id, living);
  } catch (error) {
    onError('what was left with a credential was not let go', error);
  }
}

type CredentialAdmin = Pick<
  AccountsAdmin,
  | 'setPassword'
  | 'redeemWithPassword'
  | 'addAppPassword'
  | 'credentials'
  | 'revokeAppPassword'
  | 'createSignInToken'
>;

export function credentialAdmin(parts: AdminParts): CredentialAdmin {
  const { database, clock } = parts;

  async function saltOf(id: number): Promise<Buffer> {
    const salt = await database.call(operations.salt, { id });
    if (salt === null) throw new StoreError('not-found', `there is no member ${id}`);
    return Buffer.from(salt, 'base64');
  }

  return {
    async setPassword(id, password) {
      const credential = await makePassword(parts, password, await saltOf(id));
      const now = clock.nowMs();
      const made = await database.call(operations.setPassword, { member: id, credential, now });
      await letGo(parts, id);
      return made;
    },
    async redeemWithPassword(token, password) {
      const hash = signInHash(token);
      // Before the slow hash, which nobody gets for a token made up.
      const found = await database.call(operations.signIn, { hash, now: clock.nowMs() });
      if (!found) return null;
      const credential = await makePassword(parts, password, await saltOf(found.id));
      const now = clock.nowMs();
      const args = { hash, now, member: found.id, credential };
      const member = await database.call(operations.redeemWithPassword, args);
      if (member !== null) await letGo(parts, member.id);
      return member;
    },
    async addAppPassword(id, device, scopes) {
      const name = readName(device, 'the name of an app password', credentialNameCharactersMax);
      const kept = readScopes(scopes);
      const salt = await saltOf(id);
      const password = newAppPassword();
      const credential: NewCredential = {
        kind: 'app-password',
        name,
        tag: appPasswordTag(parts.appPasswordSecret, id, password),
        scopes: kept,
        ...(await seal(parts, password, salt)),
      };
      const now = clock.nowMs();
      return {
        id: await database.call(operations.addAppPassword, { member: id, credential, now }),
        password,
      };
    },
    async credentials(id) {
      const rows = await database.call(operations.credentials, { member: id });
      return rows.map(({ scopes, lastUsed, revoked, ...row }) => ({
        ...row,
        scopes: knownScopes(scopes),
        lastUsed: lastUsed === 0 ? null : lastUsed,
        revoked: revoked === 0 ? null : revoked,
      }));
    },
    async revokeAppPassword(id, credential) {
      await database.call(operations.revokeAppPassword, { member: id, id: credential, now: clock.nowMs() });
      await letGo(parts, id);
    },
    async createSignInToken(id) {
      const token = randomToken(signInTokenBits);
      const now = clock.nowMs();
      const expires = now + parts.settings.signInLinkHours * hourMs;
      await database.call(operations.addSignInToken, { member: id, hash: signInHash(token), expires, now });
      return { token, expires };
    },
  };
}
