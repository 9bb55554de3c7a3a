/**
 * stores/files: trees of files, one for each member and one for the co-op, and who else may see what of them.
 * - A node's id stays with it; a MOVE changes one row and the folders above both places. Names of a folder differ by their
 *   NFC form and are answered as they were sent.
 * - `stage` makes bytes durable, `put` gives them a name in one transaction; what was judged before (locks, what stood
 *   there, the quota) is judged again in it.
 * - Each write takes a modseq of the account and writes it to the node and to every folder above, with the difference of
 *   sizes and counts. A folder's modseq is its sync token; names that went leave tombstones until they are forgotten.
 * - What is removed goes to the trash as one row, what is replaced is a version; both end by age and by what they take.
 *   For good is: out of the tree at once, gone in bounded steps that a crash may interrupt.
 * - Contents are blobs, counted: a COPY counts them once more and writes none. A large one is made in steps, out of sight.
 * - A share gives a member or a group a node and what is below it. It is judged when it is used, by how things are then:
 *   the node is there, owner and sharer are members, and who shared on still has it to share.
 * - A link gives its holder what it was made for as long as it lasts; it is gone the moment it is revoked.
 * - An upload that comes in pieces survives a restart; its bytes are durable before its offset moves.
 */
export { typeOfName } from './content-types.ts';
export { SearchMeter, testOf } from './judge.ts';
export { limits as filesLimits } from './limits.ts';
export { filesModule } from './module.ts';
export { checkName, fileNameOf, nameKey, numbered } from './names.ts';
export { namesDown, pathTo } from './paths.ts';
export { guestPrincipal } from './principals.ts';
export type { FilesSettings, FilesStoreOptions } from './reader.ts';
export { Reserves } from './reserves.ts';
export { limits as sharingLimits } from './sharing/limits.ts';
export { sharingModule } from './sharing/module.ts';
export { createSharing, type SharingOptions } from './sharing/store.ts';
export { StagedContent } from './staging.ts';
export { createFilesStore } from './store.ts';
export * from './types.ts';
export { limits as uploadLimits } from './uploads/limits.ts';
export { uploadsModule } from './uploads/module.ts';
export { createUploads, type UploadsOptions } from './uploads/store.ts';
export type * from './uploads/types.ts';
