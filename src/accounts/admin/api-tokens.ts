import { StoreError } from '../../base/index.ts';
import { apiTokenHash, newApiToken } from '../api-tokens.ts';
import { apiTokenDaysMax, apiTokenScopesMax, credentialNameCharactersMax } from '../limits.ts';
import { operations } from '../module.ts';
import { readName } from './input.ts';
import type { AdminParts } from './parts.ts';
import type { AccountsAdmin } from './types.ts';

const dayMs = 86_400_000;
const word = /^[a-z]{1,30}(?:\.[a-z]{1,30})?$/;

function readScopes(scopes: readonly string[]): string {
  const once = [...new Set(scopes)];
  if (once.length === 0 || once.length > apiTokenScopesMax || !once.every((scope) => word.test(scope)))
    throw new StoreError('invalid', `a token is good for 1 to ${apiTokenScopesMax} things, each a word`);
  return once.join(' ');
}

export function apiTokenAdmin({
  database,
  clock,
}: AdminParts): Pick<AccountsAdmin, 'addApiToken' | 'apiTokens' | 'revokeApiToken'> {
  return {
    async addApiToken(member, { name, scopes, days }) {
      const readable = readName(name, 'the name of a token', credentialNameCharactersMax);
      if (!Number.isInteger(days) || days < 1 || days > apiTokenDaysMax)
        throw new StoreError('invalid', `a token ends after 1 to ${apiTokenDaysMax} days`);
      const token = newApiToken();
      const now = clock.nowMs();
      const kept = { member, name: readable, hash: apiTokenHash(token), scopes: readScopes(scopes) };
      const expires = now + days * dayMs;
      return { id: await database.call(operations.addApiToken, { ...kept, expires, now }), token, expires };
    },
    async apiTokens(member) {
      const rows = await database.call(operations.apiTokens, { member });
      return rows.map(({ id, name, scopes, created, expires, revoked }) => ({
        ...{ id, name, created, expires },
        scopes: scopes.split(' '),
        revoked: revoked === 0 ? null : revoked,
      }));
    },
    revokeApiToken: (member, id) =>
      database.call(operations.revokeApiToken, { member, id, now: clock.nowMs() }),
  };
}
