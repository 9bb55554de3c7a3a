import type { Rooms } from '../../suite/index.ts';
import type { AdminCommand } from '../admin/index.ts';
import { directoryCommands } from './directory.ts';
import { memberCommands } from './member.ts';

/** The commands on the co-op's data, in the order of the help. */
export const roomCommands: readonly AdminCommand<Rooms>[] = [...memberCommands, ...directoryCommands];
