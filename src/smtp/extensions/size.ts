import { replies } from '../replies.ts';
import type { Extension } from '../session/types.ts';
import { reply } from '../wire/reply.ts';

/** A message that is too large is refused before it is sent. */
export const size: Extension = {
  keyword: 'SIZE',
  rfc: 1870,
  title: 'Message Size Declaration',
  ehlo: (session) => `SIZE ${session.services.settings.messageBytesMax}`,
  mailParameters: {
    SIZE: {
      lineBytes: 26,
      read(value, options, session) {
        // RFC 1870 §4: size-value is 1 to 20 digits.
        if (value === null || !/^\d{1,20}$/.test(value)) return reply(501, '5.5.4', 'SIZE takes a number');
        options.size = Number(value);
        return options.size > session.services.settings.messageBytesMax ? replies.tooLarge : null;
      },
    },
  },
};
