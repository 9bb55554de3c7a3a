/**
 * content-lines: the lines that iCalendar (RFC 5545 §3.1) and vCard (RFC 6350 §3.2, §3.3) are made of. Pure.
 *
 * - Grammar alone: a name, parameters (RFC 6868 undone), a value as it stands. What they mean is for each format to say.
 * - What is wrong is thrown as the format's own error: a `Dialect` makes it from a fault, words and a line.
 * - Linear in the text, whatever it is folded to; bounded before the value.
 * - Characters that XML cannot carry, and a CR that ends no line, are refused: what is taken can be given back.
 */
export { fitText, textOf } from './characters.ts';
export {
  type ContentLine,
  type Dialect,
  type LineFault,
  type Parameter,
  readContentLine,
} from './content-line.ts';
export { type Line, LineReader } from './line-reader.ts';
export { OctetLines } from './octet-lines.ts';
export { escapeText, shown, splitEscaped, unescapeText } from './text.ts';
export { writeContentLine } from './write.ts';
