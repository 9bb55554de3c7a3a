/**
 * webdav/files: the spaces over the store of files: a member's tree with `Shared/` in it, public links, trash, versions.
 * - A path leads into one tree (`Reach`) with one right; what the visitor may do follows from it alone (`reach.ts`).
 * - Another member's home is not there; what they share is, under the receiver's own names.
 * - The store judges locks, quota and what was seen in its transaction; here nothing is decided twice.
 */
export { type Checksum, checksumOf, checksumText, parseChecksum, verified } from './checksums.ts';
export { Entry, FileEntry, FolderEntry, favouriteKey } from './entries.ts';
export { etagOf, expectOf } from './etags.ts';
export { filesExtension } from './extension.ts';
export type { FilesHouse } from './house.ts';
export { numberOf, placeOf } from './numbers.ts';
export { publicSpace } from './public.ts';
export type { Right } from './reach.ts';
export { SharedFolder } from './shared.ts';
export { filesSpace, type OwnPlace, ownPlace } from './space.ts';
export { demandStill } from './still.ts';
export { Removed, trashSpace } from './trash.ts';
export { Version, versionsSpace } from './versions.ts';
export { byOf, discreetly } from './writes.ts';
