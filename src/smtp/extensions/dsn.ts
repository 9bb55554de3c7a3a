import { FormatError } from '../../base/index.ts';
import type { Extension, NotifyCondition } from '../session/types.ts';
import { decodeXtext } from '../wire/parameters.ts';
import { isAscii } from '../wire/path.ts';
import { type Reply, reply } from '../wire/reply.ts';

const conditions: readonly string[] = ['NEVER', 'SUCCESS', 'FAILURE', 'DELAY'];

/** What the sender wants to be told of the delivery: validated, kept with it, passed to a relay that knows it. */
export const dsn: Extension = {
  keyword: 'DSN',
  rfc: 3461,
  title: 'Delivery Status Notifications',
  ehlo: () => 'DSN',
  mailParameters: {
    RET: {
      lineBytes: 9,
      // RFC 3461 §4.3
      read(value, options) {
        const ret = value?.toUpperCase();
        if (ret !== 'FULL' && ret !== 'HDRS') return reply(501, '5.5.4', 'RET takes FULL or HDRS');
        options.ret = ret;
        return null;
      },
    },
    ENVID: {
      lineBytes: 107,
      // RFC 3461 §4.4: at most 100 characters of xtext.
      read: (value, options) =>
        orSyntaxError('ENVID', () => {
          if (value === null || value.length > 100) throw new FormatError('it takes 1 to 100 characters');
          options.envid = decodeXtext(value);
        }),
    },
  },
  rcptParameters: {
    NOTIFY: {
      lineBytes: 29,
      // RFC 3461 §4.1
      read(value, options) {
        const words = (value ?? '').toUpperCase().split(',');
        const known = words.every((word): word is NotifyCondition => conditions.includes(word));
        const alone = !words.includes('NEVER') || words.length === 1;
        if (!known || !alone || new Set(words).size !== words.length) {
          return reply(501, '5.5.4', 'NOTIFY takes NEVER, or some of SUCCESS, FAILURE and DELAY');
        }
        options.notify = words as NotifyCondition[];
        return null;
      },
    },
    ORCPT: {
      lineBytes: 507,
      // RFC 3461 §4.2; with SMTPUTF8 the address may be UTF-8 (RFC 6533 §3)
      read: (value, options) =>
        orSyntaxError('ORCPT', () => {
          const match = /^([A-Za-z0-9-]{1,30});(.{1,500})$/u.exec(value ?? '');
          if (!match?.[1] || !match[2]) throw new FormatError('it takes type;address');
          const address = isAscii(match[2]) ? decodeXtext(match[2]) : match[2];
          options.orcpt = `${match[1]};${address}`;
        }),
    },
  },
};

function orSyntaxError(keyword: string, read: () => void): Reply | null {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof FormatError) return reply(501, '5.5.4', `${keyword}: ${error.message}`);
    throw error;
  }
}
