import type { CollectionsHouse } from '../webdav/index.ts';
import type { Directory } from './directory/directory.ts';

/** What CardDAV stands on. */
export interface CarddavHouse extends CollectionsHouse {
  readonly settings: CardSettings;
  /** The co-op's members who consent to be found. */
  readonly directory: Directory;
}

export interface CardSettings {
  /** Octets of one card. */
  readonly cardBytesMax: number;
}
