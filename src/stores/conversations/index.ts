/**
 * stores/conversations: what chat keeps. Each sub-folder is a store of its own, with its tables, its limits and its rules:
 * - `archive`: what was said, by members and in rooms.
 * - `nodes`: what is published, and who hears of it (PEP, pubsub).
 * - `registrations`: what clients, members and servers leave: push, tokens, devices, invitations, uploads, what waits.
 * - `rooms`: rooms in which many talk, and who stands to them.
 * - `roster`: whom a member knows and blocks, what is archived, what clients keep for themselves.
 */
export * from './archive/index.ts';
export * from './nodes/index.ts';
export { type Conversations, openConversations } from './open.ts';
export * from './registrations/index.ts';
export * from './rooms/index.ts';
export * from './roster/index.ts';
