import type { Extension } from '../session/types.ts';
import { reply } from '../wire/reply.ts';

/** Octets above 127 in content; they are stored as they come. */
export const eightBitMime: Extension = {
  keyword: '8BITMIME',
  rfc: 6152,
  title: '8-bit MIME Transport',
  ehlo: () => '8BITMIME',
  mailParameters: {
    BODY: {
      lineBytes: 17,
      read(value, options) {
        const body = value?.toUpperCase();
        // RFC 3030 §3 adds BINARYMIME, which every door takes that takes BDAT.
        if (body !== '7BIT' && body !== '8BITMIME' && body !== 'BINARYMIME') {
          return reply(501, '5.5.4', 'BODY takes 7BIT, 8BITMIME or BINARYMIME');
        }
        options.body = body;
        return null;
      },
    },
  },
};
