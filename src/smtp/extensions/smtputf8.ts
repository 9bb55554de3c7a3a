import type { Extension } from '../session/types.ts';
import { reply } from '../wire/reply.ts';

/** Internationalised addresses and header fields. */
export const smtpUtf8: Extension = {
  keyword: 'SMTPUTF8',
  rfc: 6531,
  title: 'Internationalized Email',
  ehlo: () => 'SMTPUTF8',
  mailParameters: {
    SMTPUTF8: {
      lineBytes: 10,
      read(value, options) {
        if (value !== null) return reply(501, '5.5.4', 'SMTPUTF8 takes no value');
        options.utf8 = true;
        return null;
      },
    },
  },
};
