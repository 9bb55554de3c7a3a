import { createHash, type Hash } from 'node:crypto';
import { DavError } from '../errors.ts';
import type { Visit } from '../types.ts';
import { checksumBytesMax } from './limits.ts';

/** A checksum as uploaders name it (`OC-Checksum: SHA1:…`), of an algorithm that can be judged here. */
export interface Checksum {
  readonly algorithm: 'MD5' | 'SHA1' | 'SHA256' | 'ADLER32';
  /** Lower-case hex. */
  readonly value: string;
}

const octets = { MD5: 16, SHA1: 20, SHA256: 32, ADLER32: 4 } as const;

/** The checksum that came with a request; null for none, or of an algorithm that is not known. DavError 400. */
export function checksumOf({ request }: Visit): Checksum | null {
  const header = request.headers['oc-checksum'];
  if (typeof header !== 'string' || header === '') return null;
  return parseChecksum(header);
}

export function parseChecksum(text: string): Checksum | null {
  const [, name = '', value = ''] = /^([A-Za-z0-9-]{1,20}):([0-9A-Fa-f]*)$/.exec(text.trim()) ?? [];
  const algorithm = name.toUpperCase();
  if (text.length > checksumBytesMax || name === '') throw new DavError(400, 'the checksum cannot be read');
  if (!isKnown(algorithm)) return null;
  if (value.length !== octets[algorithm] * 2)
    throw new DavError(400, `a ${algorithm} checksum has another length`);
  return { algorithm, value: value.toLowerCase() };
}

function isKnown(algorithm: string): algorithm is Checksum['algorithm'] {
  return Object.hasOwn(octets, algorithm);
}

interface Digest {
  update(chunk: Uint8Array): unknown;
  hex(): string;
}

function digestFor(algorithm: Checksum['algorithm']): Digest {
  if (algorithm === 'ADLER32') return adler32();
  const hash: Hash = createHash(algorithm.toLowerCase());
  return { update: (chunk) => hash.update(chunk), hex: () => hash.digest('hex') };
}

/** RFC 1950 §8.2. */
function adler32(): Digest {
  let [low, high] = [1, 0];
  return {
    update(chunk) {
      for (let from = 0; from < chunk.length; ) {
        // As many as the sums hold without overflow between two divisions.
        const to = Math.min(from + 3_800, chunk.length);
        for (; from < to; from++) {
          low += chunk[from] ?? 0;
          high += low;
        }
        low %= 65_521;
        high %= 65_521;
      }
    },
    hex: () => ((high * 65_536 + low) >>> 0).toString(16).padStart(8, '0'),
  };
}

/** The same bytes, added up on their way; behind the last DavError `status` where they are not those meant. */
export function verified(
  body: AsyncIterable<Uint8Array>,
  expected: Checksum | null,
  status = 400,
): AsyncIterable<Uint8Array> {
  return expected === null ? body : compared(body, expected, status);
}

async function* compared(
  body: AsyncIterable<Uint8Array>,
  { algorithm, value }: Checksum,
  status: number,
): AsyncIterable<Uint8Array> {
  const digest = digestFor(algorithm);
  for await (const chunk of body) {
    digest.update(chunk);
    yield chunk;
  }
  if (digest.hex() !== value) throw new DavError(status, 'the bytes that came are not those of the checksum');
}

export function checksumText({ algorithm, value }: Checksum): string {
  return `${algorithm}:${value}`;
}
