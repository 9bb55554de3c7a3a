import {
  and,
  asc,
  changeQueries,
  eq,
  gt,
  inArray,
  lte,
  ne,
  type QueryContext,
  sql,
} from '../storage/index.ts';
import type { accountTables } from './tables.ts';

type Context = QueryContext<(typeof accountTables)['postgres']>;

const p = sql.placeholder;
// Insert and update take a placeholder for any type of column; its own type says text.
const n = (name: string) => p(name) as never;

export function memberQueries({ db, t }: Context) {
  const m = t.members;
  const shown = {
    id: m.id,
    address: m.address,
    name: m.name,
    admin: m.admin,
    disabled: m.disabled,
    version: m.version,
  };
  const living = and(eq(m.id, p('id')), eq(m.deleted, 0));
  return {
    memberById: db.select(shown).from(m).where(living).prepare('accounts_member'),
    memberSalt: db.select({ salt: m.scramSalt }).from(m).where(living).prepare('accounts_salt'),
    memberPage: db
      .select({ ...shown, created: m.created })
      .from(m)
      .where(and(gt(m.id, p('after')), eq(m.deleted, 0)))
      .orderBy(asc(m.id))
      .limit(n('max'))
      .prepare('accounts_member_page'),
    memberAdd: db
      .insert(m)
      .values({
        address: p('address'),
        name: p('name'),
        admin: n('admin'),
        disabled: false,
        version: 1,
        scramSalt: p('salt'),
        created: n('now'),
        deleted: 0,
        erased: false,
      })
      .returning(shown)
      .prepare('accounts_member_add'),
    memberSet: db
      .update(m)
      .set({
        address: p('address') as never,
        name: p('name') as never,
        admin: n('admin'),
        disabled: n('disabled'),
        version: sql`${m.version} + 1`,
      })
      .where(living)
      .returning(shown)
      .prepare('accounts_member_set'),
    memberBump: db
      .update(m)
      .set({ version: sql`${m.version} + 1` })
      .where(living)
      .returning(shown)
      .prepare('accounts_member_bump'),
    memberBury: db
      .update(m)
      .set({
        address: '',
        name: '',
        admin: false,
        disabled: true,
        scramSalt: '',
        version: sql`${m.version} + 1`,
        deleted: n('now'),
      })
      .where(living)
      .returning({ id: m.id })
      .prepare('accounts_member_bury'),
    memberErased: db
      .update(m)
      .set({ erased: true })
      .where(eq(m.id, p('id')))
      .prepare('accounts_member_erased'),
    membersToErase: db
      .select({ id: m.id })
      .from(m)
      .where(and(gt(m.deleted, 0), eq(m.erased, false)))
      .prepare('accounts_members_to_erase'),
    administrators: db
      .select(shown)
      .from(m)
      .where(and(eq(m.admin, true), eq(m.disabled, false), eq(m.deleted, 0)))
      .orderBy(asc(m.id))
      .limit(100)
      .prepare('accounts_administrators'),
  };
}

