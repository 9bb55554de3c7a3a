import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { turnCredentials } from './0215-external-services.ts';

const turn = {
  host: 'turn.coop.localhost',
  port: 3478,
  tlsPort: null,
  secret: 'north-of-the-river-2026',
  ttl: 3_600_000,
};

test('a name that ends, and what a TURN server with the same secret takes for it', () => {
  const made = turnCredentials(turn, 42, 1_000_000_000_500);
  expect(made.username).toBe('1000003601:42');
  expect(made.expires).toBe('2001-09-09T02:46:41.000Z');
  // As coturn does it with use-auth-secret.
  expect(made.password).toBe(createHmac('sha1', turn.secret).update('1000003601:42').digest('base64'));
  expect(
    turnCredentials({ ...turn, secret: 'south-of-the-river-2026' }, 42, 1_000_000_000_500).password,
  ).not.toBe(made.password);
});
