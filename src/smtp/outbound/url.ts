import { FormatError } from '../../base/index.ts';

/** `mail.relay` taken apart. */
export interface RelayAddress {
  readonly host: string;
  readonly port: number;
  /** smtps: TLS from the first byte; smtp: STARTTLS where it is offered. */
  readonly implicitTls: boolean;
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** On this machine: the only place where a password may travel without TLS. */
  readonly loopback: boolean;
}

/** `smtp://host`, `smtps://user:password@host:465`; throws FormatError. Ports default to 587 and 465. */
export function parseRelayUrl(text: string): RelayAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '') {
    throw new FormatError('mail.relay is written smtp://host:port or smtps://user:password@host');
  }
  const implicitTls = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const username = decoded(url.username);
  return {
    host,
    port: url.port === '' ? (implicitTls ? 465 : 587) : Number(url.port),
    implicitTls,
    credentials: username === '' ? null : { username, password: decoded(url.password) },
    loopback: host === 'localhost' || host === '::1' || /^127\./.test(host),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new FormatError('a % in the user name or password of mail.relay is written %25');
  }
}
