/**
 * stores/conversations/archive: messages of members and rooms, in the order in which they came (XEP-0313).
 * - Ids ascend within an archive and are never given twice, after a restore either; times never go back as ids go on.
 * - Many rows of many archives are one commit, so whoever calls gathers what came within some milliseconds.
 * - What waits for an account's next session (XEP-0160) is a row like others, or one that nothing else answers.
 * - Words are indexed behind, in steps, once many bodies wait for it; a search reads those that wait one by one, and checks
 *   what the index says with the body itself.
 * - An account's modseq moves with its archive; a room has none.
 */
export { limits as archiveLimits } from './limits.ts';
export { archiveModule } from './module.ts';
export { type ArchiveOptions, createArchive } from './store.ts';
export type * from './types.ts';
