/** RFC 4790 §9.2, §9.3; RFC 5051. */
export type Collation = 'i;ascii-casemap' | 'i;octet' | 'i;unicode-casemap';

export const collations: readonly Collation[] = ['i;ascii-casemap', 'i;octet', 'i;unicode-casemap'];

export type MatchType = 'contains' | 'equals' | 'starts-with' | 'ends-with';

export interface TextMatch {
  readonly collation: Collation;
  readonly type: MatchType;
  readonly text: string;
  /** What does not match is what is looked for. */
  readonly negate: boolean;
}

/** Of several values, as one parameter may have, one must match; where that is negated, none. */
export interface Matcher {
  (...values: readonly string[]): boolean;
  /** ASCII that stands, but for its case, in every value of ASCII that matches; absent: nothing is sure. */
  readonly needle?: string;
}

/** A text-match, made ready once for many values. */
export function matcherOf({ collation, type, text, negate }: TextMatch): Matcher {
  const fold = folds[collation];
  const wanted = fold(text);
  const matches = tests[type];
  const matcher = (...values: readonly string[]) =>
    values.some((value) => matches(fold(value), wanted)) !== negate;
  return negate || text === '' || !ascii.test(text) ? matcher : Object.assign(matcher, { needle: text });
}

const tests = {
  contains: (value: string, wanted: string) => value.includes(wanted),
  equals: (value: string, wanted: string) => value === wanted,
  'starts-with': (value: string, wanted: string) => value.startsWith(wanted),
  'ends-with': (value: string, wanted: string) => value.endsWith(wanted),
} as const satisfies Record<MatchType, (value: string, wanted: string) => boolean>;

const folds = {
  'i;octet': (text: string) => text,
  'i;ascii-casemap': asciiFolded,
  'i;unicode-casemap': unicodeFolded,
} as const satisfies Record<Collation, (text: string) => string>;

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ascii = /^[\x00-\x7f]*$/;

function asciiFolded(text: string): string {
  return ascii.test(text) ? text.toUpperCase() : text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** RFC 5051 §2: each character decomposed, in its simple title case, and that decomposed again. */
function unicodeFolded(text: string): string {
  if (ascii.test(text)) return text.toUpperCase();
  let folded = '';
  for (const char of text.normalize('NFKD')) {
    const upper = char.toUpperCase();
    // What becomes several letters has no simple mapping.
    folded += [...upper].length === 1 ? upper : char;
  }
  return folded.normalize('NFKD');
}
