import { delimiter } from '../../stores/mail/index.ts';

/** Every name above one of `names`. */
export function ancestors(names: Iterable<string>): Set<string> {
  const above = new Set<string>();
  for (const name of names) {
    let end = name.lastIndexOf(delimiter);
    while (end > 0 && !above.has(name.slice(0, end))) {
      above.add(name.slice(0, end));
      end = name.lastIndexOf(delimiter, end - 1);
    }
  }
  return above;
}
