import { type Dialect, type Line, type Parameter, readContentLine } from '../content-lines/index.ts';
import { CardError, type CardProperty } from './types.ts';

/** How cards are written: parameters without a name, as older writers have them, are a TYPE or an ENCODING. */
export const dialect: Dialect = {
  // A card is bounded as a whole, and a photo stands on one line.
  lineCharactersMax: Number.POSITIVE_INFINITY,
  error: (fault, message, line) => new CardError(fault, message, line),
  nameOfBare: (value) => (/^(?:quoted-printable|base64|b|8bit|7bit)$/i.test(value) ? 'ENCODING' : 'TYPE'),
};

export function readProperty(found: Line): CardProperty {
  const { name, parameters, value } = readContentLine(found, dialect);
  const { line } = found;
  const dot = name.indexOf('.');
  const spelling = name.slice(dot + 1);
  if (dot === 0 || spelling === '' || spelling.includes('.')) {
    throw new CardError('syntax', 'a property is NAME:value or GROUP.NAME:value', line);
  }
  const group = name.slice(0, Math.max(dot, 0));
  return {
    group,
    name: spelling.toUpperCase(),
    spelling,
    parameters: parameters.map(withTypes),
    value,
    line,
  };
}

/** `TYPE="home,work"` is a list as often as it is one value. */
function withTypes(parameter: Parameter): Parameter {
  const { name, values } = parameter;
  if (name !== 'TYPE' || !values.some((value) => value.includes(','))) return parameter;
  return { name, values: values.flatMap((value) => value.split(',').map((type) => type.trim())) };
}
