import { FormatError } from '../../base/index.ts';
import { readTags, shown } from './tags.ts';

/** RFC 6376 §3.6.1. */
export interface DkimKey {
  readonly algorithm: 'rsa' | 'ed25519';
  /** Base64 without white space; '' is a key that was revoked. */
  readonly key: string;
  /** `t=y`: receivers treat what it signs as unsigned. */
  readonly testing: boolean;
}

export function isDkimKey(text: string): boolean {
  return /^\s*v\s*=\s*DKIM1\s*(;|$)/.test(text) || /(^|;)\s*p\s*=/.test(text);
}

export function readDkimKey(text: string): DkimKey {
  const tags = readTags(text);
  const [first] = tags;
  const version = tags.get('v');
  if (version !== undefined && (first?.[0] !== 'v' || version !== 'DKIM1'))
    throw new FormatError('v= is there and is not the first, or not DKIM1');
  const algorithm = (tags.get('k') ?? 'rsa').toLowerCase();
  if (algorithm !== 'rsa' && algorithm !== 'ed25519')
    throw new FormatError(`k=${shown(algorithm)} is neither rsa nor ed25519`);
  const key = tags.get('p')?.replace(/\s/g, '');
  if (key === undefined) throw new FormatError('there is no p=');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(key)) throw new FormatError('p= is no base64');
  const flags = (tags.get('t') ?? '').split(':').map((flag) => flag.trim());
  return { algorithm, key, testing: flags.includes('y') };
}
