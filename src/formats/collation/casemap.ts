/** Characters whose upper case in JavaScript is longer than, or other than, their simple title case. */
const special =
  /[\u00df\u0149\u01c4-\u01cc\u01f0-\u01f3\u0390\u03b0\u0587\u10d0-\u10fa\u10fd-\u10ff\u1e96-\u1e9a\u1f50\u1f52\u1f54\u1f56\u1f80-\u1faf\u1fb2-\u1fb4\u1fb6\u1fb7\u1fbc\u1fc2-\u1fc4\u1fc6\u1fc7\u1fcc\u1fd2\u1fd3\u1fd6\u1fd7\u1fe2-\u1fe4\u1fe6\u1fe7\u1ff2-\u1ff4\u1ff6\u1ff7\u1ffc\ufb00-\ufb06\ufb13-\ufb17]/;
const around = new RegExp(`(${special.source})`);
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const ascii = /^[\x00-\x7f]*$/;

/**
 * The key of i;unicode-casemap (RFC 5051 §2): each character in simple title case, then decomposed, compatibility
 * included. Marks are put in canonical order too, so that texts that look the same are the same.
 */
export function casemap(text: string): string {
  if (ascii.test(text)) return text.toUpperCase();
  return titleCase(text).normalize('NFKD');
}

function titleCase(text: string): string {
  if (!special.test(text)) return text.toUpperCase();
  // Specials stand at the odd places.
  return text
    .split(around)
    .map((piece, at) => (at % 2 === 0 ? piece.toUpperCase() : titleOf(piece)))
    .join('');
}

function titleOf(character: string): string {
  const code = character.charCodeAt(0);
  // The digraphs of Latin come as three: DŽ, Dž, dž; the second is the title case.
  if (code >= 0x01c4 && code <= 0x01cc)
    return String.fromCharCode(0x01c5 + 3 * Math.floor((code - 0x01c4) / 3));
  if (code >= 0x01f1 && code <= 0x01f3) return '\u01f2';
  // Greek with an iota below: small and capital lie eight apart.
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCharCode(code | 8);
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return String.fromCharCode(code + 9);
  return character;
}
