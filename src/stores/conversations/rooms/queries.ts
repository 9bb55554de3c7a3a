import { and, asc, desc, eq, gt, lt, lte, type QueryContext, sql } from '../../../storage/index.ts';
import { limits } from './limits.ts';
import type { RoomsTables } from './tables.ts';

type Context = QueryContext<RoomsTables>;

const p = sql.placeholder;
// Insert and update take a placeholder for any type of column; its own type says text.
const bound = (name: string) => p(name) as never;

const columnsOf = ({ conversation_rooms: r }: RoomsTables) => ({
  id: r.id,
  service: r.service,
  local: r.local,
  config: r.config,
  subject: r.subject,
  subjectBy: r.subjectBy,
  subjectAt: r.subjectAt,
  creator: r.creator,
  created: r.created,
  active: r.active,
  binding: r.binding,
  ver: r.ver,
  affiliations: r.affiliations,
  pictureHash: r.pictureHash,
  gone: r.gone,
});

function roomQueries({ db, t, d }: Context) {
  const r = t.conversation_rooms;
  const row = columnsOf(t);
  const isAddress = and(eq(r.service, p('service')), eq(r.local, p('local')));
  const isRoom = and(eq(r.id, p('room')), eq(r.gone, 0));
  return {
    roomFind: db.select(row).from(r).where(isAddress).prepare('croom_find'),
    roomById: db.select(row).from(r).where(isRoom).prepare('croom_by_id'),
    roomBeside: db
      .select({
        occupantSecret: r.occupantSecret,
        reason: r.goneReason,
        alternate: r.goneAlternate,
      })
      .from(r)
      .where(eq(r.id, p('room')))
      .prepare('croom_beside'),
    roomsOfCreator: db
      .select({ rows: sql<number>`count(*)` })
      .from(r)
      .where(and(eq(r.creator, p('creator')), sql`${r.creator} > 0`, eq(r.gone, 0)))
      .prepare('croom_of_creator'),
    roomAdd: db
      .insert(r)
      .values({
        service: p('service'),
        local: p('local'),
        listed: bound('listed'),
        persistent: bound('persistent'),
        folded: p('folded'),
        config: bound('config'),
        subject: '',
        subjectBy: '',
        subjectAt: 0,
        creator: bound('creator'),
        occupantSecret: p('occupantSecret'),
        created: bound('now'),
        active: bound('now'),
        binding: p('binding'),
        ver: 1,
        affiliations: 0,
        pictureHash: '',
        gone: 0,
        goneReason: '',
        goneAlternate: '',
      })
      .returning(row)
      .prepare('croom_add'),
    /** Each write of a room begins with this: on PostgreSQL the row is locked by it. */
    roomNext: db
      .update(r)
      .set({ ver: sql`${r.ver} + 1` })
      .where(isRoom)
      .returning(row)
      .prepare('croom_next'),
    roomSet: db
      .update(r)
      .set({
        listed: bound('listed'),
        persistent: bound('persistent'),
        folded: bound('folded'),
        config: bound('config'),
        subject: bound('subject'),
        subjectBy: bound('subjectBy'),
        subjectAt: bound('subjectAt'),
        binding: bound('binding'),
      })
      .where(isRoom)
      .returning(row)
      .prepare('croom_set'),
    roomTouch: db
      .update(r)
      .set({ active: bound('at') })
      .where(and(isRoom, lt(r.active, p('at'))))
      .prepare('croom_touch'),
    roomCount: db
      .update(r)
      .set({ affiliations: sql`${r.affiliations} + cast(${p('by')} as bigint)` })
      .where(isRoom)
      .returning({ affiliations: r.affiliations })
      .prepare('croom_count'),
    roomPicture: db
      .update(r)
      .set({ pictureHash: bound('pictureHash') })
      .where(isRoom)
      .returning(row)
      .prepare('croom_picture'),
    roomDrop: db
      .delete(r)
      .where(eq(r.id, p('room')))
      .returning({ id: r.id })
      .prepare('croom_drop'),
    roomEnd: db
      .update(r)
      .set({
        gone: bound('now'),
        goneReason: bound('reason'),
        goneAlternate: bound('alternate'),
        listed: false,
        folded: '',
        subject: '',
        subjectBy: '',
        subjectAt: 0,
        creator: 0,
        occupantSecret: '',
        binding: '',
        affiliations: 0,
        pictureHash: '',
        config: bound('config'),
      })
      .where(isRoom)
      .returning({ id: r.id })
      .prepare('croom_end'),
    roomRelease: db
      .delete(r)
      .where(and(isAddress, gt(r.gone, 0)))
      .returning({ id: r.id })
      .prepare('croom_release'),
    goneOld: db
      .delete(r)
      .where(and(sql`${r.gone} > 0`, lte(r.gone, p('before'))))
      .prepare('croom_gone_old'),
    temporary: db
      .select({ id: r.id })
      .from(r)
      .where(and(eq(r.persistent, false), gt(r.id, p('after')), eq(r.gone, 0)))
      .orderBy(asc(r.id))
      .limit(limits.stepRows)
      .prepare('croom_temporary'),
    boundTo: db
      .select(row)
      .from(r)
      .where(and(eq(r.binding, p('binding')), eq(r.gone, 0)))
      .orderBy(asc(r.id))
      .limit(limits.pageRowsMax)
      .prepare('croom_bound_to'),
    roomsAfter: db
      .select(row)
      .from(r)
      .where(and(gt(r.id, p('after')), eq(r.gone, 0)))
      .orderBy(asc(r.id))
      .limit(limits.pageRowsMax)
      .prepare('croom_all_after'),
    creatorForget: db
      .update(r)
      .set({ creator: 0 })
      .where(and(eq(r.creator, p('member')), sql`${r.creator} > 0`))
      .prepare('croom_creator_forget'),
    roomsNext: db
      .select({ id: r.id, affiliations: r.affiliations })
      .from(r)
      .where(gt(r.id, p('after')))
      .orderBy(asc(r.id))
      .limit(limits.stepRows)
      .prepare('croom_next_ids'),
    roomMend: db
      .update(r)
      .set({ affiliations: bound('affiliations') })
      .where(eq(r.id, p('room')))
      .prepare('croom_mend'),
    roomsNamed: db
      .select(row)
      .from(r)
      .where(and(d.inNumbers(r.id, 'rooms'), eq(r.gone, 0)))
      .prepare('croom_named'),
  };
}

