import type { HeaderField } from '../../formats/mime/index.ts';
import type { Extension, MailOptions } from '../session/types.ts';
import { reply } from '../wire/reply.ts';

/** The sender would rather have the message back than sent without TLS that was verified. */
export const requireTls: Extension = {
  keyword: 'REQUIRETLS',
  rfc: 8689,
  title: 'SMTP Require TLS Option',
  // RFC 8689 §2: offered under TLS alone.
  ehlo: (session) => (session.connection.secure ? 'REQUIRETLS' : null),
  mailParameters: {
    REQUIRETLS: {
      lineBytes: 11,
      read(value, options) {
        if (value !== null) return reply(501, '5.5.4', 'REQUIRETLS takes no value');
        options.tls = 'required';
        return null;
      },
    },
  },
};

/**
 * RFC 8689 §3: `TLS-Required: No` says that delivery matters more than TLS policies of the recipient's domain. Beside
 * REQUIRETLS, twice, or with another value it says nothing.
 */
export function readTlsRequired(fields: readonly HeaderField[], options: MailOptions): void {
  if (options.tls !== null) return;
  const found = fields.filter(({ name }) => name.toLowerCase() === 'tls-required');
  if (found.length === 1 && found[0]?.value.trim().toLowerCase() === 'no') options.tls = 'optional';
}
