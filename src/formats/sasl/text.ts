import { isUtf8 } from 'node:buffer';
import { FormatError } from '../../base/index.ts';

/** The text of a message: UTF-8 without NUL. Throws FormatError. */
export function utf8TextOf(message: Buffer): string {
  if (!isUtf8(message)) throw new FormatError('that is not UTF-8');
  const text = message.toString('utf8');
  if (text.includes('\0')) throw new FormatError('NUL has no place here');
  return text;
}

/** RFC 5801 §4 saslname: ',' is `=2C` and '=' is `=3D`; any other '=' fails. Throws FormatError. */
export function gs2Name(text: string): string {
  if (text === '') throw new FormatError('the name is empty');
  if (/=(?!2C|3D)/.test(text)) throw new FormatError('a = in a name must be =2C or =3D');
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=');
}
