import { messageOf } from '../../base/index.ts';
import type { TestSocket } from '../socket.ts';
import { type Step, type Transcript, TranscriptError, toBytes, toText } from './parse.ts';
import { type Captures, compilePattern, fill, matchPattern } from './pattern.ts';

export type Fixture = (
  args: readonly string[],
  body: Buffer | null,
) => Promise<Readonly<Record<string, string>> | undefined>;

/** What a protocol plugs in; one is made for every transcript and closed after it. */
export interface TranscriptSetup {
  /** `A: imap alice` -> connect('imap', ['alice']); the greeting is left for the transcript to expect. */
  connect(kind: string, args: readonly string[]): Promise<TestSocket>;
  /** `- deliver alice` -> fixtures.deliver(['alice'], body); what it answers is learnt as `<name>`. */
  readonly fixtures?: Readonly<Record<string, Fixture>>;
  /** Known from the start: `<host>`, `<port>` … */
  readonly captures?: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** How long silence is listened to: longer finds more, and a server that is silent never fails. */
const quietMs = 150;
const logLinesMax = 12;

interface Actor {
  socket: TestSocket;
  /** The last things said and heard, for the message of a failure. */
  log: string[];
  /** The size announced at the end of the last line heard. */
  announced: number | null;
}

/** Plays a transcript; throws an Error that names file and line, what was expected and what came. */
export async function runTranscript(
  transcript: Transcript,
  file: string,
  setup: TranscriptSetup,
): Promise<void> {
  const player = new Player(transcript.steps, setup);
  try {
    await player.play();
  } catch (error) {
    const { line, log } = player.position();
    const where = line === null ? `${file}, at the end` : `${file}:${line}`;
    throw new Error([`${where}: ${messageOf(error)}`, ...log].join('\n    '), { cause: error });
  } finally {
    await player.close();
  }
}

class Player {
  readonly #steps: readonly Step[];
  readonly #setup: TranscriptSetup;
  readonly #actors = new Map<string, Actor>();
  readonly #captures: Captures = new Map();
  #at = 0;

  constructor(steps: readonly Step[], setup: TranscriptSetup) {
    this.#steps = steps;
    this.#setup = setup;
    this.#learn(setup.captures ?? {});
  }

  async play(): Promise<void> {
    for (let step = this.#steps[this.#at]; step; step = this.#steps[this.#at]) {
      await this.#step(step);
      this.#at++;
    }
    for (const [name, actor] of this.#actors) {
      const left = actor.socket.unread();
      if (left.length > 0) throw new Error(`${name} heard more than the transcript says: ${show(left)}`);
    }
  }

  position(): { line: number | null; log: readonly string[] } {
    const step = this.#steps[this.#at];
    const actor = step && 'actor' in step ? this.#actors.get(step.actor) : undefined;
    return { line: step?.line ?? null, log: actor?.log ?? [] };
  }

  async close(): Promise<void> {
    for (const actor of this.#actors.values()) await actor.socket.close();
  }

  #learn(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) this.#captures.set(name, toBytes(value));
  }

  async #step(step: Step): Promise<void> {
    if (step.kind === 'fixture') return this.#fixture(step);
    if (step.kind === 'act') return this.#act(step);
    const actor = this.#actors.get(step.actor);
    if (!actor) throw new TranscriptError(`${step.actor} has not connected`);
    switch (step.kind) {
      case 'send':
        return this.#send(actor, this.#sized(step) + (step.ends ? '\r\n' : ''), step.ends);
      case 'sendLiteral':
        return this.#send(actor, fill(step.text, this.#captures), true);
      case 'expect':
        return this.#expect(actor, step.text);
      case 'expectLiteral':
        return this.#expectLiteral(actor, step.text);
      case 'expectAnyOrder':
        return this.#expectAnyOrder(actor, step.texts);
      case 'skip':
        return this.#skip(actor);
    }
  }

