import type { Session } from '../session/session.ts';
import type { Transaction } from '../session/types.ts';

/** RFC 3848 and RFC 6531 §4.3: what the transmission was `with`. */
export function protocolName(options: {
  readonly verb: 'HELO' | 'EHLO' | 'LHLO';
  readonly utf8: boolean;
  readonly secure: boolean;
  readonly authenticated: boolean;
}): string {
  if (options.verb === 'HELO') return 'SMTP';
  const base = options.verb === 'LHLO' ? 'LMTP' : 'SMTP';
  const prefix = options.utf8 ? `UTF8${base}` : base === 'SMTP' ? 'ESMTP' : base;
  return `${prefix}${options.secure ? 'S' : ''}${options.authenticated ? 'A' : ''}`;
}

/** RFC 5322 §3.3, in UTC. */
export function formatDate(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', '+0000');
}

/** RFC 5321 §4.4, with its line ends. Who signed in is not located: no `from` with a member's address. */
export function receivedField(session: Session, transaction: Transaction, id: string): string {
  const { connection, hello, member, services } = session;
  const lines: string[] = [];
  if (member === null) lines.push(fromClause(hello?.name ?? '', connection.remote.address));
  const protocol = protocolName({
    verb: hello?.verb ?? 'HELO',
    utf8: transaction.options.utf8,
    secure: connection.secure,
    authenticated: member !== null,
  });
  lines.push(`by ${services.settings.hostname} with ${protocol} id ${id}`);
  const tls = connection.tlsInfo();
  if (tls) lines.push(`(${tls.protocol} ${tls.cipher})`);
  // RFC 5321 §7.2: naming one of several would tell the others of a hidden recipient.
  const [only, ...others] = transaction.recipients;
  if (only && others.length === 0) lines.push(`for <${only.address}>`);
  return `Received: ${lines.join('\r\n\t')};\r\n\t${formatDate(services.clock.nowMs())}\r\n`;
}

function fromClause(name: string, address: string): string {
  const literal = address.includes(':') ? `[IPv6:${address}]` : `[${address}]`;
  // The name is the peer's claim: only what is a domain or an address literal goes into a header.
  const claimed = /^(?:[A-Za-z0-9_.-]{1,255}|\[[A-Za-z0-9.:]{1,60}\])$/.test(name) ? name : literal;
  return `from ${claimed} (${literal})`;
}

/** RFC 5321 §4.4: put at the very top, at final delivery only. */
export function returnPathField(sender: string): string {
  return `Return-Path: <${sender}>\r\n`;
}
