import { defineModule, first, run } from '../storage/index.ts';
import { accountQueries } from './queries.ts';
import { dropAlias, groupsOf, pageAliases, putAlias } from './scripts/aliases.ts';
import { addApiToken, findApiToken, revokeApiToken } from './scripts/api-tokens.ts';
import {
  addAppPassword,
  addSignInToken,
  findSignInToken,
  redeemSignInToken,
  redeemWithPassword,
  revokeAppPassword,
  setPassword,
} from './scripts/credentials.ts';
import { addDomain, dropDomain, ensure } from './scripts/domains.ts';
import { addMember, buryMember, changeMember, findMembers, renameMember } from './scripts/members.ts';
import { leadsOnlyTo, ownedAmong, resolveAddress, resolveAll, type Wanted } from './scripts/resolve.ts';
import { accountTables } from './tables.ts';

/** What the threads run for the accounts. Every write but `used`, `rehash` and `redeem` moves account 0's counter. */
const defined = defineModule({
  name: 'accounts',
  tables: accountTables,
  queries: accountQueries,
  operations: ({ read, recall, scan, write }) => ({
    ensure: write(ensure),
    addMember: write(addMember),
    changeMember: write(changeMember),
    renameMember: write(renameMember),
    buryMember: write(buryMember),
    memberErased: write(function* (q, a: { id: number }) {
      yield* run(q.memberErased, { id: a.id });
    }),
    setPassword: write(setPassword),
    addAppPassword: write(addAppPassword),
    revokeAppPassword: write(revokeAppPassword),
    used: write(function* (q, a: { credential: number; now: number }) {
      yield* run(q.credentialUsed, { id: a.credential, now: a.now });
    }),
    rehash: write(function* (q, a: { credential: number; before: string; hash: string }) {
      yield* run(q.credentialRehash, { id: a.credential, before: a.before, hash: a.hash });
    }),
    addSignInToken: write(addSignInToken),
    redeem: write(redeemSignInToken),
    redeemWithPassword: write(redeemWithPassword),
    addApiToken: write(addApiToken),
    revokeApiToken: write(revokeApiToken),
    putAlias: write(putAlias),
    dropAlias: write(dropAlias),
    addDomain: write(addDomain),
    dropDomain: write(dropDomain),

    member: recall(function* (q, a: { id: number }) {
      return first(yield* run(q.memberById, { id: a.id })) ?? null;
    }),
    signIn: read(findSignInToken),
    apiToken: read(findApiToken),
    apiTokens: read(function* (q, a: { member: number }) {
      return yield* run(q.apiTokensOf, { member: a.member });
    }),
    address: recall(function* (q, a: { address: string }) {
      return first(yield* run(q.addressFind, { address: a.address })) ?? null;
    }),
    domain: recall(function* (q, a: { domain: string }) {
      return (yield* run(q.domainFind, { domain: a.domain })).length > 0;
    }),
    groupsOf: recall(groupsOf),
    resolve: read(function* (q, a: Wanted) {
      return yield* resolveAddress(q, a);
    }),
    leadsOnlyTo: read(leadsOnlyTo),
    resolveAll: read(resolveAll),
    ownedAmong: read(ownedAmong),
    salt: read(function* (q, a: { id: number }) {
      return first(yield* run(q.memberSalt, { id: a.id }))?.salt ?? null;
    }),
    credentialsFor: read(function* (q, a: { member: number; tag: string }) {
      return yield* run(q.credentialsFor, { member: a.member, tag: a.tag });
    }),
    scramKeys: read(function* (q, a: { member: number }) {
      return yield* run(q.scramKeys, { member: a.member });
    }),
    credentials: read(function* (q, a: { member: number }) {
      return yield* run(q.credentialList, { member: a.member });
    }),
    addressesOf: read(function* (q, a: { member: number }) {
      return yield* run(q.addressesOf, { member: a.member });
    }),
    domains: scan(function* (q, _: Record<string, never>) {
      return yield* run(q.domainAll, {});
    }),
    members: scan(function* (q, a: { after: number; max: number }) {
      return yield* run(q.memberPage, { after: a.after, max: a.max });
    }),
    findMembers: scan(findMembers),
    membersToErase: scan(function* (q, _: Record<string, never>) {
      return (yield* run(q.membersToErase, {})).map((row) => row.id);
    }),
    aliases: scan(pageAliases),
  }),
});

export const accountsModule = defined.module;
export const operations = defined.operations;
