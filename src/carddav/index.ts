/**
 * carddav: address books as phones and desktops sync them (RFC 6352), over `webdav/collections`.
 * - Cards are kept as they came, in version 3.0 or 4.0, and answered in the one that is asked for; what cannot be read is
 *   refused with its precondition.
 * - A query is answered from the digest of each card; bytes are read for what does not stand in it.
 * - The directory holds the members who consent, and nobody else; it is compared with the members before it is answered.
 */
export { cardItem } from './collections/prepare.ts';
export {
  type Consent,
  createDirectory,
  type Directory,
  type DirectoryParts,
} from './directory/directory.ts';
export { carddavExtension } from './extension.ts';
export type { CarddavHouse, CardSettings } from './house.ts';
export { findMeCard } from './me-card.ts';
export { type OwnCards, ownCards } from './own-cards.ts';