export function addressQueries({ db, t }: Context) {
  const { members: m, addresses: a, domains: d, aliasTargets: at } = t;
  return {
    addressFind: db
      .select({
        kind: a.kind,
        heldUntil: a.heldUntil,
        id: a.member,
        address: m.address,
        name: m.name,
        admin: m.admin,
        disabled: m.disabled,
        version: m.version,
        salt: m.scramSalt,
      })
      .from(a)
      // What is held after a deletion leads to nobody.
      .leftJoin(m, and(eq(m.id, a.member), ne(a.kind, 'reserved')))
      .where(eq(a.address, p('address')))
      .prepare('accounts_address'),
    addressPut: db
      .insert(a)
      .values({
        address: p('address'),
        domain: p('domain'),
        kind: n('kind'),
        member: n('member'),
        heldUntil: 0,
      })
      .onConflictDoUpdate({
        target: a.address,
        set: { kind: sql`excluded.kind`, member: sql`excluded.member`, heldUntil: 0 },
      })
      .prepare('accounts_address_put'),
    addressDrop: db
      .delete(a)
      .where(eq(a.address, p('address')))
      .prepare('accounts_address_drop'),
    addressesOf: db
      .select({ address: a.address, kind: a.kind })
      .from(a)
      .where(eq(a.member, p('member')))
      .orderBy(asc(a.address))
      .prepare('accounts_addresses_of'),
    addressesHold: db
      .update(a)
      .set({ kind: 'reserved', heldUntil: n('until') })
      .where(eq(a.member, p('member')))
      .prepare('accounts_addresses_hold'),
    addressInDomain: db
      .select({ address: a.address })
      .from(a)
      .where(and(eq(a.domain, p('domain')), ne(a.kind, 'reserved')))
      .limit(1)
      .prepare('accounts_address_in_domain'),
    reservationsPurge: db
      .delete(a)
      .where(and(eq(a.kind, 'reserved'), lte(a.heldUntil, p('now'))))
      .prepare('accounts_reservations_purge'),
    domainFind: db
      .select()
      .from(d)
      .where(eq(d.domain, p('domain')))
      .prepare('accounts_domain'),
    domainAdd: db
      .insert(d)
      .values({ domain: p('domain'), created: n('now') })
      .onConflictDoNothing()
      .returning({ domain: d.domain })
      .prepare('accounts_domain_add'),
    domainDrop: db
      .delete(d)
      .where(eq(d.domain, p('domain')))
      .returning({ domain: d.domain })
      .prepare('accounts_domain_drop'),
    domainAll: db.select().from(d).orderBy(asc(d.domain)).prepare('accounts_domains'),
    aliasPage: db
      .select({ address: a.address })
      .from(a)
      .where(and(gt(a.address, p('after')), eq(a.kind, 'alias')))
      .orderBy(asc(a.address))
      .limit(n('max'))
      .prepare('accounts_alias_page'),
    targetsOf: db
      .select({ target: at.target, lookup: at.lookup, tag: at.tag })
      .from(at)
      .where(eq(at.alias, p('alias')))
      .orderBy(asc(at.position))
      .prepare('accounts_targets_of'),
    aliasesTo: db
      .select({ alias: at.alias })
      .from(at)
      .where(eq(at.lookup, p('lookup')))
      .orderBy(asc(at.alias))
      .prepare('accounts_aliases_to'),
    targetAdd: db
      .insert(at)
      .values({
        alias: p('alias'),
        position: n('position'),
        target: p('target'),
        lookup: p('lookup'),
        tag: p('tag'),
      })
      .prepare('accounts_target_add'),
    targetsDrop: db
      .delete(at)
      .where(eq(at.alias, p('alias')))
      .prepare('accounts_targets_drop'),
    targetsDropTo: db
      .delete(at)
      .where(eq(at.lookup, p('lookup')))
      .prepare('accounts_targets_drop_to'),
  };
}

