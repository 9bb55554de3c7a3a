/**
 * stores/push: who wants to be told of what changes (WebDAV-Push): devices of members, each with the address of a push
 * service and the keys that its messages are encrypted for.
 * - A registration is of one member, of one place (a collection, or a home) and of one push resource: the same again
 *   renews it and keeps its token. A token is not to be guessed; who has it may end the registration, and be left out.
 * - All end by themselves; a member has at most `registrationsPerMemberMax`.
 * - Whether its member may still read the place is for the caller to judge, each time.
 */
export { limits as pushLimits } from './limits.ts';
export { pushModule } from './module.ts';
export { createPushStore, type PushStoreOptions } from './store.ts';
export type { NewRegistration, PushStore, Registration } from './types.ts';
