import type { Rooms } from '../../suite/index.ts';
import type { AdminCommand } from '../admin/index.ts';

/** The commands on the co-op's data, in the order of the help. */
export const roomCommands: readonly AdminCommand<Rooms>[] = [];
