import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { scramSha1IterationsCount, scramSha256IterationsCount } from './limits.ts';
import {
  fakeScramKeys,
  fakeScramSalt,
  formatScramKeys,
  parseScramKeys,
  provesScram,
  type ScramMechanism,
  scramKeys,
  scramMechanisms,
  scramServerSignature,
} from './scram.ts';

/** The exchanges of RFC 5802 §5 and RFC 7677 §3; the password is "pencil". */
const vectors = [
  {
    mechanism: 'SCRAM-SHA-1',
    salt: 'QSXCR+Q6sek8bf92',
    authMessage:
      'n=user,r=fyko+d2lbbFgONRv9qkxdawL,' +
      'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096,' +
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j',
    proof: 'v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    signature: 'rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    mechanism: 'SCRAM-SHA-256',
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    authMessage:
      'n=user,r=rOprNGfwEbeRWgbNEkqO,' +
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,' +
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    proof: 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    signature: '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
] as const;

describe.each(vectors)('$mechanism', ({ mechanism, salt, authMessage, proof, signature }) => {
  const keys = () => scramKeys(mechanism, 'pencil', Buffer.from(salt, 'base64'), 4096);

  test("the RFC's exchange is accepted and answered", async () => {
    const made = await keys();
    expect(provesScram(mechanism, made, authMessage, Buffer.from(proof, 'base64'))).toBe(true);
    expect(scramServerSignature(mechanism, made, authMessage).toString('base64')).toBe(signature);
  });

  test('a proof with one bit changed, cut short, longer or empty is refused', async () => {
    const made = await keys();
    const right = Buffer.from(proof, 'base64');
    for (let bit = 0; bit < right.length * 8; bit++) {
      const wrong = Buffer.from(right);
      wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(provesScram(mechanism, made, authMessage, wrong)).toBe(false);
    }
    const others = [right.subarray(1), Buffer.concat([right, Buffer.alloc(1)]), Buffer.alloc(0)];
    for (const wrong of others) expect(provesScram(mechanism, made, authMessage, wrong)).toBe(false);
    expect(provesScram(mechanism, made, `${authMessage}x`, right)).toBe(false);
  });

  test('keys survive storage', async () => {
    const made = await keys();
    expect(parseScramKeys(formatScramKeys(made))).toEqual(made);
    expect(parseScramKeys('')).toBeNull();
  });
});

test('iterations are no fewer than the standards and the house ask for', () => {
  expect(scramMechanisms['SCRAM-SHA-1'].iterations).toBe(scramSha1IterationsCount);
  expect(scramSha1IterationsCount).toBeGreaterThanOrEqual(4096);
  expect(scramSha256IterationsCount).toBeGreaterThanOrEqual(10_000);
});

test('what an unknown name is challenged with is stable, its own, and fits no password', () => {
  const secret = Buffer.alloc(32, 7);
  expect(fakeScramSalt(secret, 'x@coop')).toEqual(fakeScramSalt(secret, 'x@coop'));
  expect(fakeScramSalt(secret, 'x@coop')).not.toEqual(fakeScramSalt(secret, 'y@coop'));
  expect(fakeScramSalt(secret, 'x@coop')).not.toEqual(fakeScramSalt(Buffer.alloc(32, 8), 'x@coop'));
  for (const mechanism of Object.keys(scramMechanisms) as ScramMechanism[]) {
    const keys = fakeScramKeys(mechanism, secret, 'x@coop');
    expect(keys).toEqual(fakeScramKeys(mechanism, secret, 'x@coop'));
    const { digest, bytes, iterations } = scramMechanisms[mechanism];
    const salted = pbkdf2Sync('pencil', fakeScramSalt(secret, 'x@coop'), iterations, bytes, digest);
    const clientKey = createHmac(digest, salted).update('Client Key').digest();
    const stored = createHash(digest).update(clientKey).digest();
    const signature = createHmac(digest, stored).update('message').digest();
    const proof = clientKey.map((byte, i) => byte ^ (signature[i] ?? 0));
    expect(provesScram(mechanism, keys, 'message', Buffer.from(proof))).toBe(false);
  }
});
