import { and, eq, lt, type QueryContext, sql } from '../../storage/index.ts';
import type { apiTables } from './tables.ts';

type Context = QueryContext<(typeof apiTables)['postgres']>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

export const apiQueries = ({ db, t }: Context) => {
  const a = t.api_answers;
  const mine = and(eq(a.account, p('account')), eq(a.key, p('key')));
  return {
    apiAnswer: db
      .select({ print: a.print, status: a.status, location: a.location, body: a.body })
      .from(a)
      .where(mine)
      .prepare('api_answer'),
    apiAnswerPut: db
      .insert(a)
      .values({
        ...{ account: bound('account'), key: bound('key'), print: bound('print') },
        ...{ status: bound('status'), location: bound('location'), body: bound('body'), at: bound('at') },
        person: bound('person'),
      })
      .onConflictDoUpdate({
        target: [a.account, a.key],
        set: {
          status: sql`excluded."status"`,
          location: sql`excluded."location"`,
          body: sql`excluded."body"`,
          person: sql`excluded."person"`,
        },
      })
      .prepare('api_answer_put'),
    apiAnswersErase: db
      .delete(a)
      .where(
        sql`(${a.account} = ${p('account')} and ${a.account} > 0) or (${a.person} = ${p('person')} and ${a.person} > 0)`,
      )
      .prepare('api_answers_erase'),
    apiAnswersPurge: db
      .delete(a)
      .where(lt(a.at, p('before')))
      .prepare('api_answers_purge'),
  };
};
export type ApiQueries = ReturnType<typeof apiQueries>;
