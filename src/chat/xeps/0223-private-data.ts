import type { Specification } from '../specification.ts';

/** What clients keep for themselves in nodes: one request makes the node, and makes it for nobody else. All of it is XEP-0060. */
export const privateData: Specification = {
  xep: '0223',
  name: 'Persistent Storage of Private Data via PubSub',
  version: '1.1.1',
};
