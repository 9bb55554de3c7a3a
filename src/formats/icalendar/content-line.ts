import { type Parameter, Property } from './component.ts';
import { CalendarError, shown } from './errors.ts';
import { parametersCharactersMax, parametersPerPropertyMax } from './limits.ts';

const none: readonly Parameter[] = [];

/** `contentline` of RFC 5545 §3.1. One look at each character, so that no line takes longer than its length. */
export function readContentLine(text: string, line: number): Property {
  refuseControls(text, line);
  const colon = text.indexOf(':');
  const semicolon = text.indexOf(';');
  if (colon === -1) throw new CalendarError(`no ':' in ${shown(text)}`, line);
  if (semicolon === -1 || colon < semicolon) {
    return new Property(nameOf(text, 0, colon, line), none, text.slice(colon + 1), line);
  }
  const parameters: Parameter[] = [];
  const end = readParameters(text, semicolon, parameters, line);
  return new Property(nameOf(text, 0, semicolon, line), parameters, text.slice(end + 1), line);
}

/** Reads from a ';'; answers where the ':' stands that ends them. */
function readParameters(text: string, from: number, parameters: Parameter[], line: number): number {
  let at = from;
  let count = 0;
  while (text[at] === ';') {
    if (++count > parametersPerPropertyMax) {
      throw new CalendarError(`more than ${parametersPerPropertyMax} parameters`, line);
    }
    const equals = endOfToken(text, at + 1, line);
    if (text[equals] !== '=') throw new CalendarError("a parameter without '='", line);
    const name = nameOf(text, at + 1, equals, line);
    const values: string[] = [];
    at = equals;
    do at = readParameterValue(text, at + 1, values, line);
    while (text[at] === ',');
    const same = parameters.findIndex((parameter) => parameter.name === name);
    const before = parameters[same];
    if (before === undefined) parameters.push({ name, values });
    else parameters[same] = { name, values: [...before.values, ...values] };
  }
  if (text[at] !== ':') throw new CalendarError("no ':' after the parameters", line);
  return at;
}

/** `param-value`: answers where it ended. A quote inside an unquoted value is taken as it is, as some clients write it. */
function readParameterValue(text: string, from: number, values: string[], line: number): number {
  if (text[from] === '"') {
    const close = text.indexOf('"', from + 1);
    if (close === -1 || close > parametersCharactersMax) {
      throw new CalendarError('a quoted parameter value does not end', line);
    }
    values.push(uncaret(text.slice(from + 1, close)));
    return close + 1;
  }
  const end = endOfToken(text, from, line, true);
  values.push(uncaret(text.slice(from, end)));
  return end;
}

/** Where a name, or a value without quotes, ends: at one of `; : =` (for a name), `; : ,` (for a value). */
function endOfToken(text: string, from: number, line: number, value = false): number {
  const stop = value ? 0x2c : 0x3d;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x3b || code === 0x3a || code === stop) return at;
    if (at > parametersCharactersMax) break;
  }
  throw new CalendarError('the parameters do not end', line);
}

function nameOf(text: string, from: number, to: number, line: number): string {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    const word =
      (code >= 0x41 && code <= 0x5a) ||
      (code >= 0x61 && code <= 0x7a) ||
      (code >= 0x30 && code <= 0x39) ||
      code === 0x2d ||
      code === 0x2e ||
      code === 0x5f;
    if (!word || at - from > 255) throw new CalendarError(`${shown(text.slice(from, to))} is no name`, line);
  }
  if (from === to) throw new CalendarError('a name is empty', line);
  return text.slice(from, to).toUpperCase();
}

/** RFC 6868 §3.1. */
function uncaret(value: string): string {
  if (!value.includes('^')) return value;
  return value.replace(/\^['n^]/g, (found) => (found === '^n' ? '\n' : found === "^'" ? '"' : '^'));
}

/** What could not be given back in an XML document (XML 1.0 §2.2) is not taken in. */
function refuseControls(text: string, line: number): void {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x20 && code < 0xff_fe) continue;
    if (code === 0x09) continue;
    throw new CalendarError(
      `the character U+${code.toString(16).toUpperCase().padStart(4, '0')} may not be in it`,
      line,
    );
  }
}
