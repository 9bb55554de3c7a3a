import { StoreError } from '../../base/index.ts';
import { bareText, parseJid } from '../../formats/jid/index.ts';
import type { RoomMember } from '../../stores/conversations/index.ts';
import { StanzaError } from '../errors.ts';
import type { Chat } from '../services.ts';
import { setAffiliations } from './admin.ts';
import { tearDown } from './owner.ts';

/** What whoever runs the server does to a room, whoever owns it: those who are there hear of it as if an owner had done it. */
export interface RoomOffice {
  /** Its name may be had again at once, unless `reason` is to be told to who comes. False: there is no such room. */
  destroy(local: string, reason: string): Promise<boolean>;
  /** `affiliation` null: none. False: there is no such room. StoreError 'conflict' where nobody would own it. */
  affiliate(
    local: string,
    of: Pick<RoomMember, 'jid' | 'account'> & { readonly affiliation: RoomMember['affiliation'] | null },
  ): Promise<boolean>;
}

export function roomOffice({ rooms }: Pick<Chat, 'rooms'>): RoomOffice {
  return {
    async destroy(local, reason) {
      const room = await rooms.find(local);
      if (room === null) return false;
      await room.inTurn(async () => {
        if (room.isGone) return;
        await tearDown(room, { reason, alternate: '', password: '', keep: reason !== '' }, () =>
          rooms.forgotten(room),
        );
      });
      return true;
    },
    async affiliate(local, { jid, account, affiliation }) {
      const room = await rooms.find(local);
      if (room === null) return false;
      const change = { jid: bareText(parseJid(jid)), account, affiliation };
      try {
        await room.inTurn(() => setAffiliations(room, [change]));
      } catch (error) {
        throw error instanceof StanzaError ? new StoreError('conflict', error.message) : error;
      }
      return true;
    },
  };
}
