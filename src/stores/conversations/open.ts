import { type Clock, FormatError } from '../../base/index.ts';
import { bareText, parseJid } from '../../formats/jid/index.ts';
import type { Database } from '../../storage/index.ts';
import { type ArchiveStore, createArchive } from './archive/index.ts';
import { createNodes, type NodesStore } from './nodes/index.ts';
import { createRegistrations, type Registrations } from './registrations/index.ts';
import { createRooms, type RoomsStore } from './rooms/index.ts';
import { createRoster, type RosterStore } from './roster/index.ts';

/** What chat keeps. */
export interface Conversations {
  readonly archive: ArchiveStore;
  readonly nodes: NodesStore;
  readonly registrations: Registrations;
  readonly rooms: RoomsStore;
  readonly roster: RosterStore;
  /** Lets go of what a member has in all of it; who has one of these addresses later is a stranger to everybody. */
  erase(member: number, addresses?: readonly string[]): Promise<void>;
  /** Forgets what is over, a step at a time. */
  purge(): Promise<void>;
  /** Waits for what is done behind. */
  close(): Promise<void>;
}

/** Of an address of mail; none where it is none of chat. */
function jidsOf(address: string): readonly string[] {
  try {
    return [bareText(parseJid(address))];
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}

export function openConversations(over: {
  readonly database: Database;
  readonly clock: Clock;
  readonly onError?: (event: string, error: unknown) => void;
}): Conversations {
  const stores = {
    nodes: createNodes(over),
    registrations: createRegistrations(over),
    rooms: createRooms(over),
    roster: createRoster(over),
  };
  const archive = createArchive(over);
  return {
    ...{ archive, ...stores },
    async erase(member, addresses = []) {
      await archive.erase({ kind: 'account', owner: member });
      for (const store of Object.values(stores)) await store.erase(member);
      for (const jid of new Set(addresses.flatMap(jidsOf))) {
        await stores.nodes.forget(jid);
        await stores.rooms.forget(jid);
        await stores.roster.estrange(jid);
      }
    },
    async purge() {
      for (const store of Object.values(stores)) await store.purge();
    },
    close: () => archive.close(),
  };
}
