import { createHash, createHmac } from 'node:crypto';
import { equalInConstantTime } from '../../base/index.ts';

export interface DialbackClaim {
  /** Who was told the key, and asks about it. */
  readonly receiving: string;
  /** For whom it was made. */
  readonly originating: string;
  /** As the receiving server named the stream. */
  readonly streamId: string;
}

/** XEP-0185 §3: the key of a claim, which whoever holds the secret can make again without having kept anything. */
export function dialbackKey(secret: string, { receiving, originating, streamId }: DialbackClaim): string {
  const key = createHash('sha256').update(secret).digest('hex');
  return createHmac('sha256', key).update(`${receiving} ${originating} ${streamId}`).digest('hex');
}

export const isDialbackKey = (secret: string, claim: DialbackClaim, key: string): boolean =>
  equalInConstantTime(Buffer.from(dialbackKey(secret, claim)), Buffer.from(key.trim()));
