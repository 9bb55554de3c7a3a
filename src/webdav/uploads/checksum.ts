import { DavError } from '../errors.ts';
import type { Checksum } from '../files/index.ts';

const named = { sha1: 'SHA1', sha256: 'SHA256', md5: 'MD5' } as const;

/** As Tus-Checksum-Algorithm lists them. */
export const algorithms: readonly string[] = Object.keys(named);

/** tus 1.0.0, Upload-Checksum: an algorithm and the digest in base64. DavError 400 for one that is not known. */
export function readChecksum(text: string): Checksum {
  const [, name = '', value = ''] = /^\s*([a-z0-9]+) ([A-Za-z0-9+/]+={0,2})\s*$/.exec(text) ?? [];
  if (!isKnown(name)) throw new DavError(400, `checksums are ${algorithms.join(', ')}`);
  return { algorithm: named[name], value: Buffer.from(value, 'base64').toString('hex') };
}

function isKnown(name: string): name is keyof typeof named {
  return Object.hasOwn(named, name);
}
