import { FormatError } from '../../base/index.ts';
import { gs2Name, utf8TextOf } from './text.ts';

/** What a client says that signs in with a token. */
export interface BearerMessage {
  /** The member it means; '' where it leaves that to the token. */
  readonly username: string;
  /** '' where it came without one, to be told where to get it (RFC 7628 §4.3). */
  readonly token: string;
}

const separator = '\x01';

/** RFC 7628 §3.1 client-resp. Throws FormatError. */
export function parseOauthBearer(message: Buffer): BearerMessage {
  const [header = '', ...pairs] = utf8TextOf(message).split(separator);
  const [flag = '', authorization = '', rest, more] = header.split(',');
  if (rest !== '' || more !== undefined) throw new FormatError('the header before the token is malformed');
  // Nothing of a token is bound to a channel.
  if (flag !== 'n' && flag !== 'y') throw new FormatError('channel binding is not possible with a token');
  if (authorization !== '' && !authorization.startsWith('a='))
    throw new FormatError('expected a= or nothing');
  return { username: authorization === '' ? '' : gs2Name(authorization.slice(2)), token: tokenIn(pairs) };
}

/** The older form of it, Google's, that mail programs still speak: `user=` and the name instead of the header. */
export function parseXoauth2(message: Buffer): BearerMessage {
  const [user = '', ...pairs] = utf8TextOf(message).split(separator);
  if (!user.startsWith('user=')) throw new FormatError('expected user= and a name');
  return { username: user.slice(5), token: tokenIn(pairs) };
}

/** What stood between the separators: pairs of key and value, then nothing, twice. */
function tokenIn(parts: readonly string[]): string {
  if (parts.length < 2 || parts.at(-1) !== '' || parts.at(-2) !== '') {
    throw new FormatError('the message does not end with two separators');
  }
  let token: string | null = null;
  for (const part of parts.slice(0, -2)) {
    const pair = /^([A-Za-z]+)=([\t\r\n -~]*)$/.exec(part);
    if (pair === null) throw new FormatError('expected a key and its value');
    if (pair[1]?.toLowerCase() !== 'auth') continue;
    if (token !== null) throw new FormatError('the token is there twice');
    // RFC 6750 §2.1 b64token.
    token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(pair[2] ?? '')?.[1] ?? null;
    if (token === null) throw new FormatError('expected Bearer and a token');
  }
  return token ?? '';
}
