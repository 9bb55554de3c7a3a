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

/** A mailbox as a client of QRESYNC keeps it on its disk. */
interface Remembered {
  readonly validity: string;
  readonly modseq: string;
  readonly messages: readonly Known[];
}

/** One session, and what a client that believes every response holds to be true. */
export class Client {
  known: Known[] = [];
  /** HIGHESTMODSEQ of the selected mailbox when it was last asked for. */
  modseq = 1;
  faults: string[] = [];
  /** QRESYNC is on: VANISHED stands for EXPUNGE. */
  resync = false;
  readonly #remembered = new Map<string, Remembered>();
  #validity = '';
  /** While a mailbox is opened with QRESYNC: what was kept of it, and how many messages it has. */
  #resuming: { kept: Known[]; exists: number; readonly validity: string } | null = null;
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

  /** Keeps the selected mailbox as a client does that means to come back; uids and flags must be known. */
  async remember(mailbox: string): Promise<void> {
    const { lines } = await this.command([`STATUS "${mailbox}" (HIGHESTMODSEQ)`]);
    const modseq = /HIGHESTMODSEQ (\d+)/.exec(lines.join(' '))?.[1] ?? '1';
    const messages = this.known.map((each) => ({ ...each }));
    this.#remembered.set(mailbox, { validity: this.#validity, modseq, messages });
  }

  /**
   * `$MODSEQ` in the text is the modseq of the last `mark`, `$LATER` the one after it, `$RESYNC(name)` what was kept by the last `remember`.
   */
  async command(pieces: readonly Piece[]): Promise<Answer> {
    const tag = `t${++this.#tags}`;
    const lines: string[] = [];
    let text = tag;
    for (const [index, piece] of pieces.entries()) {
      if (typeof piece === 'string') {
        text += `${index === 0 ? ' ' : ''}${this.#filled(piece)}`;
        continue;
      }
      await this.#socket.send(Buffer.from(`${text}{${piece.length}}\r\n`, 'latin1'));
      const refused = await this.#until(tag, lines, true);
      if (refused !== null) return refused;
      await this.#socket.send(piece);
      text = '';
    }
    await this.#socket.send(Buffer.from(`${text}\r\n`, 'latin1'));
    const answer = await this.#until(tag, lines, false);
    if (answer !== null) this.#checkModseq(text, answer);
    this.#resumed(answer?.status === 'OK');
    return answer ?? { status: '+', code: '', text: '', lines };
  }

  /** RFC 7162 §3.2.7, §3.2.8, §3.2.9: EXPUNGE tells its modseq, CLOSE does not. */
  #checkModseq(text: string, { status, code, lines }: Answer): void {
    const [, verb] = /^t\d+ ((?:UID )?EXPUNGE|CLOSE)/i.exec(text) ?? [];
    const tells = code.startsWith('HIGHESTMODSEQ ');
    if (verb === undefined || status !== 'OK' || !this.resync) return;
    const removed = lines.some((line) => line.startsWith('* VANISHED'));
    if (verb.toUpperCase() !== 'CLOSE' && removed && !tells)
      this.faults.push(`${verb} without HIGHESTMODSEQ`);
  }

  #filled(text: string): string {
    const resumed = text.replace(/\$RESYNC\(([^)]*)\)/, (_, name: string) => {
      const { validity, modseq, messages } = this.#remembered.get(name) ?? nothingKept;
      this.#resuming = { kept: messages.map((each) => ({ ...each })), exists: 0, validity };
      const uids = messages.map(({ uid }) => uid).join(',');
      // RFC 7162 §3.2.5: the uids that are known may be left out.
      return messages.length > 0 && messages.length % 2 === 0
        ? `${validity} ${modseq} ${uids}`
        : `${validity} ${modseq}`;
    });
    return resumed.replaceAll('$MODSEQ', String(this.modseq)).replaceAll('$LATER', String(this.modseq + 1));
  }

  /** What was kept, brought up to date by what SELECT told, is the mailbox. */
  #resumed(opened: boolean): void {
    const resuming = this.#resuming;
    this.#resuming = null;
    if (resuming === null || !opened) return;
    const { kept, exists, validity } = resuming;
    if (validity !== this.#validity) {
      this.known = Array.from({ length: exists }, () => ({}));
      return;
    }
    this.known = kept.sort((a, b) => Number(a.uid) - Number(b.uid));
    if (kept.length !== exists) this.faults.push(`${kept.length} of ${exists} messages after QRESYNC`);
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
    const validity = /^\* OK \[UIDVALIDITY (\d+)\]/.exec(line)?.[1];
    if (validity !== undefined) this.#validity = validity;
    const vanished = /^\* VANISHED (\(EARLIER\) )?([\d:,]+)/.exec(line);
    if (vanished) this.#learnVanished(vanished[2] ?? '', vanished[1] !== undefined);
    const heard = /^\* (\d+) (EXISTS|EXPUNGE|FETCH)(?: |$)/.exec(line);
    if (!heard) return;
    const number = Number(heard[1]);
    if (this.#resuming !== null) {
      if (heard[2] === 'EXISTS') this.#resuming.exists = number;
      else if (heard[2] === 'FETCH') this.#learnKept(this.#resuming.kept, line);
      return;
    }
    if (heard[2] === 'EXISTS') {
      if (number < this.known.length) this.faults.push(`EXISTS went back: ${line}`);
      while (this.known.length < number) this.known.push({});
    } else if (number < 1 || number > this.known.length) {
      this.faults.push(`no such message: ${line.slice(0, 100)}`);
    } else if (heard[2] === 'EXPUNGE') this.known.splice(number - 1, 1);
    else this.#learnFetch(number, line);
  }

  /** RFC 7162 §3.2.10: uids that are not known are passed over where what is told is EARLIER. */
  #learnVanished(set: string, earlier: boolean): void {
    const known = this.#resuming?.kept ?? this.known;
    const uids = numbersIn(set);
    for (const uid of uids) {
      const at = known.findIndex((each) => each.uid === uid);
      if (at >= 0) known.splice(at, 1);
      else if (!earlier) this.faults.push(`VANISHED of unknown ${uid}`);
    }
    if (!earlier && !this.resync) this.faults.push(`VANISHED without QRESYNC: ${set}`);
  }

  #learnKept(kept: Known[], line: string): void {
    const items = readValues(line)[3];
    if (!Array.isArray(items)) return;
    const uid = plain(items[items.indexOf('UID') + 1]);
    const message = kept.find((each) => each.uid === uid);
    const flags = flagsText(items[items.indexOf('FLAGS') + 1]);
    if (message) message.flags = flags;
    else kept.push({ uid, flags });
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

const nothingKept: Remembered = { validity: '1', modseq: '1', messages: [] };

/** Every number of a set, as text. */
function numbersIn(set: string): string[] {
  return set.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split(':').map(Number);
    return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => String(Math.min(from, to) + index));
  });
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
