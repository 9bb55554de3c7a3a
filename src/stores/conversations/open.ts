import type { Clock } from '../../base/index.ts';
import type { Database } from '../../storage/index.ts';
import { createNodes, type NodesStore } from './nodes/index.ts';
import { createRegistrations, type Registrations } from './registrations/index.ts';
import { createRooms, type RoomsStore } from './rooms/index.ts';

/** What chat keeps. */
export interface Conversations {
  readonly nodes: NodesStore;
  readonly registrations: Registrations;
  readonly rooms: RoomsStore;
  /** Lets go of what a member has in all of it. */
  erase(member: number): Promise<void>;
  /** Forgets what is over, a step at a time. */
  purge(): Promise<void>;
}

export function openConversations(over: {
  readonly database: Database;
  readonly clock: Clock;
}): Conversations {
  const stores = {
    nodes: createNodes(over),
    registrations: createRegistrations(over),
    rooms: createRooms(over),
  };
  return {
    ...stores,
    async erase(member) {
      for (const store of Object.values(stores)) await store.erase(member);
    },
    async purge() {
      for (const store of Object.values(stores)) await store.purge();
    },
  };
}
