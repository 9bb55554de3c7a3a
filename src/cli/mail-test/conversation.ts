import type { Dial, Outgoing } from '../../net/index.ts';
import { replyLineBytesMax, smtpMsMax } from '../limits.ts';

export interface Answer {
  readonly code: number;
  /** All lines without their codes. */
  readonly lines: readonly string[];
  /** As it is shown: the code and the last line. */
  readonly text: string;
}

export interface SmtpAddress {
  /** Connected to. */
  readonly address: string;
  readonly port: number;
  /** What the certificate must be valid for. */
  readonly host: string;
  readonly tls: 'implicit' | 'starttls';
}

/** A client as strict as the strictest, for looking at our own doors: TLS is verified, every refusal is an error. */
export class Conversation {
  readonly #outgoing: Outgoing;
  #held: Buffer = Buffer.alloc(0);

  private constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing;
  }

  /** Connects, starts TLS and says EHLO; rejects with a sentence where any of it fails. */
  static async open(dial: Dial, to: SmtpAddress, name: string): Promise<Conversation> {
    const { address, port, host, tls } = to;
    const outgoing = await dial({
      host,
      addresses: [address],
      port,
      tls: tls === 'implicit' ? 'implicit' : 'none',
      timeoutMs: smtpMsMax,
    });
    const talk = new Conversation(outgoing);
    try {
      await talk.expect(null, 220);
      if (tls === 'starttls') {
        const { lines } = await talk.expect(`EHLO ${name}`, 250);
        if (!lines.some((line) => line.toUpperCase() === 'STARTTLS'))
          throw new Error('STARTTLS is not offered');
        await talk.expect('STARTTLS', 220);
        talk.#held = Buffer.alloc(0);
        await outgoing.startTls({ verify: true });
      }
      await talk.expect(`EHLO ${name}`, 250);
      return talk;
    } catch (error) {
      talk.close();
      throw error;
    }
  }

  /** Says a line, or nothing, and rejects where the reply has another code. `shown`: in place of a line with a secret. */
  async expect(line: string | null, code: number, shown = line): Promise<Answer> {
    const answer = await this.ask(line === null ? null : Buffer.from(`${line}\r\n`));
    if (answer.code !== code)
      throw new Error(`${shown === null ? 'greeted with' : `${shown}:`} ${answer.text}`);
    return answer;
  }

  /** The message and its end; a dot that begins a line is doubled (RFC 5321 §4.5.2). */
  async message(bytes: Buffer): Promise<Answer> {
    await this.expect('DATA', 354);
    const text = bytes.toString('latin1').replace(/(^|\r\n)\./g, '$1..');
    const answer = await this.ask(
      Buffer.from(`${text}${text.endsWith('\r\n') ? '' : '\r\n'}.\r\n`, 'latin1'),
    );
    if (answer.code !== 250) throw new Error(`the message: ${answer.text}`);
    return answer;
  }

  async ask(bytes: Buffer | null): Promise<Answer> {
    const { stream } = this.#outgoing;
    if (bytes !== null) stream.write(bytes);
    const lines: string[] = [];
    for (;;) {
      const line = await this.#line();
      lines.push(line.slice(4));
      if (line[3] !== '-') return { code: Number(line.slice(0, 3)), lines, text: line };
    }
  }

  close(): void {
    const { stream } = this.#outgoing;
    if (!stream.destroyed) stream.write('QUIT\r\n');
    this.#outgoing.destroy();
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf(10);
      if (end >= 0) {
        const line = this.#held.subarray(0, end).toString('utf8').replace(/\r$/, '');
        this.#held = this.#held.subarray(end + 1);
        return line;
      }
      if (this.#held.length > replyLineBytesMax) throw new Error('a reply has no end');
      this.#held = Buffer.concat([this.#held, await this.#more()]);
    }
  }

  /** What comes next; rejects where the other side closes, or says nothing for `smtpMsMax`. */
  #more(): Promise<Buffer> {
    const { stream } = this.#outgoing;
    const ready = stream.read() as Buffer | null;
    if (ready !== null) return Promise.resolve(ready);
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        stream.off('readable', onReadable).off('close', onClose).off('end', onClose);
        finish();
      };
      const onReadable = () => {
        const bytes = stream.read() as Buffer | null;
        if (bytes !== null) settle(() => resolve(bytes));
      };
      const onClose = () => settle(() => reject(new Error('the connection was closed')));
      const timer = setTimeout(
        () => settle(() => reject(new Error(`no answer within ${smtpMsMax} ms`))),
        smtpMsMax,
      );
      if (stream.destroyed) onClose();
      else stream.on('readable', onReadable).on('close', onClose).on('end', onClose);
    });
  }
}
