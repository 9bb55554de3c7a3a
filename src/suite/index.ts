/**
 * suite: puts the house together, in an explicit order: the rooms (rooms/), then the doors. `doors` opens what is
 * listened on and says which protocol serves which door; `serve` runs it all until a signal.
 * - Nothing here decides anything that a protocol or a store could decide.
 * - A command on a stopped server opens the same rooms and no doors.
 */
export { firstAdministrator } from './first-start.ts';
export type { Observers } from './observers.ts';
export { openSuite, type Running, type ServeOptions, serve } from './serve.ts';
