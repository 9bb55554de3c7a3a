import type { Extension } from '../features.ts';

/** STATUS (SIZE): the sum of the messages' sizes. */
export const statusSizeExtension: Extension = {
  rfc: 8438,
  name: 'STATUS=SIZE',
  capabilities: ({ member }) => (member === null ? [] : ['STATUS=SIZE']),
  statusItems: [{ name: 'SIZE', value: ({ size }) => size }],
};
