import { defineModule, first, run } from '../../../storage/index.ts';
import { roomsQueries } from './queries.ts';
import { check, erase, forget, members, repair, setAffiliations } from './scripts/members.ts';
import { create, destroy, listed, load, roomsOf, setCard, touch, update } from './scripts/rooms.ts';
import { roomsTables } from './tables.ts';
import type { RoomAddress } from './types.ts';

/** What the threads run for rooms. */
export const { module: roomsModule, operations: roomsOperations } = defineModule({
  name: 'conversation-rooms',
  tables: roomsTables,
  queries: roomsQueries,
  operations: ({ read, scan, write }) => ({
    create: write(create),
    /** It may have the members of a whole co-op. */
    load: scan(load),
    find: read(function* (q, a: RoomAddress) {
      return first(yield* run(q.roomFind, { ...a })) ?? null;
    }),
    byId: read(function* (q, a: { room: number }) {
      return first(yield* run(q.roomById, a)) ?? null;
    }),
    update: write(update),
    touch: write(touch),
    setCard: write(setCard),
    card: read(function* (q, a: { room: number }) {
      return first(yield* run(q.cardFind, a))?.xml ?? null;
    }),
    setAffiliations: write(setAffiliations),
    member: read(function* (q, a: { room: number; jid: string }) {
      return first(yield* run(q.memberFind, a)) ?? null;
    }),
    memberByNick: read(function* (q, a: { room: number; nickKey: string }) {
      return first(yield* run(q.memberByNick, a)) ?? null;
    }),
    members: read(members),
    roomsOf: read(roomsOf),
    boundTo: read(function* (q, a: { binding: string }) {
      return yield* run(q.boundTo, a);
    }),
    listed: scan(listed),
    after: scan(function* (q, a: { after: number }) {
      return yield* run(q.roomsAfter, a);
    }),
    destroy: write(destroy),
    release: write(function* (q, a: RoomAddress) {
      return (yield* run(q.roomRelease, { ...a })).length > 0;
    }),
    temporary: scan(function* (q, a: { after: number }) {
      return (yield* run(q.temporary, a)).map(({ id }) => id);
    }),
    erase: write(erase),
    forget: write(forget),
    dropGone: write(function* (q, a: { before: number }) {
      yield* run(q.goneOld, a);
    }),
    check: scan(check),
    repair: write(repair),
  }),
  integrity: (operations) => ({ checks: [operations.check], repair: operations.repair }),
});