  async #fixture(step: Extract<Step, { kind: 'fixture' }>): Promise<void> {
    const fixture = this.#setup.fixtures?.[step.name];
    if (!fixture) throw new TranscriptError(`there is no fixture '${step.name}'`);
    const args = this.#filled(step.args);
    const body = step.body === null ? null : Buffer.from(fill(step.body, this.#captures), 'latin1');
    this.#learn((await fixture(args, body)) ?? {});
  }

  #filled(args: readonly string[]): string[] {
    return args.map((word) => toText(fill(toBytes(word), this.#captures)));
  }

  async #act({ actor: name, verb, args }: Extract<Step, { kind: 'act' }>): Promise<void> {
    const actor = this.#actors.get(name);
    if (!actor) {
      const socket = await this.#setup.connect(verb, this.#filled(args));
      this.#actors.set(name, { socket, log: [], announced: null });
      return;
    }
    const { socket } = actor;
    if (verb === 'tls') return socket.startTls();
    if (verb === 'compress') return socket.compress();
    if (verb === 'close') {
      await socket.close();
      this.#actors.delete(name);
    } else if (verb === 'closed') {
      const line = await socket.readLine();
      if (line !== null) throw new Error(`expected the end, came ${show(line)}`);
      this.#actors.delete(name);
    } else if (verb === 'nothing') {
      if (await socket.hears(quietMs)) throw new Error(`expected silence, came ${show(socket.unread())}`);
    } else {
      throw new TranscriptError(`${name} is connected; it can do tls, compress, close, closed or nothing`);
    }
  }

  /** `{*}` at the end of a line is the size of the literal that the actor sends next. */
  #sized(step: Extract<Step, { kind: 'send' }>): string {
    if (!step.ends) return step.text;
    const text = fill(step.text, this.#captures);
    const open = /\{\*(\+?)\}$/.exec(text);
    if (!open) return text;
    const later = this.#steps.slice(this.#at + 1).find((next) => {
      return 'actor' in next && next.actor === step.actor && next.kind !== 'expect' && next.kind !== 'skip';
    });
    if (later?.kind !== 'sendLiteral') throw new TranscriptError('{*} is followed by no literal');
    return `${text.slice(0, open.index)}{${fill(later.text, this.#captures).length}${open[1]}}`;
  }

  async #send(actor: Actor, bytes: string, logged: boolean): Promise<void> {
    note(actor, `> ${logged ? toText(bytes).trimEnd() : JSON.stringify(bytes)}`);
    await actor.socket.send(Buffer.from(bytes, 'latin1'));
  }

  async #hear(actor: Actor): Promise<string> {
    const line = await actor.socket.readLine();
    if (line === null) throw new Error('the connection was closed');
    note(actor, `< ${line.toString()}`);
    const size = /\{(\d+)\}$/.exec(line.toString('latin1'))?.[1];
    actor.announced = size === undefined ? null : Number(size);
    return line.toString('latin1');
  }

  async #expect(actor: Actor, text: string): Promise<void> {
    const pattern = compilePattern(text, this.#captures);
    const line = await wanting(text, () => this.#hear(actor));
    if (matchPattern(pattern, line, this.#captures)) return;
    throw new Error(`expected ${toText(text)}\n    but came ${toText(line)}`);
  }

  async #expectLiteral(actor: Actor, text: string): Promise<void> {
    if (actor.announced === null) throw new Error('expected a literal, but the line before announces none');
    const bytes = await actor.socket.readExactly(actor.announced);
    actor.announced = null;
    if (matchPattern(compilePattern(text, this.#captures), bytes.toString('latin1'), this.#captures)) return;
    throw new Error(`expected the literal ${JSON.stringify(toText(text))}\n    but came ${show(bytes)}`);
  }

  async #expectAnyOrder(actor: Actor, texts: readonly { text: string }[]): Promise<void> {
    const open = texts.map(({ text }) => ({ text, pattern: compilePattern(text, this.#captures) }));
    open.sort((a, b) => a.pattern.holes - b.pattern.holes);
    while (open.length > 0) {
      const wanted = open.map(({ text }) => text).join('\n    or       ');
      const line = await wanting(wanted, () => this.#hear(actor));
      const index = open.findIndex(({ pattern }) => matchPattern(pattern, line, this.#captures));
      if (index === -1) throw new Error(`expected ${toText(wanted)}\n    but came ${toText(line)}`);
      open.splice(index, 1);
    }
  }

  /** `…`: any lines (and their literals) up to the one that the actor's next line expects. */
  async #skip(actor: Actor): Promise<void> {
    const next = this.#steps[this.#at + 1];
    if (next?.kind !== 'expect') throw new TranscriptError('… is followed by the line where it ends');
    const pattern = compilePattern(next.text, this.#captures);
    for (;;) {
      const line = await wanting(next.text, () => this.#hear(actor));
      if (matchPattern(pattern, line, this.#captures)) break;
      if (actor.announced !== null) await actor.socket.readExactly(actor.announced);
    }
    this.#at++;
  }
}

async function wanting(text: string, hear: () => Promise<string>): Promise<string> {
  try {
    return await hear();
  } catch (error) {
    throw new Error(`expected ${toText(text)}\n    but ${messageOf(error)}`, { cause: error });
  }
}

function note(actor: Actor, line: string): void {
  actor.log.push(line);
  if (actor.log.length > logLinesMax) actor.log.shift();
}

function show(bytes: Buffer): string {
  return JSON.stringify(bytes.toString());
}
