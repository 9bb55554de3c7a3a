import { and, asc, eq, lt, lte, type QueryContext, sql } from '../../storage/index.ts';
import type { trustTables } from './tables.ts';

type Context = QueryContext<(typeof trustTables)['postgres']>;

const p = sql.placeholder;
// Insert and update take a placeholder for any type of column; its own type says text.
const n = (name: string) => p(name) as never;

export function keyQueries({ db, t }: Context) {
  const k = t.signingKeys;
  const all = {
    id: k.id,
    domain: k.domain,
    selector: k.selector,
    algorithm: k.algorithm,
    privateKey: k.privateKey,
    publicKey: k.publicKey,
    state: k.state,
    created: k.created,
    activated: k.activated,
    retired: k.retired,
  };
  return {
    keysOf: db
      .select(all)
      .from(k)
      .where(eq(k.domain, p('domain')))
      .orderBy(asc(k.id))
      .prepare('trust_keys_of'),
    keyDomains: db
      .select({ domain: k.domain })
      .from(k)
      .groupBy(k.domain)
      .orderBy(asc(k.domain))
      .prepare('trust_key_domains'),
    keyAdd: db
      .insert(k)
      .values({
        domain: p('domain'),
        selector: p('selector'),
        algorithm: n('algorithm'),
        privateKey: p('privateKey'),
        publicKey: p('publicKey'),
        state: n('state'),
        created: n('now'),
        activated: n('activated'),
        retired: 0,
      })
      .prepare('trust_key_add'),
    keySet: db
      .update(k)
      .set({ state: n('state'), activated: n('activated'), retired: n('retired') })
      .where(eq(k.id, p('id')))
      .prepare('trust_key_set'),
    keysForget: db
      .delete(k)
      .where(and(eq(k.state, 'retired'), lt(k.retired, p('before'))))
      .prepare('trust_keys_forget'),
    secretAdd: db
      .insert(t.trustSecrets)
      .values({ name: p('name'), value: p('value') })
      .onConflictDoNothing()
      .prepare('trust_secret_add'),
    secretFind: db
      .select({ value: t.trustSecrets.value })
      .from(t.trustSecrets)
      .where(eq(t.trustSecrets.name, p('name')))
      .prepare('trust_secret'),
  };
}

export function owedQueries({ db, t }: Context) {
  const o = t.owedRows;
  return {
    owedCount: db
      .select({ rows: sql<number>`count(*)` })
      .from(o)
      .where(and(eq(o.kind, n('kind')), eq(o.day, p('day'))))
      .prepare('trust_owed_count'),
    owedRaise: db
      .update(o)
      .set({ count: sql`${o.count} + cast(${p('count')} as bigint)` })
      .where(
        and(eq(o.kind, n('kind')), eq(o.day, p('day')), eq(o.domain, p('domain')), eq(o.digest, p('digest'))),
      )
      .returning({ count: o.count })
      .prepare('trust_owed_raise'),
    owedAdd: db
      .insert(o)
      .values({
        kind: n('kind'),
        day: n('day'),
        domain: p('domain'),
        digest: p('digest'),
        row: p('row'),
        count: n('count'),
      })
      .prepare('trust_owed_add'),
    owedNext: db
      .select({ day: o.day, domain: o.domain })
      .from(o)
      .where(and(eq(o.kind, n('kind')), lt(o.day, p('before'))))
      .groupBy(o.day, o.domain)
      .orderBy(asc(o.day), asc(o.domain))
      .limit(n('max'))
      .prepare('trust_owed_next'),
    owedRows: db
      .select({ row: o.row, count: o.count })
      .from(o)
      .where(and(eq(o.kind, n('kind')), eq(o.day, p('day')), eq(o.domain, p('domain'))))
      .orderBy(asc(o.digest))
      .limit(n('max'))
      .prepare('trust_owed_rows'),
    owedDrop: db
      .delete(o)
      .where(and(eq(o.kind, n('kind')), eq(o.day, p('day')), eq(o.domain, p('domain'))))
      .prepare('trust_owed_drop'),
    owedForget: db
      .delete(o)
      .where(lt(o.day, p('before')))
      .prepare('trust_owed_forget'),
  };
}

export function receivedQueries({ db, t, d }: Context) {
  const r = t.receivedReports;
  const shown = {
    id: r.id,
    kind: r.kind,
    reporter: r.reporter,
    reportId: r.reportId,
    domain: r.domain,
    begins: r.begins,
    ends: r.ends,
    received: r.received,
    total: r.total,
    failed: r.failed,
  };
  return {
    receivedAdd: db
      .insert(r)
      .values({
        kind: n('kind'),
        reporter: p('reporter'),
        reportId: p('reportId'),
        domain: p('domain'),
        begins: n('begins'),
        ends: n('ends'),
        received: n('received'),
        total: n('total'),
        failed: n('failed'),
      })
      .onConflictDoNothing()
      .returning({ id: r.id })
      .prepare('trust_received_add'),
    receivedRowsAdd: d.insertMany<{ report: number; position: number; row: string }>(t.receivedRows),
    receivedPage: db
      .select(shown)
      .from(r)
      .where(lt(r.id, p('before')))
      .orderBy(sql`${r.id} desc`)
      .limit(n('max'))
      .prepare('trust_received_page'),
    receivedOne: db
      .select(shown)
      .from(r)
      .where(eq(r.id, p('id')))
      .prepare('trust_received_one'),
    receivedRows: db
      .select({ row: t.receivedRows.row })
      .from(t.receivedRows)
      .where(eq(t.receivedRows.report, p('report')))
      .orderBy(asc(t.receivedRows.position))
      .prepare('trust_received_rows'),
    receivedOld: db
      .select({ id: r.id })
      .from(r)
      .where(lte(r.received, p('before')))
      .orderBy(asc(r.id))
      .limit(500)
      .prepare('trust_received_old'),
    receivedCount: db
      .select({ rows: sql<number>`count(*)`, oldest: sql<number>`coalesce(min(${r.id}), 0)` })
      .from(r)
      .prepare('trust_received_count'),
    receivedDrop: db
      .delete(r)
      .where(eq(r.id, p('id')))
      .prepare('trust_received_drop'),
    receivedRowsDrop: db
      .delete(t.receivedRows)
      .where(eq(t.receivedRows.report, p('report')))
      .prepare('trust_received_rows_drop'),
  };
}

export const trustQueries = (context: Context) => ({
  ...keyQueries(context),
  ...owedQueries(context),
  ...receivedQueries(context),
});

export type TrustQueries = ReturnType<typeof trustQueries>;
