import type { Extension } from '../features.ts';

/** How large a message may be: one size for every mailbox, so it stands in CAPABILITY and STATUS. */
export const appendlimitExtension: Extension = {
  rfc: 7889,
  name: 'APPENDLIMIT',
  capabilities: ({ member, limits }) => (member === null ? [] : [`APPENDLIMIT=${limits.appendBytesMax}`]),
  statusItems: [{ name: 'APPENDLIMIT', value: (_mailbox, { limits }) => limits.appendBytesMax }],
};
