import { expect, test } from 'vitest';
import { dialbackKey, isDialbackKey } from './dialback-key.ts';

const claim = { receiving: 'xmpp.example.com', originating: 'example.org', streamId: 'D60000229F' };

test('XEP-0185 §5: the key of its example', () => {
  expect(dialbackKey('s3cr3tf0rd14lb4ck', claim)).toBe(
    '37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643',
  );
});

test.each([
  ['another stream', { ...claim, streamId: 'D60000229E' }],
  ['another server', { ...claim, receiving: 'example.net' }],
  ['another sender', { ...claim, originating: 'example.net' }],
])('a key is not good for %s', (_, other) => {
  const key = dialbackKey('s3cr3tf0rd14lb4ck', claim);
  expect(isDialbackKey('s3cr3tf0rd14lb4ck', claim, `\n${key}\n`)).toBe(true);
  expect(isDialbackKey('s3cr3tf0rd14lb4ck', other, key)).toBe(false);
  expect(isDialbackKey('another', claim, key)).toBe(false);
  expect(isDialbackKey('s3cr3tf0rd14lb4ck', claim, '')).toBe(false);
});
