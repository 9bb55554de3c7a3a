import { StoreError } from '../../base/index.ts';
import { limits } from './limits.ts';

/** What two names of a folder differ by. */
export const nameKey = (name: string): string => name.normalize('NFC');

function hasControl(name: string): boolean {
  for (let at = 0; at < name.length; at++) if (name.charCodeAt(at) < 0x20) return true;
  return false;
}

function faultOf(name: string): string | null {
  if (name === '') return 'a name cannot be empty';
  if (name === '.' || name === '..') return `a name cannot be ${name}`;
  if (name.includes('/')) return 'a name cannot have a slash';
  if (hasControl(name)) return 'a name cannot have control characters';
  if (!name.isWellFormed()) return 'a name must be Unicode';
  const longest = Math.max(Buffer.byteLength(name), Buffer.byteLength(nameKey(name)));
  return longest > limits.nameBytesMax ? `a name has at most ${limits.nameBytesMax} octets` : null;
}

/** StoreError 'invalid' for what cannot be a name; answers its key. */
export function checkName(name: string): string {
  const fault = faultOf(name);
  if (fault !== null) throw new StoreError('invalid', fault);
  return nameKey(name);
}

/** Whether a name can be looked for; one that cannot is not there. */
export const isName = (name: string): boolean => faultOf(name) === null;

/** The same name with a number: `a.txt` is `a (2).txt`, cut where it would be too long. */
export function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  const [stem, suffix] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const tail = ` (${number})${suffix}`;
  const fits = (points: string[]) => {
    const text = points.join('') + tail;
    return Math.max(Buffer.byteLength(text), Buffer.byteLength(nameKey(text))) <= limits.nameBytesMax;
  };
  const points = [...stem];
  while (points.length > 0 && !fits(points)) points.pop();
  return points.join('') + tail;
}

/** What a program calls a file, a path among it -> what it may be called in a folder; the suffix stays: programs go by it. */
export function fileNameOf(text: string): string {
  const last = text.split(/[/\\]/).at(-1) ?? '';
  const name = last
    .toWellFormed()
    .replace(/\p{Cc}/gu, '')
    .trim();
  if (name === '' || name === '.' || name === '..') return 'file';
  const dot = name.lastIndexOf('.');
  const suffix = dot > 0 && name.length - dot <= limits.suffixCharsMax ? name.slice(dot) : '';
  const points = [...name.slice(0, name.length - suffix.length)];
  while (Buffer.byteLength(points.join('') + suffix) > limits.offeredNameBytesMax) points.pop();
  return points.join('') + suffix;
}
