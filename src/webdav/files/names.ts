/** Two names are one where their NFC forms are. */
export const sameName = (one: string, other: string): boolean =>
  one.normalize('NFC') === other.normalize('NFC');
