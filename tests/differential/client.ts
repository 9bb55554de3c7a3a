import { connectSocket, type TestSocket } from '../../src/testing/index.ts';
import { plain, readValues, type Value } from './answers.ts';

/** Text and literals by turns; a literal is announced at the end of the text before it. */
export type Piece = string | Buffer;

export interface Answer {
  /** OK, NO, BAD; BYE where the server hung up. */
  readonly status: string;
  /** The first word in brackets and what follows it there. */
  readonly code: string;
  readonly text: string;
  /** Untagged responses, as they came. */
  readonly lines: readonly string[];
}

/** A message as the client knows it by what it was told. */
export interface Known {
  uid?: string;
  flags?: string;
}

/** One session, and what a client that believes every response holds to be true. */
export class Client {
  known: Known[] = [];
  /** HIGHESTMODSEQ of the selected mailbox when it was last asked for. */
  modseq = 1;
  faults: string[] = [];
  readonly #socket: TestSocket;
  #tags = 0;

  private constructor(socket: TestSocket) {
    this.#socket = socket;
  }

  static async open(port: number, user: string, password: string): Promise<Client> {
    const client = new Client(await connectSocket({ port, patienceMs: 30_000 }));
    await client.#line();
    const { status, text } = await client.command([`LOGIN ${user} "${password}"`]);
    if (status !== 'OK') throw new Error(`login: ${text}`);
    return client;
  }

  close(): Promise<void> {
    return this.#socket.close();
  }

  /** Keeps where the mailbox stands now. */
  async mark(mailbox: string): Promise<void> {
    const { lines } = await this.command([`STATUS "${mailbox}" (HIGHESTMODSEQ)`]);
    this.modseq = Number(/HIGHESTMODSEQ (\d+)/.exec(lines.join(' '))?.[1] ?? 1);
  }

  /** `$MODSEQ` in the text is the modseq of the last `mark`. */
  async command(pieces: readonly Piece[]): Promise<Answer> {
    const tag = `t${++this.#tags}`;
    const lines: string[] = [];
    let text = tag;
    for (const [index, piece] of pieces.entries()) {
      if (typeof piece === 'string') {
        text += `${index === 0 ? ' ' : ''}${piece.replaceAll('$MODSEQ', String(this.modseq))}`;
        continue;
      }
      await this.#socket.send(Buffer.from(`${text}{${piece.length}}\r\n`, 'latin1'));
      const refused = await this.#until(tag, lines, true);
      if (refused !== null) return refused;
      await this.#socket.send(piece);
      text = '';
    }
    await this.#socket.send(Buffer.from(`${text}\r\n`, 'latin1'));
    return (await this.#until(tag, lines, false)) ?? { status: '+', code: '', text: '', lines };
  }

  /** IDLE up to its continuation; `done` ends it. */
  async idle(): Promise<() => Promise<Answer>> {
    const tag = `t${++this.#tags}`;
    const lines: string[] = [];
    await this.#socket.send(`${tag} IDLE\r\n`);
    const refused = await this.#until(tag, lines, true);
    return async () => {
      if (refused !== null) return refused;
      await this.#socket.send('DONE\r\n');
      return (await this.#until(tag, lines, false)) ?? { status: '+', code: '', text: '', lines };
    };
  }

  /** Null at a continuation request that is waited for. */
  async #until(tag: string, lines: string[], continuation: boolean): Promise<Answer | null> {
    for (;;) {
      const line = await this.#line();
      if (line === null) return { status: 'BYE', code: '', text: lines.at(-1) ?? '', lines };
      if (line.startsWith(`${tag} `)) return answerOf(line.slice(tag.length + 1), lines);
      if (line.startsWith('+')) {
        if (continuation) return null;
        // Asked to go on where nothing more is to come: an empty line ends it.
        await this.#socket.send('\r\n');
        continue;
      }
      lines.push(line);
      this.#learn(line);
    }
  }

  async #line(): Promise<string | null> {
    let text = '';
    for (;;) {
      const line = await this.#socket.readLine();
      if (line === null) return null;
      text += line.toString('latin1');
      const size = /\{(\d+)\}$/.exec(text)?.[1];
      if (size === undefined) return text;
      text += `\r\n${(await this.#socket.readExactly(Number(size))).toString('latin1')}`;
    }
  }

  #learn(line: string): void {
    const heard = /^\* (\d+) (EXISTS|EXPUNGE|FETCH)(?: |$)/.exec(line);
    if (!heard) return;
    const number = Number(heard[1]);
    if (heard[2] === 'EXISTS') {
      if (number < this.known.length) this.faults.push(`EXISTS went back: ${line}`);
      while (this.known.length < number) this.known.push({});
    } else if (number < 1 || number > this.known.length) {
      this.faults.push(`no such message: ${line.slice(0, 100)}`);
    } else if (heard[2] === 'EXPUNGE') this.known.splice(number - 1, 1);
    else this.#learnFetch(number, line);
  }

  #learnFetch(number: number, line: string): void {
    const known = this.known[number - 1];
    const items = readValues(line)[3];
    if (known === undefined || !Array.isArray(items)) return;
    for (let at = 0; at + 1 < items.length; at += 2) {
      const [name, value] = [items[at], items[at + 1] as Value];
      if (name === 'FLAGS') known.flags = flagsText(value);
      if (name !== 'UID') continue;
      if (known.uid !== undefined && known.uid !== value) this.faults.push(`uid changed: ${line}`);
      known.uid = plain(value);
    }
  }
}

/** Flags in an order and a case of their own (RFC 9051 §2.3.2), without \Recent, which goes to whichever session asks first. */
export function flagsText(value: Value): string {
  const flags = Array.isArray(value) ? value.map((flag) => plain(flag)) : [];
  return flags
    .map((flag) => flag.toLowerCase())
    .filter((flag) => flag !== '\\recent')
    .sort()
    .join(' ');
}

function answerOf(text: string, lines: readonly string[]): Answer {
  const status = text.split(' ')[0] ?? '';
  const code = /^[A-Z]+ \[([^\]]*)\]/.exec(text)?.[1] ?? '';
  return { status, code, text, lines };
}
