/**
 * chat/portable: an account of chat as one document that other servers read and write (XEP-0227): contacts, who is blocked,
 * what clients keep, what was published, what was said. Written in pieces; nothing of it is held.
 */
export { portableBytesMax } from './limits.ts';
export { type PortableImport, readPortable } from './read.ts';
export { type PortableAccount, writePortable } from './write.ts';