function listQueries({ db, t }: Context) {
  const r = t.conversation_rooms;
  const row = columnsOf(t);
  const isListed = and(eq(r.service, p('service')), eq(r.listed, true));
  const matches = sql`${r.folded} like ${p('pattern')} escape '!'`;
  const page = <Where>(where: Where, order: typeof asc, name: string) =>
    db
      .select(row)
      .from(r)
      .where(where as never)
      .orderBy(order(r.local))
      .limit(bound('max'))
      .prepare(name);
  const count = <Where>(where: Where, name: string) =>
    db
      .select({ rows: sql<number>`count(*)` })
      .from(r)
      .where(where as never)
      .prepare(name);
  return {
    listedUp: page(and(isListed, gt(r.local, p('beyond')), matches), asc, 'croom_listed_up'),
    listedDown: page(and(isListed, lt(r.local, p('beyond')), matches), desc, 'croom_listed_down'),
    listedLast: page(and(isListed, matches), desc, 'croom_listed_last'),
    listedCount: count(and(isListed, matches), 'croom_listed_count'),
    listedBelow: count(and(isListed, lt(r.local, p('beyond')), matches), 'croom_listed_below'),
  };
}

function memberQueries({ db, t, d }: Context) {
  const a = t.conversation_room_affiliations;
  const row = {
    jid: a.jid,
    account: a.account,
    affiliation: a.affiliation,
    nick: a.nick,
    reason: a.reason,
    ver: a.ver,
  };
  const isRoom = eq(a.room, p('room'));
  const pages = { orderBy: asc(a.jid), max: limits.pageRowsMax };
  return {
    membersAll: db.select(row).from(a).where(isRoom).orderBy(asc(a.jid)).prepare('cmember_all'),
    memberFind: db
      .select(row)
      .from(a)
      .where(and(isRoom, eq(a.jid, p('jid'))))
      .prepare('cmember_find'),
    memberByNick: db
      .select(row)
      .from(a)
      .where(and(isRoom, eq(a.nickKey, p('nickKey'))))
      .limit(1)
      .prepare('cmember_by_nick'),
    membersNamed: db
      .select(row)
      .from(a)
      .where(and(isRoom, d.inTexts(a.jid, 'jids')))
      .prepare('cmember_named'),
    membersAfter: db
      .select(row)
      .from(a)
      .where(and(isRoom, gt(a.jid, p('after'))))
      .orderBy(pages.orderBy)
      .limit(pages.max)
      .prepare('cmember_after'),
    membersOfAfter: db
      .select(row)
      .from(a)
      .where(and(isRoom, eq(a.affiliation, bound('affiliation')), gt(a.jid, p('after'))))
      .orderBy(pages.orderBy)
      .limit(pages.max)
      .prepare('cmember_of_after'),
    anyOwner: db
      .select({ jid: a.jid })
      .from(a)
      .where(and(isRoom, eq(a.affiliation, 'owner')))
      .limit(1)
      .prepare('cmember_any_owner'),
    nicksTwice: db
      .select({ nickKey: a.nickKey })
      .from(a)
      .where(and(isRoom, d.inTexts(a.nickKey, 'nicks')))
      .groupBy(a.nickKey)
      .having(sql`count(*) > 1`)
      .limit(1)
      .prepare('cmember_nicks_twice'),
    membersDrop: db
      .delete(a)
      .where(and(isRoom, d.inTexts(a.jid, 'jids')))
      .returning({ jid: a.jid })
      .prepare('cmember_drop'),
    membersDropAll: db.delete(a).where(isRoom).prepare('cmember_drop_all'),
    membersAdd: d.insertMany<{
      room: number;
      jid: string;
      account: number;
      affiliation: string;
      nick: string;
      nickKey: string;
      reason: string;
      ver: number;
    }>(a),
    membersCount: db.select({ rows: sql<number>`count(*)` }).from(a).where(isRoom).prepare('cmember_count'),
    roomsOfJid: db
      .select({ room: a.room, affiliation: a.affiliation, nick: a.nick })
      .from(a)
      .where(and(eq(a.jid, p('jid')), gt(a.room, p('after'))))
      .orderBy(asc(a.room))
      .limit(limits.pageRowsMax)
      .prepare('cmember_rooms_of'),
    membersOfAccount: db
      .select({ room: a.room, jid: a.jid })
      .from(a)
      .where(and(eq(a.account, p('member')), sql`${a.account} > 0`))
      .limit(limits.stepRows)
      .prepare('cmember_of_account'),
    membersOfJid: db
      .select({ room: a.room, jid: a.jid })
      .from(a)
      .where(eq(a.jid, p('jid')))
      .limit(limits.stepRows)
      .prepare('cmember_of_jid'),
  };
}

function cardQueries({ db, t }: Context) {
  const c = t.conversation_room_cards;
  const isRoom = eq(c.room, p('room'));
  return {
    cardFind: db.select({ xml: c.xml }).from(c).where(isRoom).prepare('ccard_find'),
    cardPut: db
      .insert(c)
      .values({ room: bound('room'), xml: p('xml') })
      .onConflictDoUpdate({ target: [c.room], set: { xml: bound('xml') } })
      .prepare('ccard_put'),
    cardDrop: db.delete(c).where(isRoom).prepare('ccard_drop'),
  };
}

export const roomsQueries = (context: Context) => ({
  ...roomQueries(context),
  ...listQueries(context),
  ...memberQueries(context),
  ...cardQueries(context),
});

export type RoomsQueries = ReturnType<typeof roomsQueries>;
