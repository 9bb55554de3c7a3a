import { FormatError } from '../../base/index.ts';
import { parseElement, StreamSplitter } from '../../formats/stanza/index.ts';
import { XmppTranscriptError } from './match.ts';
import { stanzaScope } from './wire.ts';

/** One element of a block as it stands in the file, and where. */
export interface Piece {
  readonly text: string;
  readonly line: number;
}

/** Who speaks: an account's client, somebody without account, or a server. */
export interface ActorLine {
  readonly name: string;
  readonly kind: 'client' | 'stranger' | 'server';
  /** `local/resource`, `local@domain/resource`, or the domain of a server. */
  readonly address: string;
  readonly options: readonly string[];
}

export type XmppStep = { readonly line: number } & (
  | { readonly kind: 'fixture'; readonly name: string; readonly args: readonly string[] }
  | { readonly kind: 'actor'; readonly actor: ActorLine }
  | { readonly kind: 'verb'; readonly actor: string; readonly verb: Verb }
  | { readonly kind: 'silence'; readonly actor: string; readonly ms: number }
  | { readonly kind: 'raw'; readonly actor: string; readonly text: string }
  | { readonly kind: Block; readonly actor: string; readonly pieces: readonly Piece[] }
);

export interface XmppTranscript {
  readonly title: string;
  /** Transports that it is played on; empty: all. */
  readonly only: readonly string[];
  /** `set chat.registration: open`, for the one who opens the world. */
  readonly settings: Readonly<Record<string, string>>;
  readonly steps: readonly XmppStep[];
}

const blocks = {
  'sends:': 'send',
  'receives:': 'receive',
  'receives in any order:': 'receiveAnyOrder',
  'finds:': 'find',
  'is offered:': 'offered',
} as const;
type Block = (typeof blocks)[keyof typeof blocks];

export const verbs = [
  ...['connects', 'opens a stream', 'starts TLS', 'authenticates', 'disconnects', 'is cut'],
  ...['is disconnected', 'resumes', 'receives nothing', 'forgets', 'becomes active', 'becomes inactive'],
] as const;
export type Verb = (typeof verbs)[number];

export const actorOptions = [
  ...['plain', 'scram-sha-1', 'scram-sha-256', 'no tls', 'direct tls'],
  ...['acks', 'acks by hand', 'carbons', 'available'],
] as const;
/** Of servers: the certificate that they present, of their own name or of another. */
const certificateOption = /^certificate(?: of \S+)?$/;

const actorLine = /^actor ([a-z][a-z0-9-]*) is (?:(a stranger)|(server )?(\S+))(?: with (.+))?$/;
const actsLine = /^([a-z][a-z0-9-]*) (.+)$/;
const maySayMore = /^((?:sends raw|sends|receives in any order|receives|finds|is offered):)(.*)$/;

/** Throws XmppTranscriptError with file and line; index.ts describes the grammar. */
export function parseXmppTranscript(text: string, file: string): XmppTranscript {
  const reader = new Reader(text, file);
  while (reader.next());
  return reader.transcript();
}

class Reader {
  readonly #lines: readonly string[];
  readonly #file: string;
  #at = 0;
  #title = '';
  readonly #only: string[] = [];
  readonly #settings: Record<string, string> = {};
  readonly #steps: XmppStep[] = [];
  readonly #actors = new Set<string>();

  constructor(text: string, file: string) {
    this.#lines = text.replace(/\r\n/g, '\n').split('\n');
    this.#file = file;
  }

