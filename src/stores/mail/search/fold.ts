import { streamSafe } from '../../../formats/mime/index.ts';

const plain = /^[\0-\x7f]*$/;
const special = /[^\0-\x7f]+/g;
const small = /[a-z]+/g;

/**
 * The one form in which SEARCH compares texts: i;unicode-casemap (RFC 5051 §2), so case, composition and compatibility
 * forms do not count and a letter's accents stand behind it. Well-formed; NUL is kept.
 */
export function fold(text: string): string {
  if (plain.test(text)) return text.toUpperCase();
  return streamSafe(text.toWellFormed())
    .replace(special, foldRun)
    .replace(small, (letters) => letters.toUpperCase());
}

function foldRun(run: string): string {
  const apart = run.normalize('NFKD');
  const whole = apart.toUpperCase();
  if (whole.length === apart.length) return whole;
  // Only simple mappings count: a letter whose capital is several letters (ß) stays as it is.
  let folded = '';
  for (const letter of apart) {
    const capital = letter.toUpperCase();
    folded += capital.length === letter.length ? capital : letter;
  }
  return folded;
}
