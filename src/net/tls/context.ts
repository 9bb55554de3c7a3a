import { constants } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';

// What Mozilla's "intermediate" profile lists: every suite has forward secrecy and authenticated encryption.
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/**
 * TLS 1.2 and 1.3 with session tickets; `ticketKeys` are 48 random bytes. `trusted` (PEM) vouches for others in place of
 * the system's roots. Throws on a bad pair.
 */
export function secureContext(
  certificate: string,
  key: string,
  ticketKeys: Buffer,
  trusted?: string,
): SecureContext {
  return createSecureContext({
    cert: certificate,
    key,
    ciphers,
    minVersion: 'TLSv1.2',
    // A client without AES hardware is better served by its own order (ChaCha20 first).
    honorCipherOrder: false,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
    sessionIdContext: 'myco',
    ticketKeys,
    ...(trusted === undefined ? {} : { ca: trusted }),
  });
}
