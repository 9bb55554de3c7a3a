/**
 * chat/archive: what was said, kept and shown again (XEP-0313).
 * - `keepingOf` is the one table of what is kept; `rowOf` makes the row of a member's archive, `stanzaIdElement` says where
 *   it is.
 * - `answerQuery` and `answerMetadata` serve any archive, of a member or of a room; who may ask is judged before.
 * - `tombstoneOf` is what is left of a message that was taken back.
 */
export { type Keeping, keepingOf } from './keeping.ts';
export * from './names.ts';
export { isArchived } from './preferences.ts';
export { answerMetadata, answerQuery, fullTextField, queryForm, type ShownArchive } from './query.ts';
export { idOf, messageOf, rowOf, stanzaIdElement } from './rows.ts';
export { tombstoneOf } from './tombstone.ts';
