import { and, asc, desc, eq, gt, lt, lte, type QueryContext, sql } from '../../../../storage/index.ts';
import type { ArchiveTables } from '../tables.ts';

type Context = QueryContext<ArchiveTables>;
const p = sql.placeholder;
const bound = (name: string) => p(name) as never;

function columnsOf(m: ArchiveTables['conversation_messages']) {
  return {
    id: m.id,
    at: m.at,
    peer: m.peer,
    resource: m.resource,
    outgoing: m.outgoing,
    type: m.type,
    redacted: m.redacted,
    messageId: m.messageId,
    originId: m.originId,
    occupantId: m.occupantId,
    stanza: m.stanza,
  };
}

/** What a page may be narrowed by, beside its span of ids. */
function wantedOf(m: ArchiveTables['conversation_messages']) {
  return and(
    sql`${m.hidden} = 0`,
    // 1 is groupchat.
    sql`(cast(${p('groupchat')} as bigint) = 1 or ${m.type} <> 1)`,
    sql`(cast(${p('resource')} as text) = '' or ${m.resource} = cast(${p('resource')} as text))`,
  );
}

export function pageQueries({ db, t, d }: Context) {
  const m = t.conversation_messages;
  const columns = columnsOf(m);
  const wanted = wantedOf(m);
  const span = and(eq(m.archive, p('archive')), gt(m.id, p('from')), lt(m.id, p('to')));
  const withPeer = and(eq(m.peer, p('peer')), wanted);
  const bodied = and(
    wanted,
    sql`(cast(${p('peer')} as text) = '' or ${m.peer} = cast(${p('peer')} as text))`,
  );
  const pages = (narrowed: ReturnType<typeof and>, name: string) => {
    const rows = () => db.select(columns).from(m).where(and(span, narrowed));
    return [
      rows().orderBy(asc(m.id)).limit(bound('limit')).prepare(`conversation_${name}_forward`),
      rows().orderBy(desc(m.id)).limit(bound('limit')).prepare(`conversation_${name}_backward`),
    ] as const;
  };
  const [pageForward, pageBackward] = pages(wanted, 'page');
  const [peerForward, peerBackward] = pages(withPeer, 'peer');
  const bodies = () =>
    db
      .select({ ...columns, body: m.body })
      .from(m)
      .where(and(span, bodied, sql`${m.body} is not null`));
  return {
    ...{ pageForward, pageBackward, peerForward, peerBackward },
    bodiesForward: bodies().orderBy(asc(m.id)).limit(bound('limit')).prepare('conversation_bodies_forward'),
    bodiesBackward: bodies()
      .orderBy(desc(m.id))
      .limit(bound('limit'))
      .prepare('conversation_bodies_backward'),
    bodiesNamed: db
      .select({ ...columns, body: m.body })
      .from(m)
      .where(and(span, d.inNumbers(m.id, 'ids'), bodied, sql`${m.body} is not null`))
      .prepare('conversation_bodies_named'),
    messagesNamed: db
      .select(columns)
      .from(m)
      .where(and(eq(m.archive, p('archive')), d.inNumbers(m.id, 'ids'), sql`${m.hidden} = 0`))
      .orderBy(asc(m.id))
      .prepare('conversation_messages_named'),
    messagesWaiting: db
      .select({ ...columns, hidden: m.hidden })
      .from(m)
      .where(and(eq(m.archive, p('archive')), d.inNumbers(m.id, 'ids')))
      .orderBy(asc(m.id))
      .prepare('conversation_messages_waiting'),
    /** The next one from an id on, of whatever kind. */
    messageFrom: db
      .select({ id: m.id, at: m.at })
      .from(m)
      .where(and(eq(m.archive, p('archive')), sql`${m.id} >= ${p('from')}`))
      .orderBy(asc(m.id))
      .limit(1)
      .prepare('conversation_message_from'),
    byMessageId: db
      .select(columns)
      .from(m)
      .where(and(eq(m.archive, p('archive')), eq(m.messageId, p('messageId')), sql`${m.hidden} = 0`))
      .orderBy(desc(m.id))
      .limit(bound('limit'))
      .prepare('conversation_by_message_id'),
    byOriginId: db
      .select(columns)
      .from(m)
      .where(and(eq(m.archive, p('archive')), eq(m.originId, p('messageId')), sql`${m.hidden} = 0`))
      .orderBy(desc(m.id))
      .limit(bound('limit'))
      .prepare('conversation_by_origin_id'),
  };
}

