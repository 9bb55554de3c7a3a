import { StoreError } from '../../base/index.ts';
import { limits } from './limits.ts';
import { delimiter, othersLevel, publicLevel } from './types.ts';

const control = /\p{Cc}/u;

/** INBOX is one mailbox in any case (RFC 9051 §5.1), as a first level too; everything else is as given, NFC. */
export function normaliseName(name: string): string {
  const text = name.normalize('NFC');
  if (/^inbox$/i.test(text)) return 'INBOX';
  if (/^inbox\//i.test(text)) return `INBOX${text.slice(5)}`;
  return text;
}

/** A name that may be created: no empty level, no control character, bounded. StoreError 'invalid' or 'limit'. */
export function checkedName(name: string): string {
  const text = normaliseName(name.endsWith(delimiter) ? name.slice(0, -1) : name);
  if (text === '') throw new StoreError('invalid', 'a mailbox name is empty');
  if (control.test(text)) throw new StoreError('invalid', 'a mailbox name holds a control character');
  const levels = text.split(delimiter);
  if (levels.includes('')) throw new StoreError('invalid', 'a mailbox name has an empty level');
  if (levels.length > limits.mailboxDepthMax) {
    throw new StoreError('limit', `a mailbox name has more than ${limits.mailboxDepthMax} levels`);
  }
  if (Buffer.byteLength(text) > limits.mailboxNameBytesMax) {
    throw new StoreError('limit', `a mailbox name is longer than ${limits.mailboxNameBytesMax} bytes`);
  }
  return text;
}

/** The same for a mailbox that is made or renamed: what begins so would be hidden behind what others share. */
export function ownName(name: string): string {
  const text = checkedName(name);
  const [first = ''] = text.split(delimiter);
  if (first === othersLevel || first === publicLevel) {
    throw new StoreError('invalid', `names that begin with '${first}' are for what is shared`);
  }
  return text;
}

/** `a/b/c` -> [`a`, `a/b`]. */
export function parentsOf(name: string): string[] {
  const levels = name.split(delimiter);
  return levels.slice(1).map((_, at) => levels.slice(0, at + 1).join(delimiter));
}

/** Sorted with INBOX and what is below it first; '/' sorts before every other character. */
export function compareNames(a: string, b: string): number {
  const x = a.split(delimiter);
  const y = b.split(delimiter);
  for (let at = 0; at < Math.min(x.length, y.length); at++) {
    const [one, other] = [x[at] as string, y[at] as string];
    if (one === other) continue;
    if (at === 0 && one === 'INBOX') return -1;
    if (at === 0 && other === 'INBOX') return 1;
    return one < other ? -1 : 1;
  }
  return x.length - y.length;
}
