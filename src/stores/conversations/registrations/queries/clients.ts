import { and, asc, desc, eq, lte, type QueryContext, sql } from '../../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { RegistrationsTables } from '../tables.ts';

type Context = QueryContext<RegistrationsTables>;

const p = sql.placeholder;
// Insert and update take a placeholder for any type of column; its own type says text.
const bound = (name: string) => p(name) as never;

function pushQueries({ db, t }: Context) {
  const u = t.conversation_pushes;
  const isAccount = eq(u.account, p('account'));
  const isThis = and(isAccount, eq(u.service, p('service')), eq(u.node, p('node')));
  return {
    pushPut: db
      .insert(u)
      .values({
        account: bound('account'),
        service: p('service'),
        node: p('node'),
        options: p('options'),
        client: p('client'),
        credential: p('credential'),
        failures: 0,
        lastOk: 0,
      })
      .onConflictDoUpdate({
        target: [u.account, u.service, u.node],
        set: {
          options: bound('options'),
          client: bound('client'),
          credential: bound('credential'),
          failures: 0,
        },
      })
      .prepare('cpush_put'),
    pushCount: db.select({ rows: sql<number>`count(*)` }).from(u).where(isAccount).prepare('cpush_count'),
    pushesOf: db
      .select({
        service: u.service,
        node: u.node,
        options: u.options,
        client: u.client,
        credential: u.credential,
        failures: u.failures,
        lastOkMs: u.lastOk,
      })
      .from(u)
      .where(isAccount)
      .orderBy(asc(u.service), asc(u.node))
      .prepare('cpush_of'),
    pushDrop: db.delete(u).where(isThis).returning({ node: u.node }).prepare('cpush_drop'),
    pushDropService: db
      .delete(u)
      .where(and(isAccount, eq(u.service, p('service'))))
      .returning({ node: u.node })
      .prepare('cpush_drop_service'),
    pushDropClient: db
      .delete(u)
      .where(and(isAccount, eq(u.client, p('client'))))
      .prepare('cpush_drop_client'),
    pushOk: db
      .update(u)
      .set({ failures: 0, lastOk: bound('now') })
      .where(isThis)
      .prepare('cpush_ok'),
    pushFailed: db
      .update(u)
      .set({ failures: sql`${u.failures} + 1` })
      .where(isThis)
      .returning({ failures: u.failures })
      .prepare('cpush_failed'),
    pushesErase: db.delete(u).where(isAccount).prepare('cpush_erase'),
  };
}

function tokenQueries({ db, t }: Context) {
  const k = t.conversation_tokens;
  const isClient = and(eq(k.account, p('account')), eq(k.client, p('client')));
  const isThis = and(isClient, eq(k.mechanism, p('mechanism')));
  const row = {
    client: k.client,
    mechanism: k.mechanism,
    current: k.current,
    currentIssued: k.currentIssued,
    currentExpires: k.currentExpires,
    next: k.next,
    nextIssued: k.nextIssued,
    nextExpires: k.nextExpires,
    count: k.count,
    version: k.version,
    credential: k.credential,
  };
  const values = {
    current: bound('current'),
    currentIssued: bound('currentIssued'),
    currentExpires: bound('currentExpires'),
    next: bound('next'),
    nextIssued: bound('nextIssued'),
    nextExpires: bound('nextExpires'),
    count: bound('count'),
    version: bound('version'),
    credential: bound('credential'),
    expires: bound('expires'),
  };
  return {
    tokensOf: db.select(row).from(k).where(isClient).orderBy(asc(k.mechanism)).prepare('ctoken_of'),
    tokenFind: db.select(row).from(k).where(isThis).prepare('ctoken_find'),
    tokenPut: db
      .insert(k)
      .values({ account: bound('account'), client: p('client'), mechanism: p('mechanism'), ...values })
      .onConflictDoUpdate({ target: [k.account, k.client, k.mechanism], set: values })
      .prepare('ctoken_put'),
    tokensDropClient: db
      .delete(k)
      .where(isClient)
      .returning({ mechanism: k.mechanism })
      .prepare('ctoken_drop_client'),
    tokenCredentials: db
      .select({ client: k.client, credential: k.credential })
      .from(k)
      .where(eq(k.account, p('account')))
      .prepare('ctoken_credentials'),
    tokensErase: db
      .delete(k)
      .where(eq(k.account, p('account')))
      .returning({ mechanism: k.mechanism })
      .prepare('ctoken_erase'),
    tokensForget: db.delete(k).prepare('ctoken_forget'),
    tokensDropOver: db
      .delete(k)
      .where(lte(k.expires, p('now')))
      .prepare('ctoken_drop_over'),
    tokenClients: db
      .select({ client: k.client })
      .from(k)
      .where(and(eq(k.account, p('account')), sql`${k.expires} > cast(${p('now')} as bigint)`))
      .prepare('ctoken_clients'),
  };
}

function deviceQueries({ db, t }: Context) {
  const v = t.conversation_devices;
  const isAccount = eq(v.account, p('account'));
  const isThis = and(isAccount, eq(v.client, p('client')));
  return {
    devicePut: db
      .insert(v)
      .values({
        account: bound('account'),
        client: p('client'),
        tag: p('tag'),
        software: p('software'),
        name: p('name'),
        credential: p('credential'),
        firstSeen: bound('now'),
        lastSeen: bound('now'),
      })
      .onConflictDoUpdate({
        target: [v.account, v.client],
        set: {
          tag: bound('tag'),
          software: bound('software'),
          name: bound('name'),
          credential: bound('credential'),
          lastSeen: bound('now'),
        },
      })
      .prepare('cdevice_put'),
    devicesOf: db
      .select({
        client: v.client,
        tag: v.tag,
        software: v.software,
        name: v.name,
        credential: v.credential,
        firstSeenMs: v.firstSeen,
        lastSeenMs: v.lastSeen,
      })
      .from(v)
      .where(isAccount)
      .orderBy(desc(v.lastSeen), asc(v.client))
      .limit(limits.devicesPerAccountMax + 1)
      .prepare('cdevice_of'),
    deviceDrop: db.delete(v).where(isThis).returning({ client: v.client }).prepare('cdevice_drop'),
    devicesErase: db.delete(v).where(isAccount).prepare('cdevice_erase'),
  };
}

export const clientQueries = (context: Context) => ({
  ...pushQueries(context),
  ...tokenQueries(context),
  ...deviceQueries(context),
});
