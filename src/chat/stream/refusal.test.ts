import { expect, test } from 'vitest';
import { parseElement } from '../../formats/stanza/index.ts';
import { clientNs, serverNs } from '../namespaces.ts';
import { refusedStream } from './refusal.ts';

test.each([
  [clientNs, 'too-many', 'resource-constraint'],
  [serverNs, 'too-many-from-address', 'policy-violation'],
] as const)('a stream of %s is opened, and ended with %s as %s', (ns, reason, condition) => {
  const text = refusedStream(ns, "co'op.localhost", reason);
  const stream = parseElement(text.replace("<?xml version='1.0'?>", ''));
  expect(stream).toMatchObject({ name: 'stream', attributes: { from: "co'op.localhost", version: '1.0' } });
  const [error] = stream.children;
  expect(error).toMatchObject({ name: 'error', ns: stream.ns });
  expect(error).toHaveProperty('children.0', {
    ...{ name: condition, ns: 'urn:ietf:params:xml:ns:xmpp-streams', attributes: {}, children: [] },
  });
});
