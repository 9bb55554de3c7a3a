import { Refusal } from '../errors.ts';
import { type Command, type Extension, loggedIn } from '../features.ts';
import { ResponseWriter } from '../wire/index.ts';

/**
 * COMPRESS: DEFLATE both ways from the line after the OK, under TLS. Only for who has logged in: what is compressed
 * beside a password tells its length to whoever counts bytes (RFC 4978 §6). UNAUTHENTICATE leaves it on (RFC 8437).
 */
const compress: Command<string> = {
  name: 'COMPRESS',
  rfc: 'RFC 4978 §3',
  states: loggedIn,
  privilege: null,
  parse(decoder) {
    decoder.sp();
    return decoder.keyword('an algorithm');
  },
  async run(session, algorithm, { tag }) {
    if (algorithm !== 'DEFLATE') throw new Refusal('only DEFLATE is known here', 'CANNOT');
    if (session.connection.compressed) {
      throw new Refusal('DEFLATE is on already, by COMPRESS', 'COMPRESSIONACTIVE');
    }
    // RFC 4978 §3: compression begins right after the CRLF of the tagged OK.
    const reply = new ResponseWriter().tagged(tag, 'OK', null, 'compressed from here on').take();
    session.connection.compress(Buffer.concat(reply));
    return null;
  },
};

export const compressExtension: Extension = {
  rfc: 4978,
  name: 'COMPRESS=DEFLATE',
  capabilities: ({ member, connection }) =>
    member === null || connection.compressed ? [] : ['COMPRESS=DEFLATE'],
  commands: [compress],
};
