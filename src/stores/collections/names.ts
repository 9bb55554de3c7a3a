import { StoreError } from '../../base/index.ts';
import { limits } from './limits.ts';

function hasControl(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function faultOf(name: string): string | null {
  if (name === '') return 'a name cannot be empty';
  if (name === '.' || name === '..') return `a name cannot be ${name}`;
  if (name.includes('/')) return 'a name cannot have a slash';
  if (hasControl(name)) return 'a name cannot have control characters';
  if (!name.isWellFormed()) return 'a name must be Unicode';
  return Buffer.byteLength(nameKey(name)) > limits.nameBytesMax
    ? `a name has at most ${limits.nameBytesMax} octets`
    : null;
}

/** As names are kept and compared. */
export const nameKey = (name: string): string => name.normalize('NFC');

/** StoreError 'invalid' for what cannot be a name; answers it as it is kept. */
export function checkName(name: string): string {
  const fault = faultOf(name);
  if (fault !== null) throw new StoreError('invalid', fault);
  return nameKey(name);
}