export function credentialQueries({ db, t }: Context) {
  const { credentials: c, signInTokens: s, accountSecrets: secrets } = t;
  const ofMember = and(eq(c.member, p('member')), eq(c.revoked, 0));
  return {
    /** The app password with this tag and the password, the former first. */
    credentialsFor: db
      .select({ id: c.id, tag: c.tag, hash: c.hash, scopes: c.scopes, lastUsed: c.lastUsed })
      .from(c)
      .where(and(ofMember, inArray(c.tag, [p('tag'), ''])))
      .prepare('accounts_credentials_for'),
    scramKeys: db
      .select({
        id: c.id,
        tag: c.tag,
        sha1: c.scramSha1,
        sha256: c.scramSha256,
        scopes: c.scopes,
        lastUsed: c.lastUsed,
      })
      .from(c)
      .where(ofMember)
      .orderBy(asc(c.id))
      .prepare('accounts_scram_keys'),
    credentialList: db
      .select({
        id: c.id,
        kind: c.kind,
        name: c.name,
        scopes: c.scopes,
        created: c.created,
        lastUsed: c.lastUsed,
        revoked: c.revoked,
      })
      .from(c)
      .where(eq(c.member, p('member')))
      .orderBy(asc(c.id))
      .prepare('accounts_credentials'),
    credentialAdd: db
      .insert(c)
      .values({
        member: n('member'),
        kind: n('kind'),
        name: p('name'),
        tag: p('tag'),
        hash: p('hash'),
        scramSha1: p('scramSha1'),
        scramSha256: p('scramSha256'),
        scopes: p('scopes'),
        created: n('now'),
        lastUsed: 0,
        revoked: 0,
      })
      .returning({ id: c.id })
      .prepare('accounts_credential_add'),
    passwordDrop: db
      .delete(c)
      .where(and(eq(c.member, p('member')), eq(c.kind, 'password')))
      .prepare('accounts_password_drop'),
    /** A revoked credential keeps its name and dates; what could open a door is gone. */
    credentialRevoke: db
      .update(c)
      .set({ revoked: n('now'), tag: 'revoked', hash: '', scramSha1: '', scramSha256: '' })
      .where(and(ofMember, eq(c.id, p('id')), eq(c.kind, 'app-password')))
      .returning({ id: c.id })
      .prepare('accounts_credential_revoke'),
    credentialUsed: db
      .update(c)
      .set({ lastUsed: n('now') })
      .where(eq(c.id, p('id')))
      .prepare('accounts_credential_used'),
    credentialRehash: db
      .update(c)
      .set({ hash: p('hash') as never })
      .where(and(eq(c.id, p('id')), eq(c.hash, p('before'))))
      .prepare('accounts_credential_rehash'),
    credentialsDrop: db
      .delete(c)
      .where(eq(c.member, p('member')))
      .prepare('accounts_credentials_drop'),
    signInAdd: db
      .insert(s)
      .values({ hash: p('hash'), member: n('member'), expires: n('expires') })
      .prepare('accounts_sign_in_add'),
    signInTake: db
      .delete(s)
      .where(eq(s.hash, p('hash')))
      .returning({ member: s.member, expires: s.expires })
      .prepare('accounts_sign_in_take'),
    signInFind: db
      .select({ member: s.member, expires: s.expires })
      .from(s)
      .where(eq(s.hash, p('hash')))
      .prepare('accounts_sign_in_find'),
    signInPurge: db
      .delete(s)
      .where(lte(s.expires, p('now')))
      .prepare('accounts_sign_in_purge'),
    signInDropOf: db
      .delete(s)
      .where(eq(s.member, p('member')))
      .prepare('accounts_sign_in_drop_of'),
    signInOf: db
      .select({ hash: s.hash })
      .from(s)
      .where(eq(s.member, p('member')))
      .orderBy(asc(s.expires))
      .prepare('accounts_sign_in_of'),
    secretAdd: db
      .insert(secrets)
      .values({ name: p('name'), value: p('value') })
      .onConflictDoNothing()
      .prepare('accounts_secret_add'),
    secretFind: db
      .select({ value: secrets.value })
      .from(secrets)
      .where(eq(secrets.name, p('name')))
      .prepare('accounts_secret'),
  };
}

export function apiTokenQueries({ db, t }: Context) {
  const a = t.apiTokens;
  const shown = {
    ...{ id: a.id, member: a.member, name: a.name, scopes: a.scopes },
    ...{ created: a.created, expires: a.expires, revoked: a.revoked },
  };
  return {
    apiTokenAdd: db
      .insert(a)
      .values({
        ...{ member: n('member'), name: p('name'), hash: p('hash'), scopes: p('scopes') },
        ...{ created: n('now'), expires: n('expires'), revoked: 0 },
      })
      .returning({ id: a.id })
      .prepare('accounts_api_token_add'),
    apiTokenFind: db
      .select(shown)
      .from(a)
      .where(and(eq(a.hash, p('hash')), ne(a.hash, '')))
      .prepare('accounts_api_token'),
    apiTokensOf: db
      .select(shown)
      .from(a)
      .where(eq(a.member, p('member')))
      .orderBy(asc(a.id))
      .prepare('accounts_api_tokens_of'),
    apiTokenRevoke: db
      .update(a)
      .set({ revoked: n('now'), hash: '' })
      .where(and(eq(a.member, p('member')), eq(a.id, p('id')), eq(a.revoked, 0)))
      .returning({ id: a.id })
      .prepare('accounts_api_token_revoke'),
    apiTokensDropOf: db
      .delete(a)
      .where(eq(a.member, p('member')))
      .prepare('accounts_api_tokens_drop_of'),
  };
}

export function accountQueries(context: Context) {
  return {
    ...changeQueries(context as never),
    ...memberQueries(context),
    ...addressQueries(context),
    ...credentialQueries(context),
    ...apiTokenQueries(context),
  };
}

export type AccountQueries = ReturnType<typeof accountQueries>;
