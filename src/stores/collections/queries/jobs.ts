import { and, asc, eq, gte, lt, lte, ne, type QueryContext, sql } from '../../../storage/index.ts';
import { collectionsTables, heldDue } from '../tables.ts';

const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

/** Over a table that another module declares: a job is written with its cause. */
export function jobQueries({ db, d }: QueryContext<never>) {
  const j = collectionsTables[d.dialect].collection_jobs;
  /** Taken by the one who asks, and by nobody since. */
  const mine = and(
    eq(j.account, p('account')),
    eq(j.kind, p('kind')),
    eq(j.key, p('key')),
    eq(j.id, p('id')),
    eq(j.attempts, p('attempts')),
  );
  /** Nothing stands before it. */
  const isFirst = sql`(${j.lane} = '' or not exists (select 1 from ${j} as o
    where o.account = ${j.account} and o.kind = ${j.kind} and o.lane = ${j.lane} and o.id < ${j.id}))`;
  return {
    jobAdd: db
      .insert(j)
      .values({
        account: bound('account'),
        kind: bound('kind'),
        key: bound('key'),
        payload: bound('payload'),
        bytes: bound('bytes'),
        due: bound('due'),
        attempts: 0,
        outward: bound('outward'),
        lane: bound('lane'),
      })
      .onConflictDoNothing()
      .prepare('collection_job_add'),
    jobsDue: db
      .select({ id: j.id, bytes: j.bytes })
      .from(j)
      .where(and(eq(j.kind, p('kind')), lte(j.due, p('now')), isFirst))
      .orderBy(asc(j.due), asc(j.id))
      .limit(bound('max'))
      .prepare('collection_jobs_due'),
    /** Of two that look at one time one gets it. */
    jobTake: db
      .update(j)
      .set({ due: bound('until'), attempts: sql`${j.attempts} + 1` })
      .where(and(eq(j.id, p('id')), lte(j.due, p('now'))))
      .returning()
      .prepare('collection_job_take'),
    jobDone: db.delete(j).where(mine).returning({ id: j.id }).prepare('collection_job_done'),
    jobAgain: db
      .update(j)
      .set({ due: bound('due') })
      .where(mine)
      .prepare('collection_job_again'),
    /** As `jobAgain`, out of its lane. */
    jobAside: db
      .update(j)
      .set({ due: bound('due'), lane: '' })
      .where(mine)
      .prepare('collection_job_aside'),
    jobNext: db
      .select({ due: j.due })
      .from(j)
      .where(and(eq(j.kind, p('kind')), lt(j.due, heldDue), isFirst))
      .orderBy(asc(j.due))
      .limit(1)
      .prepare('collection_job_next'),
    jobLanes: db
      .selectDistinct({ lane: j.lane })
      .from(j)
      .where(
        and(
          eq(j.account, p('account')),
          eq(j.kind, p('kind')),
          gte(j.lane, p('from')),
          lt(j.lane, p('to')),
          ne(j.lane, ''),
        ),
      )
      .orderBy(asc(j.lane))
      .prepare('collection_job_lanes'),
    jobsWaiting: db
      .select({ count: sql<number>`count(*)`.mapWith(Number) })
      .from(j)
      .where(and(eq(j.kind, p('kind')), lt(j.due, p('until'))))
      .prepare('collection_jobs_waiting'),
    jobsHeld: db
      .select({ count: sql<number>`count(*)`.mapWith(Number) })
      .from(j)
      .where(eq(j.due, heldDue))
      .prepare('collection_jobs_held'),
    /** What may send mail waits for an operator, whoever had it. */
    jobsHold: db
      .update(j)
      .set({ due: heldDue, attempts: sql`${j.attempts} + 1`, lane: '' })
      .where(eq(j.outward, true))
      .prepare('collection_jobs_hold'),
    jobsRelease: db
      .update(j)
      .set({ due: bound('now') })
      .where(eq(j.due, heldDue))
      .returning({ id: j.id })
      .prepare('collection_jobs_release'),
    jobsCancel: db
      .delete(j)
      .where(eq(j.due, heldDue))
      .returning({ id: j.id })
      .prepare('collection_jobs_cancel'),
    jobsDropAll: db
      .delete(j)
      .where(eq(j.account, p('account')))
      .prepare('collection_jobs_drop_all'),
  };
}

export type JobQueries = ReturnType<typeof jobQueries>;
