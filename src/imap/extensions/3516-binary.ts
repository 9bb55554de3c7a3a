import type { Extension } from '../features.ts';
import { planBinary, planBinarySize } from '../fetch/binary.ts';

/** BINARY: parts of messages with their transfer encoding undone, whole or in pieces (fetch/binary.ts). */
export const binaryExtension: Extension = {
  rfc: 3516,
  name: 'BINARY',
  // RFC 3516 §4.4: APPEND takes a literal8; bodies with NULs are kept in base64 (stores/mail/incoming/reencode.ts).
  capabilities: ({ member }) => (member === null ? [] : ['BINARY']),
  fetchItems: [
    { name: 'BINARY[]', plan: planBinary },
    { name: 'BINARY.SIZE[]', plan: planBinarySize },
  ],
};
