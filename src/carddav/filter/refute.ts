import type { CardFilter, PropFilter } from './types.ts';

/**
 * Whether a digest surely is of no card that a filter looks for, by its text: most cards have nothing of a name that is typed,
 * and to read their digests costs more than all else. False says nothing.
 */
export function refuterOf({ all, props }: CardFilter): (digest: string) => boolean {
  const each = props.map(refuterOfProperty);
  if (all ? each.every((one) => one === null) : each.includes(null)) return () => false;
  return (digest) => {
    // Its properties are left out, or a value is, or case is not that of ASCII alone.
    if (digest.length < leastCharacters || digest.includes(',null') || !ascii.test(digest)) return false;
    const text = digest.toUpperCase();
    return all ? each.some((one) => one?.(text)) : each.every((one) => one?.(text));
  };
}

/** Null: what it looks for is no text that must stand there. */
function refuterOfProperty({ all, absent, texts, params }: PropFilter): ((text: string) => boolean) | null {
  const needles = texts.map(({ needle }) => (needle === undefined ? null : escaped(needle)));
  const known = needles.filter((needle) => needle !== null);
  if (absent || known.length === 0) return null;
  if (all) return (text) => known.some((needle) => !text.includes(needle));
  if (params.length > 0 || known.length < needles.length) return null;
  return (text) => known.every((needle) => !text.includes(needle));
}

/** As it stands in a digest, which is JSON, in upper case. */
const escaped = (needle: string) => JSON.stringify(needle).slice(1, -1).toUpperCase();

/** A digest that has nothing but a version is shorter. */
const leastCharacters = 12;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ascii = /^[\x00-\x7f]*$/;
