import type { Extension } from '../session/types.ts';

/** BODY=BINARYMIME with BDAT. What comes so is made 8-bit before it is kept (delivery/binary.ts). */
export const binaryMime: Extension = {
  keyword: 'BINARYMIME',
  rfc: 3030,
  title: 'Transmission of Large and Binary MIME Messages (BINARYMIME)',
  ehlo: () => 'BINARYMIME',
};
