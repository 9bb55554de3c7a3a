import type { Outgoing } from '../../net/index.ts';
import { relayDataReplyMs, relayReplyLinesMax, relayReplyMs } from '../limits.ts';
import { Input } from '../session/input.ts';
import type { MailOptions, RcptOptions } from '../session/types.ts';
import { DataEncoder } from '../wire/data-decoder.ts';
import { encodeXtext } from '../wire/parameters.ts';
import { isAscii } from '../wire/path.ts';
import { parseReplyLine, type Reply, reply } from '../wire/reply.ts';
import type { RelaySession } from './types.ts';

/** The connection to the relay broke, or the relay does not speak SMTP. */
export class RelayLost extends Error {
  override readonly name = 'RelayLost';
}

const lost = reply(451, '4.4.2', 'The connection to the mail relay broke; try again later');

/** One SMTP connection as a client: a command, then its reply. */
export class RelayClient implements RelaySession {
  readonly #outgoing: Outgoing;
  readonly #input: Input;
  readonly #encoder = new DataEncoder();
  #extensions: ReadonlySet<string> = new Set();

  constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing;
    this.#input = new Input(outgoing.stream);
  }

  offers(keyword: string): boolean {
    return this.#extensions.has(keyword);
  }

  greeting(): Promise<Reply> {
    return this.#reply(relayReplyMs);
  }

  /** EHLO, and what it offers. */
  async hello(hostname: string): Promise<void> {
    const answer = await this.command(`EHLO ${hostname}`);
    if (answer.code !== 250) throw new RelayLost(`EHLO was answered with ${answer.code}`);
    this.#extensions = new Set(answer.lines.slice(1).map((line) => (line.split(' ')[0] ?? '').toUpperCase()));
  }

  async startTls(options: { verify: boolean }): Promise<void> {
    this.#input.detach();
    await this.#outgoing.startTls(options);
    this.#input.restart(this.#outgoing.stream);
  }

  async command(line: string, timeoutMs = relayReplyMs): Promise<Reply> {
    if (/[\r\n]/.test(line)) throw new RelayLost('a command would have had two lines');
    await this.#write(Buffer.from(`${line}\r\n`));
    return this.#reply(timeoutMs);
  }

  async mail(sender: string, options: MailOptions): Promise<Reply> {
    // RFC 6531 §3.1.1 and RFC 6152 §3: what the relay cannot carry is not sent to it.
    if (options.utf8 && !this.offers('SMTPUTF8')) {
      return reply(550, '5.6.7', 'The mail relay does not take internationalised messages');
    }
    // RFC 8689 §4.2.1
    if (options.tls === 'required' && !(this.#outgoing.secure && this.offers('REQUIRETLS'))) {
      return reply(550, '5.7.30', 'The mail relay does not promise TLS');
    }
    // What came as BINARYMIME is 8-bit by the time it leaves.
    const body = options.body === 'BINARYMIME' ? '8BITMIME' : options.body;
    if (body === '8BITMIME' && !this.offers('8BITMIME')) {
      return reply(554, '5.6.3', 'The mail relay does not take 8-bit messages');
    }
    const parameters: string[] = [];
    if (options.size !== null && this.offers('SIZE')) parameters.push(`SIZE=${options.size}`);
    if (body !== null && this.offers('8BITMIME')) parameters.push(`BODY=${body}`);
    if (options.utf8) parameters.push('SMTPUTF8');
    if (options.tls === 'required') parameters.push('REQUIRETLS');
    if (this.offers('DSN')) {
      if (options.ret !== null) parameters.push(`RET=${options.ret}`);
      if (options.envid !== null) parameters.push(`ENVID=${encodeXtext(options.envid)}`);
    }
    return this.#exchange([`MAIL FROM:<${sender}>`, ...parameters].join(' '));
  }

  async rcpt(address: string, options: RcptOptions): Promise<Reply> {
    const parameters: string[] = [];
    if (this.offers('DSN')) {
      if (options.notify.length > 0) parameters.push(`NOTIFY=${options.notify.join(',')}`);
      if (options.orcpt !== null && isAscii(options.orcpt)) parameters.push(`ORCPT=${orcpt(options.orcpt)}`);
    }
    return this.#exchange([`RCPT TO:<${address}>`, ...parameters].join(' '));
  }

  data(): Promise<Reply> {
    return this.#exchange('DATA');
  }

  async write(chunk: Buffer): Promise<void> {
    try {
      await this.#write(this.#encoder.write(chunk));
    } catch {
      // `finish` finds the connection gone and says so.
    }
  }

  async finish(): Promise<Reply> {
    try {
      await this.#write(this.#encoder.end());
      const answer = passOn(await this.#reply(relayDataReplyMs));
      if (!this.#outgoing.stream.destroyed) this.#outgoing.stream.end('QUIT\r\n');
      return answer;
    } catch {
      return lost;
    }
  }

  close(): void {
    this.#input.detach();
    this.#outgoing.destroy();
  }

  async #exchange(line: string): Promise<Reply> {
    try {
      return passOn(await this.command(line));
    } catch {
      return lost;
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    const { stream } = this.#outgoing;
    if (stream.destroyed || !stream.writable) throw new RelayLost('the relay closed the connection');
    if (stream.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        stream.off('drain', done);
        stream.off('close', done);
        resolve();
      };
      stream.on('drain', done);
      stream.on('close', done);
    });
  }

  async #reply(timeoutMs: number): Promise<Reply> {
    const lines: string[] = [];
    let enhanced: string | null = null;
    for (;;) {
      const line = await this.#input.line(timeoutMs);
      if (line.kind !== 'line') throw new RelayLost(`the relay answered nothing readable (${line.kind})`);
      const parsed = parseReplyLine(line.bytes.toString('utf8'));
      if (parsed === null) throw new RelayLost('the relay does not speak SMTP');
      enhanced ??= parsed.enhanced;
      lines.push(parsed.text);
      if (parsed.last) return { code: parsed.code, enhanced, lines, close: false };
      if (lines.length >= relayReplyLinesMax) throw new RelayLost('the reply of the relay has no end');
    }
  }
}

function orcpt(value: string): string {
  const semicolon = value.indexOf(';');
  return `${value.slice(0, semicolon)};${encodeXtext(value.slice(semicolon + 1))}`;
}

/** The relay's verdict for our client: 421 would end our own session, and a quarrel about signing in is not theirs. */
function passOn(answer: Reply): Reply {
  if (answer.code === 421) return { ...answer, code: 451, enhanced: answer.enhanced ?? '4.4.2' };
  if (answer.code === 530 || answer.code === 535 || answer.code === 538) {
    return reply(451, '4.7.0', 'The mail relay does not know this server; try again later');
  }
  const first = Math.floor(answer.code / 100);
  return answer.code < 300 || answer.code >= 400
    ? { ...answer, enhanced: answer.enhanced ?? `${first}.0.0` }
    : answer;
}
