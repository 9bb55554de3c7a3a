/**
 * cli/commands: one file per group of commands on the co-op's data; the list below is what a server runs and the help
 * shows. Each says its arguments as a schema and answers a text for people and JSON for scripts.
 */
import type { Rooms } from '../../rooms/index.ts';
import type { AdminCommand } from '../admin/index.ts';
import { collectionSharingCommands } from './collection-sharing.ts';
import { coopCommands } from './coop/index.ts';
import { directoryCommands } from './directory.ts';
import { dkimCommands } from './dkim.ts';
import { dnsCommands } from './dns.ts';
import { fileKeepingCommands } from './file-keeping.ts';
import { fileSharingCommands } from './file-sharing.ts';
import { folderCommands } from './folder.ts';
import { inviteCommands } from './invite.ts';
import { mailCommands } from './mail.ts';
import { memberCommands } from './member.ts';
import { memberDirectoryCommands } from './member-directory.ts';
import { queueCommands } from './queue.ts';
import { reportCommands } from './reports.ts';
import { chatRoomCommands } from './room.ts';
import { safetyCommands } from './safety.ts';
import { transferCommands } from './transfer.ts';

/** In the order of the help. */
export const roomCommands: readonly AdminCommand<Rooms>[] = [
  ...memberCommands,
  ...inviteCommands,
  ...memberDirectoryCommands,
  ...directoryCommands,
  ...chatRoomCommands,
  ...dkimCommands,
  ...reportCommands,
  ...folderCommands,
  ...fileSharingCommands,
  ...fileKeepingCommands,
  ...collectionSharingCommands,
  ...coopCommands,
  ...dnsCommands,
  ...mailCommands,
  ...queueCommands,
  ...transferCommands,
  ...safetyCommands,
];

export { restoreCommand } from './safety.ts';
