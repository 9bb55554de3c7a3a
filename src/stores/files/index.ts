/**
 * stores/files: trees of files, one for each member and one for the co-op, and who else may see what of them.
 * - A share gives a member or a group a node and what is below it. It is judged when it is used, by how things are then:
 *   the node is there, owner and sharer are members, and who shared on still has it to share.
 * - A link gives its holder what it was made for as long as it lasts; it is gone the moment it is revoked.
 * - An upload that comes in pieces survives a restart; its bytes are durable before its offset moves.
 */
export { limits as sharingLimits } from './sharing/limits.ts';
export { sharingModule } from './sharing/module.ts';
export { createSharing, type SharingOptions } from './sharing/store.ts';
export * from './types.ts';
export { limits as uploadLimits } from './uploads/limits.ts';
export { uploadsModule } from './uploads/module.ts';
export { createUploads, type UploadsOptions } from './uploads/store.ts';
