import { splitEscaped, unescapeText } from '../content-lines/index.ts';

/** `Public;John;Q.,R.;;` -> [['Public'], ['John'], ['Q.', 'R.'], [''], ['']]. */
export function componentsOf(value: string): string[][] {
  return splitEscaped(value, ';').map(listOf);
}

/** A list of texts, such as NICKNAME or CATEGORIES. */
export function listOf(value: string): string[] {
  return splitEscaped(value, ',').map(unescapeText);
}