  transcript(): XmppTranscript {
    const fail = (what: string): never => {
      throw new XmppTranscriptError(`${this.#file}:1: ${what}`);
    };
    if (this.#title === '') fail("the first line starts with '#' and says what it shows");
    if (!this.#steps.some(({ kind }) => kind !== 'actor')) fail('nothing happens');
    return { title: this.#title, only: this.#only, settings: this.#settings, steps: this.#steps };
  }

  next(): boolean {
    const line = this.#lines[this.#at];
    if (line === undefined) return false;
    if (line.startsWith('#')) this.#title ||= line.slice(1).trim();
    else if (line.trim() !== '') this.#line(line.trimEnd());
    this.#at++;
    return true;
  }

  #line(text: string): void {
    const line = this.#at + 1;
    const [, setting, value = ''] = /^set ([a-z][\w.-]*): (.+)$/.exec(text) ?? [];
    const fixture = /^- (\S+)((?: \S+)*)$/.exec(text);
    const only = /^only (tcp|websocket)$/.exec(text);
    const actor = actorLine.exec(text);
    if (setting !== undefined) this.#settings[setting] = value;
    else if (only) this.#only.push(only[1] ?? '');
    else if (fixture) {
      const args = (fixture[2] ?? '').split(' ').filter((word) => word !== '');
      this.#steps.push({ line, kind: 'fixture', name: fixture[1] ?? '', args });
    } else if (actor) this.#actor(line, actor);
    else this.#steps.push(this.#acts(line, text));
  }

  #actor(line: number, found: RegExpExecArray): void {
    const [, name = '', stranger, server, address = '', more = ''] = found;
    if (this.#actors.has(name)) this.#fail(`there are two actors '${name}'`);
    this.#actors.add(name);
    const options = more.split(',').flatMap((option) => (option.trim() === '' ? [] : [option.trim()]));
    const isKnown = (option: string) =>
      server === undefined ? actorOptions.some((known) => known === option) : certificateOption.test(option);
    const unknown = options.find((option) => !isKnown(option));
    const known =
      server === undefined ? actorOptions.join(', ') : 'certificate, certificate of other.example';
    if (unknown !== undefined) this.#fail(`'${unknown}' is none of the options: ${known}`);
    const kind = stranger !== undefined ? 'stranger' : server !== undefined ? 'server' : 'client';
    this.#steps.push({ line, kind: 'actor', actor: { name, kind, address, options } });
  }

  #acts(line: number, text: string): XmppStep {
    const [, actor = '', acts = ''] = actsLine.exec(text) ?? this.#fail('not a line of a transcript');
    if (!this.#actors.has(actor) && actor !== 'everybody')
      this.#fail(`there is no actor '${actor}'; say who it is before: actor ${actor} is name/resource`);
    const [, head, rest = ''] = maySayMore.exec(acts) ?? [];
    if (head === 'sends raw:') return { line, kind: 'raw', actor, text: this.#block(rest) };
    if (head !== undefined && head in blocks) {
      const kind = blocks[head as keyof typeof blocks];
      return {
        line,
        kind,
        actor,
        pieces: this.#pieces(this.#block(rest), rest.trim() === '' ? line + 1 : line),
      };
    }
    const [, ms] = /^receives nothing for (\d+) ms$/.exec(acts) ?? [];
    if (ms !== undefined) return { line, kind: 'silence', actor, ms: Number(ms) };
    const verb = verbs.find((known) => known === acts);
    if (verb !== undefined) return { line, kind: 'verb', actor, verb };
    return this.#fail(`'${acts}' is nothing that an actor does`);
  }

  /** What stands behind the colon, and the indented lines below. */
  #block(rest: string): string {
    const held = rest.trim() === '' ? [] : [rest.trim()];
    for (;;) {
      const next = this.#lines[this.#at + 1];
      const isBlank = next?.trim() === '' && /^ {2}/.test(this.#lines[this.#at + 2] ?? '');
      if (next === undefined || !(next.startsWith('  ') || isBlank)) break;
      held.push(next.slice(2));
      this.#at++;
    }
    if (held.length === 0) this.#fail('what is said stands behind the colon or indented below');
    return held.join('\n');
  }

  #pieces(text: string, line: number): Piece[] {
    const pieces: Piece[] = [];
    try {
      const splitter = new StreamSplitter(text.length * 4);
      let from = 0;
      const cut = [...splitter.write(Buffer.from('<block>')), ...splitter.write(Buffer.from(text))];
      for (const piece of cut) {
        if (piece.kind !== 'element') continue;
        from = text.indexOf(piece.text, from);
        pieces.push({ text: piece.text, line: line + text.slice(0, from).split('\n').length - 1 });
        from += piece.text.length;
        parseElement(piece.text, stanzaScope);
      }
      if (text.slice(from).trim() !== '') throw new FormatError('XML: an element that does not end');
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#fail(`${error.message} (what is no XML is sent with 'sends raw:')`);
    }
    return pieces;
  }

  #fail(what: string): never {
    const shown = (this.#lines[this.#at] ?? '').trim();
    throw new XmppTranscriptError(`${this.#file}:${this.#at + 1}: ${what}: ${shown}`);
  }
}
