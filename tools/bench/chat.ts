/**
 * `npm run bench -- chat archive [SECONDS]`: what it takes to keep messages; see tools/bench/chat/archive.ts.
 * `npm run bench -- chat messages`: what it takes to bring them, kept in both archives; see tools/bench/chat/messages.ts.
 * `npm run bench -- chat beside`: messages, a room, idle sessions and logins beside Prosody and ejabberd; see tools/bench/chat/beside.ts.
 * `npm run bench -- chat rooms`: what it takes to tell many the same; see tools/bench/chat/rooms.ts.
 * `npm run bench -- chat storm`: many enter a room at the same moment; see tools/bench/chat/storm.ts.
 */
import { archive } from './chat/archive.ts';
import { beside } from './chat/beside.ts';
import { messages } from './chat/messages.ts';
import { rooms } from './chat/rooms.ts';
import { storms } from './chat/storm.ts';

const all = { archive, beside, messages, rooms, storm: storms } as const;

export async function run([what = 'archive', ...args]: readonly string[]): Promise<void> {
  if (!Object.hasOwn(all, what)) throw new Error(`there is no bench of chat called '${what}'`);
  await all[what as keyof typeof all](args);
}
