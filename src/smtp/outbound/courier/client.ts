import type { Duplex } from 'node:stream';
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import { type TlsPeer, tlsPeerOf } from '../../../net/index.ts';

/** What is added to commands that nodemailer writes. */
export interface Additions {
  /** Keywords for MAIL. */
  readonly mail: readonly string[];
  /** Parameters of RCPT by address. */
  readonly rcpt: ReadonlyMap<string, readonly string[]>;
}

type SendCommand = (this: SMTPConnection, command: string, shown?: string) => void;

// nodemailer knows the conditions of RFC 3461 for a whole envelope only, and SMTPUTF8 only by its addresses.
const sendCommand: unknown = Reflect.get(SMTPConnection.prototype, '_sendCommand');

/** nodemailer's SMTP client with parameters of our own. */
export class Client extends SMTPConnection {
  additions: Additions | null = null;

  /** Overrides nodemailer's; client.test.ts shows on the wire that it is called. */
  _sendCommand(command: string, shown?: string): void {
    const more = this.#parametersOf(command);
    const whole = more.length === 0 ? command : `${command} ${more.join(' ')}`;
    (sendCommand as SendCommand).call(this, whole, shown);
  }

  /** What the host showed in its handshake; null while there is no TLS. */
  get peer(): TlsPeer | null {
    return this._socket ? tlsPeerOf(this._socket) : null;
  }

  /** Ends it the way a broken connection ends: whoever waits hears of it. */
  fail(reason: string): void {
    if (this._socket) this._socket.destroy(new Error(reason));
  }

  /** No octet in either direction for so long ends the connection. */
  patience(ms: number): void {
    if (this._socket) this._socket.setTimeout(ms);
  }

  #parametersOf(command: string): readonly string[] {
    if (this.additions === null) return [];
    if (command.startsWith('MAIL FROM:<')) return this.additions.mail;
    if (!command.startsWith('RCPT TO:<')) return [];
    return this.additions.rcpt.get(command.slice('RCPT TO:<'.length, command.lastIndexOf('>'))) ?? [];
  }
}

/** nodemailer asks for a socket and uses of it what any stream of net's has. */
export function asSocket(stream: Duplex): NonNullable<SMTPConnectionOptions['connection']> {
  return stream as NonNullable<SMTPConnectionOptions['connection']>;
}
