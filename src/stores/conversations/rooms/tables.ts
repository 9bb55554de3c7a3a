import { defineTables } from '../../../storage/index.ts';
import type { RoomAffiliation, RoomConfig } from './types.ts';

/** Times are ms since 1970, 0 for never. Accounts are 0 for who is not of here. */
export const roomsTables = defineTables((kit) => ({
  conversation_rooms: kit.table(
    'conversation_rooms',
    {
      id: kit.id(),
      service: kit.text().notNull(),
      local: kit.text().notNull(),
      /** Public, and there. */
      listed: kit.bool().notNull(),
      persistent: kit.bool().notNull(),
      /** Name and address in one case, for who searches. */
      folded: kit.text().notNull(),
      config: kit.json<RoomConfig>().notNull(),
      subject: kit.text().notNull(),
      subjectBy: kit.text().notNull(),
      subjectAt: kit.int().notNull(),
      creator: kit.int().notNull(),
      occupantSecret: kit.text().notNull(),
      created: kit.int().notNull(),
      active: kit.int().notNull(),
      /** '' for none. */
      binding: kit.text().notNull(),
      ver: kit.int().notNull(),
      /** Rows of conversation_room_affiliations. */
      affiliations: kit.int().notNull(),
      pictureHash: kit.text().notNull(),
      /** When it was destroyed; the row keeps its address. */
      gone: kit.int().notNull(),
      goneReason: kit.text().notNull(),
      goneAlternate: kit.text().notNull(),
    },
    {
      unique: [['service', 'local']],
      index: [
        ['service', 'listed', 'local'],
        ['persistent', 'id'],
        ['binding', 'id'],
      ],
      indexAboveZero: ['creator', 'gone'],
    },
  ),
  conversation_room_affiliations: kit.table(
    'conversation_room_affiliations',
    {
      room: kit.int().notNull(),
      jid: kit.text().notNull(),
      account: kit.int().notNull(),
      affiliation: kit.text().$type<RoomAffiliation>().notNull(),
      nick: kit.text().notNull(),
      /** As nicks are compared (RFC 8266 §2.4). */
      nickKey: kit.text().notNull(),
      reason: kit.text().notNull(),
      ver: kit.int().notNull(),
    },
    {
      primaryKey: ['room', 'jid'],
      index: [
        ['room', 'affiliation', 'jid'],
        ['room', 'nickKey'],
        ['jid', 'room'],
      ],
      indexAboveZero: ['account'],
      rowid: false,
      expected: {
        'room jid': [1_000, 1],
        'room affiliation jid': [1_000, 200, 1],
        'room nickKey': [1_000, 2],
        'jid room': [20, 1],
        account: [20],
      },
    },
  ),
  /** Apart: a picture is large, and seldom asked for. */
  conversation_room_cards: kit.table(
    'conversation_room_cards',
    { room: kit.int().notNull(), xml: kit.text().notNull() },
    { primaryKey: ['room'] },
  ),
}));

export type RoomsTables = (typeof roomsTables)['postgres'];
