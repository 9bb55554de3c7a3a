import { and, asc, eq, gt, type QueryContext, sql } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import { comingParent, doomedParent, type FilesTables } from '../tables.ts';

type Context = QueryContext<FilesTables>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;
/** A bound number whose type no column gives away. */
const number = (name: string) => sql<number>`cast(${p(name)} as bigint)`;

/** A path is not followed further up than this, whatever stands in the rows. */
const steps = sql.raw(String(limits.pathDepthMax + 2));

/** Ids from `node` upwards. In a join whose order it may choose SQLite would rather read all rows of the account. */
const upwards = sql`(with recursive up(id, level) as (
  select ${number('node')}, 0
  union all
  select f.parent, up.level + 1 from up cross join file_nodes f
    where f.id = up.id and f.account = ${number('account')} and +f.parent > 0 and up.level < ${steps}
) select up.id from up)`;

function listed(n: FilesTables['file_nodes']) {
  const { nameKey, id, name, kind, hash, size, type, checksum, created, modified, modseq, stamp } = n;
  return { nameKey, id, name, kind, hash, size, type, checksum, created, modified, modseq, stamp };
}

export function nodeQueries({ db, t, d }: Context) {
  const n = t.file_nodes;
  const byId = and(eq(n.account, p('account')), eq(n.id, p('node')));
  const among = and(eq(n.account, p('account')), d.inNumbers(n.id, 'ids'));
  const inFolder = and(eq(n.account, p('account')), eq(n.parent, p('folder')));
  return {
    nodeFind: db.select().from(n).where(byId).prepare('file_node_find'),
    nodeNamed: db
      .select()
      .from(n)
      .where(and(inFolder, eq(n.nameKey, p('nameKey'))))
      .prepare('file_node_named'),
    nodesAbove: db
      .select()
      .from(n)
      .where(and(eq(n.account, p('account')), sql`${n.id} in ${upwards}`))
      .prepare('file_nodes_above'),
    nodesIn: db
      .select()
      .from(n)
      .where(and(inFolder, gt(n.nameKey, p('after'))))
      .orderBy(asc(n.nameKey))
      .limit(bound('max'))
      .prepare('file_nodes_in'),
    /** Columns cost as much as rows do: no more of them than a listing shows. */
    nodesListed: db
      .select(listed(n))
      .from(n)
      .where(and(inFolder, gt(n.nameKey, p('after'))))
      .orderBy(asc(n.nameKey))
      .limit(bound('max'))
      .prepare('file_nodes_listed'),
    nodesChanged: db
      .select()
      .from(n)
      .where(and(inFolder, gt(n.modseq, p('since'))))
      .orderBy(asc(n.modseq))
      .limit(bound('max'))
      .prepare('file_nodes_changed'),
    nodeAdd: db
      .insert(n)
      .values({
        account: bound('account'),
        parent: bound('parent'),
        nameKey: bound('nameKey'),
        id: bound('id'),
        name: bound('name'),
        kind: bound('kind'),
        hash: bound('hash'),
        size: bound('size'),
        type: bound('type'),
        checksum: bound('checksum'),
        created: bound('created'),
        modified: bound('modified'),
        modseq: bound('modseq'),
        stamp: bound('stamp'),
        version: bound('version'),
        files: bound('files'),
        folders: bound('folders'),
        height: bound('height'),
      })
      .prepare('file_node_add'),
    nodesAdd: d.insertMany(n),
    nodeContent: db
      .update(n)
      .set({
        hash: bound('hash'),
        size: bound('size'),
        type: bound('type'),
        checksum: bound('checksum'),
        created: bound('created'),
        modified: bound('modified'),
        modseq: bound('modseq'),
        stamp: bound('modseq'),
        version: bound('version'),
      })
      .where(byId)
      .prepare('file_node_content'),
    nodePlace: db
      .update(n)
      .set({
        parent: bound('parent'),
        nameKey: bound('nameKey'),
        name: bound('name'),
        type: bound('type'),
        modseq: bound('modseq'),
      })
      .where(byId)
      .prepare('file_node_place'),
    nodeTimes: db
      .update(n)
      .set({ modified: bound('modified') })
      .where(byId)
      .prepare('file_node_times'),
    nodeHeight: db
      .update(n)
      .set({ height: bound('height') })
      .where(byId)
      .prepare('file_node_height'),
    /** What changed below: sizes and counts by a difference, the modseq, and of `named` when its names changed. */
    nodesGrow: db
      .update(n)
      .set({
        size: sql`${n.size} + ${number('size')}`,
        files: sql`${n.files} + ${number('files')}`,
        folders: sql`${n.folders} + ${number('folders')}`,
        modseq: bound('modseq'),
        modified: sql`case when ${n.id} = ${number('named')} then ${number('now')} else ${n.modified} end`,
        height: sql`case when ${n.files} + ${number('files')} + ${n.folders} + ${number('folders')} = 0 then 0 else ${n.height} end`,
      })
      .where(among)
      .prepare('file_nodes_grow'),
    /** How many names a path has below `node`, counted. */
    heightOf: db
      .select({
        height:
          sql<number>`(with recursive down(id, level) as (select ${number('node')}, 0 union all select f.id, down.level + 1 from down cross join file_nodes f where f.parent = down.id and f.account = ${number('account')} and down.level < ${steps}) select max(down.level) from down)`.mapWith(
            Number,
          ),
      })
      .from(n)
      .where(byId)
      .prepare('file_height_of'),
    nodesDoomed: db
      .select()
      .from(n)
      .where(and(eq(n.account, p('account')), eq(n.parent, doomedParent)))
      .orderBy(asc(n.nameKey))
      .limit(bound('max'))
      .prepare('file_nodes_doomed'),
    nodesComing: db
      .select({ id: n.id })
      .from(n)
      .where(and(eq(n.account, p('account')), eq(n.parent, comingParent)))
      .limit(bound('max'))
      .prepare('file_nodes_coming'),
    /** Out of the tree, each named by its id. */
    nodesDetach: db
      .update(n)
      .set({ parent: bound('parent'), nameKey: sql`cast(${n.id} as text)`, name: '' })
      .where(among)
      .prepare('file_nodes_detach'),
    nodesDrop: db.delete(n).where(among).prepare('file_nodes_drop'),
    nodesOf: db
      .select({ id: n.id, hash: n.hash, kind: n.kind })
      .from(n)
      .where(eq(n.account, p('account')))
      .limit(limits.stepRows)
      .prepare('file_nodes_of'),
  };
}
