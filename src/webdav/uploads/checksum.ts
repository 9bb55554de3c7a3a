import { createHash } from 'node:crypto';
import { DavError } from '../errors.ts';

/** As Tus-Checksum-Algorithm lists them. */
export const algorithms = ['sha1', 'sha256', 'md5'] as const;

export interface Checked {
  readonly body: AsyncIterable<Uint8Array>;
  /** Whether all that went through is what was meant. */
  check(): boolean;
}

/** tus 1.0.0, Upload-Checksum: an algorithm and the digest in base64. DavError 400 for one that is not known. */
export function checkedBody(body: AsyncIterable<Uint8Array>, text: string): Checked {
  const [, name, value = ''] = /^\s*([a-z0-9]+) ([A-Za-z0-9+/]+={0,2})\s*$/.exec(text) ?? [];
  const algorithm = algorithms.find((known) => known === name);
  if (!algorithm) throw new DavError(400, `checksums are ${algorithms.join(', ')}`);
  const hash = createHash(algorithm);
  async function* through(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      hash.update(chunk);
      yield chunk;
    }
  }
  return { body: through(), check: () => hash.digest().equals(Buffer.from(value, 'base64')) };
}
