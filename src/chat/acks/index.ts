/**
 * chat/acks: what clients and server have of each other's stanzas (XEP-0198), and whether a client is still there.
 * - What is written to a session is held until its client has it; a session whose stream broke off goes on in another.
 * - A stanza of a client counts when it is settled (`Settling`): kept, delivered or refused.
 */
export { enable, failed, type Resumption, resume } from './exchange.ts';
export { type Managed, smNs } from './managed.ts';
export { type Registry, registryOf } from './registry.ts';
export type { Written } from './unacked.ts';
