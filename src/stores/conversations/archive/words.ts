import { limits } from './limits.ts';

/** Scripts that put no space between words: there a word is two letters that stand together, and the last one alone. */
const unspaced = String.raw`\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}`;
const runs = new RegExp(`[${unspaced}]+|(?:(?![${unspaced}])[\\p{L}\\p{N}])+`, 'gu');
const isUnspaced = new RegExp(`^[${unspaced}]`, 'u');
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const isAscii = /^[\x00-\x7f]*$/;
const nothing: readonly string[] = [];

/** The words of a text, folded, each once. */
export function wordsOf(text: string): Set<string> {
  const searched = text.slice(0, limits.searchedCharsMax);
  const words = new Set<string>();
  if (isAscii.test(searched)) {
    for (const word of searched.toLowerCase().match(/[a-z0-9]+/g) ?? nothing)
      words.add(word.slice(0, limits.wordCharsMax));
    return words;
  }
  const folded = searched
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
  for (const run of folded.match(runs) ?? nothing) {
    if (!isUnspaced.test(run)) {
      words.add(run.slice(0, limits.wordCharsMax));
      continue;
    }
    const letters = [...run];
    for (const [at, letter] of letters.entries()) words.add(letter + (letters[at + 1] ?? ''));
  }
  return words;
}

/** Whether every one of the words begins a word of the body. */
export function matches(body: string, words: readonly string[]): boolean {
  const there = wordsOf(body);
  return words.every((word) => there.has(word) || begins(there, word));
}

function begins(there: ReadonlySet<string>, word: string): boolean {
  for (const each of there) if (each.startsWith(word)) return true;
  return false;
}

/** Where the index has the words that begin so: from the one, the other not included. No octet of UTF-8 is 0xff. */
export function wordRange(word: string): { readonly from: Buffer; readonly to: Buffer } {
  const from = Buffer.from(word);
  return { from, to: Buffer.concat([from, Buffer.of(0xff)]) };
}
