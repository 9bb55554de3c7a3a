import { FormatError } from '../../base/index.ts';

/** ESMTP parameters of MAIL and RCPT by upper-case keyword; a keyword without '=' has the value null. */
export type Parameters = ReadonlyMap<string, string | null>;

/** RFC 5321 §4.1.2 `Mail-parameters`. Throws FormatError: bad syntax, or a keyword given twice. */
export function parseParameters(text: string): Parameters {
  const parameters = new Map<string, string | null>();
  for (const word of text.split(/[ \t]+/)) {
    if (word === '') continue;
    const equals = word.indexOf('=');
    const keyword = (equals < 0 ? word : word.slice(0, equals)).toUpperCase();
    if (!/^[A-Z0-9][A-Z0-9-]*$/.test(keyword)) throw new FormatError(`'${word}' is not a parameter`);
    const value = equals < 0 ? null : word.slice(equals + 1);
    // esmtp-value = 1*(%d33-60 / %d62-126), and UTF-8 with SMTPUTF8 (RFC 6531 §3.3)
    if (value !== null && !/^[^=\s]+$/u.test(value)) {
      throw new FormatError(`the value of ${keyword} is not valid`);
    }
    if (parameters.has(keyword)) throw new FormatError(`${keyword} is given twice`);
    parameters.set(keyword, value);
  }
  return parameters;
}

/** RFC 3461 §4 xtext: `+XX` for a byte, printable ASCII but '+' and '=' as it is. Throws FormatError. */
export function decodeXtext(text: string): string {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(text)) throw new FormatError(`'${text}' is not xtext`);
  return text.replace(/\+([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

export function encodeXtext(text: string): string {
  return text.replace(
    /[^!-*,-<>-~]/g,
    (char) => `+${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
