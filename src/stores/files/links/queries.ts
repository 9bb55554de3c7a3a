import { and, asc, eq, gt, lte, sql } from '../../../storage/index.ts';
import { limits } from '../sharing/limits.ts';
import type { Context } from '../sharing/tables.ts';
import { filesTables } from '../tables.ts';

const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

export function linkQueries({ db, t, d }: Context) {
  const l = t.file_links;
  const n = filesTables[d.dialect].file_nodes;
  const here = eq(l.token, p('token'));
  const about = (name: string) => sql`(${l.account} = ${p(name)} or ${l.by} = ${p(name)})`;
  return {
    linkAdd: db
      .insert(l)
      .values({
        token: p('token'),
        account: bound('account'),
        node: bound('node'),
        by: bound('by'),
        rights: bound('rights'),
        password: p('password'),
        label: p('label'),
        created: bound('now'),
        expires: bound('expires'),
        left: bound('left'),
        downloads: 0,
        version: 1,
        parent: bound('parent'),
      })
      .returning()
      .prepare('files_link_add'),
    linkSet: db
      .update(l)
      .set({
        rights: bound('rights'),
        password: bound('password'),
        label: bound('label'),
        expires: bound('expires'),
        left: bound('left'),
        version: bound('version'),
      })
      .where(here)
      .returning()
      .prepare('files_link_set'),
    linkFind: db.select().from(l).where(here).prepare('files_link_find'),
    linksOf: db
      .select()
      .from(l)
      .where(and(eq(l.account, p('account')), eq(l.node, p('node'))))
      .orderBy(asc(l.created), asc(l.token))
      .prepare('files_links_of'),
    linksBy: db
      .select()
      .from(l)
      .where(about('member'))
      .orderBy(asc(l.created), asc(l.token))
      .prepare('files_links_by'),
    linkCount: db
      .select({ count: sql<number>`count(*)` })
      .from(l)
      .where(eq(l.by, p('by')))
      .prepare('files_link_count'),
    linkCounted: db
      .update(l)
      .set({
        downloads: sql`${l.downloads} + 1`,
        left: sql`case when ${l.left} is null then null else ${l.left} - 1 end`,
      })
      .where(and(here, sql`(${l.left} is null or ${l.left} > 0)`))
      .returning({ downloads: l.downloads })
      .prepare('files_link_counted'),
    linkDrop: db.delete(l).where(here).prepare('files_link_drop'),
    linksBelowDrop: db
      .delete(l)
      .where(and(d.inNumbers(l.parent, 'ids'), sql`${l.parent} > 0`))
      .prepare('files_links_below_drop'),
    linksClamp: db
      .update(l)
      .set({ expires: bound('expires') })
      .where(
        and(
          d.inNumbers(l.parent, 'ids'),
          sql`${l.parent} > 0`,
          sql`(${l.expires} = 0 or ${l.expires} > cast(${p('expires')} as bigint))`,
        ),
      )
      .prepare('files_links_clamp'),
    linksOver: db
      .delete(l)
      .where(and(gt(l.expires, 0), lte(l.expires, p('until'))))
      .prepare('files_links_over'),
    linksAbout: db
      .select({ token: l.token })
      .from(l)
      .where(about('member'))
      .limit(limits.stepRows)
      .prepare('files_links_about'),
    linksDrop: db.delete(l).where(d.inTexts(l.token, 'tokens')).prepare('files_links_drop'),
    /** Their node is gone for good. */
    linksGone: db
      .select({ token: l.token })
      .from(l)
      .where(sql`not exists (select 1 from ${n} where ${n.account} = ${l.account} and ${n.id} = ${l.node})`)
      .limit(limits.stepRows)
      .prepare('files_links_gone'),
    linksAlone: db
      .select({ token: l.token })
      .from(l)
      .where(
        sql`${l.parent} > 0 and not exists (select 1 from ${t.file_shares} as above where above.id = ${l.parent})`,
      )
      .limit(limits.stepRows)
      .prepare('files_links_alone'),
  };
}
