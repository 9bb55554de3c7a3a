/**
 * cli/mail-test: mail sent through the whole chain of a running server, and what every part of it said.
 *
 * - It goes through the doors themselves, as a member's program and as another server would: TLS verified, a password
 *   of its own that is taken back, our signatures checked by our keys and by what the DNS says.
 * - What it puts into a mailbox it takes out again, also where a step failed.
 * - A message to somewhere else is followed until its host has answered; nothing is said twice to that host.
 */
export { ownDoors } from './doors.ts';
export { testLocally } from './local.ts';
export { testOutside } from './outside.ts';
export { Steps, Stopped } from './steps.ts';