export function messageQueries({ db, t, d }: Context) {
  const m = t.conversation_messages;
  const o = t.conversation_offline;
  const one = and(eq(m.archive, p('archive')), eq(m.id, p('id')));
  return {
    messagesAdd: d.insertMany<Record<string, unknown>>(m),
    messageBody: db
      .select({ body: m.body, hidden: m.hidden })
      .from(m)
      .where(one)
      .prepare('conversation_message_body'),
    messageRedact: db
      .update(m)
      .set({ stanza: bound('stanza'), body: null, redacted: 1 })
      .where(one)
      .prepare('conversation_message_redact'),
    messagesOldest: db
      .select({ id: m.id, at: m.at, body: m.body, hidden: m.hidden, type: m.type })
      .from(m)
      .where(eq(m.archive, p('archive')))
      .orderBy(asc(m.id))
      .limit(bound('limit'))
      .prepare('conversation_messages_oldest'),
    messagesDropTo: db
      .delete(m)
      .where(and(eq(m.archive, p('archive')), lte(m.id, p('id'))))
      .prepare('conversation_messages_drop_to'),
    hiddenDrop: db
      .delete(m)
      .where(and(eq(m.archive, p('archive')), d.inNumbers(m.id, 'ids'), sql`${m.hidden} = 1`))
      .prepare('conversation_hidden_drop'),
    bodiesAfter: db
      .select({ id: m.id, body: m.body })
      .from(m)
      .where(and(eq(m.archive, p('archive')), gt(m.id, p('after'))))
      .orderBy(asc(m.id))
      .limit(bound('limit'))
      .prepare('conversation_bodies_after'),
    offlineAdd: d.insertMany<{ account: number; id: number }>(o),
    offlineAfter: db
      .select({ id: o.id })
      .from(o)
      .where(and(eq(o.account, p('account')), gt(o.id, p('after'))))
      .orderBy(asc(o.id))
      .limit(bound('limit'))
      .prepare('conversation_offline_after'),
    offlineDropTo: db
      .delete(o)
      .where(and(eq(o.account, p('account')), lte(o.id, p('id'))))
      .returning({ id: o.id })
      .prepare('conversation_offline_drop_to'),
  };
}

export function wordQueries({ db, t, d }: Context) {
  const w = t.conversation_words;
  const candidates = () =>
    db
      .selectDistinct({ id: w.id })
      .from(w)
      .where(
        and(
          eq(w.archive, p('archive')),
          sql`${w.word} >= ${p('wordFrom')}`,
          sql`${w.word} < ${p('wordTo')}`,
          gt(w.id, p('from')),
          lt(w.id, p('to')),
        ),
      );
  return {
    wordsAdd: d.insertMany<{ archive: number; word: Uint8Array; id: number }>(w),
    wordsForward: candidates().orderBy(asc(w.id)).limit(bound('limit')).prepare('conversation_words_forward'),
    wordsBackward: candidates()
      .orderBy(desc(w.id))
      .limit(bound('limit'))
      .prepare('conversation_words_backward'),
    wordDrop: db
      .delete(w)
      .where(and(eq(w.archive, p('archive')), eq(w.word, p('word') as never), eq(w.id, p('id'))))
      .prepare('conversation_word_drop'),
    wordsDropAll: db
      .delete(w)
      .where(eq(w.archive, p('archive')))
      .prepare('conversation_words_drop_all'),
  };
}
