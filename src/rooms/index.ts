/**
 * rooms: opens what is kept, in an explicit order: data folder, database, blobs, mail, accounts. The server and a command
 * on a stopped server open the same rooms; the doors are the suite's.
 */
export { modules } from '../modules.ts';
export { openRooms, type Rooms, sharedName, unfinishedRestore } from './rooms.ts';
