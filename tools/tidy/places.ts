import { foldersOfFolders } from './arrows.ts';

export interface Place {
  /** The folder that keeps its inside to itself: `imap`, `stores/mail`, `main.ts`. */
  house: string;
  /** The row of the arrow table it follows: `imap`, `stores`, `main.ts`. */
  row: string;
  /** The path inside src/. */
  inside: string;
}

/** Where in src/ a path lies; null outside of src/. */
export function placeOf(path: string): Place | null {
  if (!path.startsWith('src/')) return null;
  const inside = path.slice('src/'.length);
  const [first = '', second = ''] = inside.split('/');
  const house =
    foldersOfFolders.includes(first) && inside.split('/').length > 2 ? `${first}/${second}` : first;
  return { house, row: first, inside };
}

export function isTest(path: string): boolean {
  return (
    /(?:\.test|\/fixtures)\.ts$/.test(path) || path.startsWith('tests/') || path.startsWith('src/testing/')
  );
}
