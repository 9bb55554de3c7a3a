import { messageOf } from '../../base/index.ts';
import { childOf, type Element, parseElement } from '../../formats/stanza/index.ts';
import { XmppActor, type XmppActorOptions, type XmppLogin } from './actor.ts';
import { type Captures, fill, holesIn, matchElement, XmppTranscriptError } from './match.ts';
import type { ActorLine, Piece, Verb, XmppStep, XmppTranscript } from './parse.ts';
import type { SaslMechanism } from './sasl.ts';
import { showElement } from './show.ts';
import { clientNs, dialbackNs, scopeOf, serverNs } from './wire.ts';

export type XmppFixture = (args: readonly string[]) => Promise<Readonly<Record<string, string>> | undefined>;

/** A server that transcripts are played on: ours over test stores, the whole process, or another's. */
export interface XmppWorld {
  /** What `local/resource` is of, and `{domain}`. */
  readonly domain: string;
  /** On 127.0.0.1; an actor that needs a door that is missing says so. */
  readonly ports: Partial<Readonly<Record<'tcp' | 'tls' | 'websocket' | 'server', number>>>;
  /** PEM of the authority of its certificates; given: clients on the clear port use STARTTLS. */
  readonly authority?: string;
  /** PEM of what a server presents that has that name; of an authority that the world trusts. */
  certificate?(name: string): { readonly cert: string; readonly key: string };
  /** Default /xmpp-websocket. */
  readonly websocketPath?: string;
  /** An account that is new to this world; answers its password. */
  addMember(local: string, domain: string): Promise<string>;
  /** `- invite romeo` -> fixtures.invite(['romeo']); what it answers is known as `{name}`. */
  readonly fixtures?: Readonly<Record<string, XmppFixture>>;
  /** Known from the start. */
  readonly captures?: Readonly<Record<string, string>>;
  readonly patienceMs?: number;
  close(): Promise<void>;
}

export type XmppTransport = 'tcp' | 'websocket';
const logLinesMax = 12;

interface Player {
  readonly line: ActorLine;
  readonly actor: XmppActor;
  readonly login: XmppLogin | null;
  isConnected: boolean;
  /** The last things said and heard, for the message of a failure. */
  readonly log: string[];
}

/** Plays a transcript; throws an Error that names file and line, what was expected and what came. */
export async function runXmppTranscript(
  transcript: XmppTranscript,
  file: string,
  world: XmppWorld,
  transport: XmppTransport,
): Promise<void> {
  const stage = new Stage(world, transport);
  let line: number | null = null;
  try {
    for (const step of transcript.steps) {
      ({ line } = step);
      await stage.play(step, (at) => {
        line = at;
      });
    }
    line = null;
    await stage.finish();
  } catch (error) {
    const where = line === null ? `${file}, at the end` : `${file}:${line}`;
    throw new Error([`${where} (${transport}): ${messageOf(error)}`, ...stage.log()].join('\n'), {
      cause: error,
    });
  } finally {
    stage.close();
  }
}

type At = (line: number) => void;

class Stage {
  readonly #world: XmppWorld;
  readonly #transport: XmppTransport;
  readonly #players = new Map<string, Player>();
  readonly #passwords = new Map<string, string>();
  readonly #captures: Captures;
  #last: Player | null = null;

  constructor(world: XmppWorld, transport: XmppTransport) {
    this.#world = world;
    this.#transport = transport;
    this.#captures = new Map(Object.entries({ domain: world.domain, ...world.captures }));
  }

  async play(step: XmppStep, at: At): Promise<void> {
    if (step.kind === 'fixture') return this.#fixture(step);
    if (step.kind === 'actor') return this.#enter(step.actor);
    if (step.actor === 'everybody') {
      const verb = step.kind === 'verb' ? step.verb : null;
      if (verb !== 'forgets' && verb !== 'receives nothing' && verb !== 'connects')
        throw new XmppTranscriptError("everybody 'connects', 'forgets' or 'receives nothing'");
      for (const player of this.#players.values())
        if (verb === 'connects' || player.isConnected) await this.#verb(player, verb);
      return;
    }
    const player = this.#players.get(step.actor);
    if (player === undefined) throw new XmppTranscriptError(`${step.actor} comes only later`);
    this.#last = player;
    if (step.kind === 'verb') return this.#verb(player, step.verb);
    if (!player.isConnected) throw new XmppTranscriptError(`${step.actor} is not connected`);
    switch (step.kind) {
      case 'silence':
        await this.#settle(player);
        return player.actor.silence(step.ms);
      case 'raw':
        note(player, '>', step.text);
        return player.actor.sendRaw(fill(step.text, this.#captures, false));
      case 'send':
        return this.#send(player, step.pieces, at);
      case 'receive':
        return this.#receive(player, step.pieces, at);
      case 'receiveAnyOrder':
        return this.#receiveAnyOrder(player, step.pieces);
      case 'find':
        return this.#find(player, step.pieces, at);
      case 'offered':
        return this.#offered(player, step.pieces);
    }
  }

  /** Nobody may have heard more than the transcript says. */
  async finish(): Promise<void> {
    const there = [...this.#players.values()].filter(({ isConnected }) => isConnected);
    // Twice: what the last one said may be on its way to the first.
    for (const player of [...there, ...there]) await this.#barrier(player);
    for (const player of there) {
      const { line, actor } = player;
      const [first] = actor.unread;
      if (first === undefined) continue;
      this.#last = player;
      throw new Error(`${line.name} heard more than the transcript says:\n${showElement(first.element)}`);
    }
  }

  log(): readonly string[] {
    const { line, log = [] } = this.#last ?? {};
    return log.length === 0 ? [] : [`what ${line?.name} said (>) and heard (<) last:`, ...log];
  }

  close(): void {
    for (const { actor } of this.#players.values()) actor.cut();
  }

  async #fixture({ name, args }: Extract<XmppStep, { kind: 'fixture' }>): Promise<void> {
    const fixture = this.#world.fixtures?.[name];
    if (fixture === undefined) throw new XmppTranscriptError(`there is no fixture '${name}'`);
    const learnt = await fixture(args.map((word) => fill(word, this.#captures, false)));
    for (const [key, value] of Object.entries(learnt ?? {})) this.#captures.set(key, value);
  }

  async #enter(line: ActorLine): Promise<void> {
    const [bare = '', resource] = fill(line.address, this.#captures, false).split(/\/(.*)/s);
    const [local = '', domain = this.#world.domain] = line.kind === 'server' ? [] : bare.split('@');
    const head = line.kind === 'server' ? { ns: serverNs, from: bare, more: `xmlns:db='${dialbackNs}'` } : {};
    const actor = new XmppActor({ ...this.#door(line), domain, head });
    let login: XmppLogin | null = null;
    if (line.kind === 'client') {
      const password = await this.#password(local, domain);
      login = { username: local, password, ...mechanismOf(line), ...(resource ? { resource } : {}) };
      this.#captures.set(`${line.name}.bare`, `${local}@${domain}`);
      this.#captures.set(line.name, `${local}@${domain}${resource === undefined ? '' : `/${resource}`}`);
    }
    this.#players.set(line.name, { line, actor, login, isConnected: false, log: [] });
  }

  async #password(local: string, domain: string): Promise<string> {
    const known = this.#passwords.get(`${local}@${domain}`);
    if (known !== undefined) return known;
    const password = await this.#world.addMember(local, domain);
    this.#passwords.set(`${local}@${domain}`, password);
    return password;
  }

  #door(line: ActorLine): Omit<XmppActorOptions, 'domain'> {
    const { name, kind, options } = line;
    const { ports, authority, websocketPath, patienceMs, domain } = this.#world;
    const direct = options.includes('direct tls');
    const transport = kind === 'server' ? 'tcp' : direct ? 'tls' : this.#transport;
    const which = kind === 'server' ? 'server' : transport;
    const port = ports[which];
    if (port === undefined) throw new XmppTranscriptError(`${name} needs a door for ${which}`);
    const isSecure =
      transport === 'tls' || (transport === 'tcp' && kind === 'client' && !options.includes('no tls'));
    return {
      transport,
      port,
      acksByHand: options.includes('acks by hand'),
      startTls: isSecure && authority !== undefined,
      ...(authority === undefined || transport === 'websocket'
        ? {}
        : { tls: { ca: authority, servername: domain, ...this.#presented(line) } }),
      ...(websocketPath === undefined ? {} : { path: websocketPath }),
      ...(patienceMs === undefined ? {} : { patienceMs }),
    };
  }

  /** `with certificate`, `with certificate of other.example`. */
  #presented({ name, address, options }: ActorLine): { readonly cert?: string; readonly key?: string } {
    const option = options.find((each) => each.startsWith('certificate'));
    if (option === undefined) return {};
    const { certificate } = this.#world;
    if (certificate === undefined) throw new XmppTranscriptError(`${name} needs a world with certificates`);
    return certificate(option.replace(/^certificate(?: of )?/, '') || address);
  }

  async #verb(player: Player, verb: Verb): Promise<void> {
    await this.#does(player, verb);
    this.#captures.set(`${player.line.name}.stream`, player.actor.streamId);
  }

  async #does(player: Player, verb: Verb): Promise<void> {
    const { actor, line } = player;
    note(player, '-', verb);
    if (verb === 'connects') return this.#connect(player);
    if (verb === 'resumes') {
      await actor.resume(loginOf(player));
      player.isConnected = true;
      return;
    }
    if (!player.isConnected) throw new XmppTranscriptError(`${line.name} is not connected`);
    switch (verb) {
      case 'opens a stream':
        return actor.restart();
      case 'starts TLS':
        return actor.startTls();
      case 'authenticates':
        return actor.authenticate(loginOf(player));
      case 'receives nothing':
      case 'forgets':
        if (actor.jid === '')
          throw new XmppTranscriptError(
            `${line.name} has no session for a ping: say 'receives nothing for 200 ms'`,
          );
        await this.#settle(player);
        return verb === 'forgets' ? actor.forget() : actor.receivesNothing();
      case 'becomes active':
      case 'becomes inactive':
        return actor.setActive(verb === 'becomes active');
      case 'is cut':
        actor.cut();
        break;
      case 'disconnects':
        await actor.disconnect();
        break;
      case 'is disconnected':
        await actor.ended();
        actor.cut();
        break;
    }
    player.isConnected = false;
    const [left] = actor.unread;
    if (verb !== 'is cut' && left !== undefined)
      throw new Error(`${line.name} heard more before the end:\n${showElement(left.element)}`);
  }

  async #connect(player: Player): Promise<void> {
    const { actor, line, login } = player;
    if (player.isConnected) throw new XmppTranscriptError(`${line.name} is connected already`);
    player.isConnected = true;
    if (login === null) return actor.open();
    const jid = await actor.login(login);
    this.#captures.set(line.name, jid);
    const has = (option: string) => line.options.includes(option);
    if (has('acks')) await actor.enableAcks();
    if (has('carbons')) await actor.enableCarbons();
    if (!has('available')) return;
    await actor.send('<presence/>');
    await actor.forget();
  }

  /** What the others have said is done before somebody hears nothing. */
  async #settle(listener: Player): Promise<void> {
    for (const player of this.#players.values())
      if (player !== listener && player.isConnected) await this.#barrier(player);
  }

  /** Who is not logged in is not pinged for. */
  async #barrier({ actor }: Player): Promise<void> {
    if (actor.jid !== '') await actor.barrier();
  }

  async #send(player: Player, pieces: readonly Piece[], at: At): Promise<void> {
    for (const { text, line } of pieces) {
      at(line);
      const filled = fill(text, this.#captures, true);
      note(player, '>', filled);
      await player.actor.send(filled);
    }
  }

  async #receive(player: Player, pieces: readonly Piece[], at: At): Promise<void> {
    for (const { text, line } of pieces) {
      at(line);
      const came = await this.#hear(player, text);
      const difference = matchElement(this.#template(player, text), came, this.#captures);
      if (difference !== null) throw this.#mismatch(player, difference, [text], came);
    }
  }

  async #receiveAnyOrder(player: Player, pieces: readonly Piece[]): Promise<void> {
    const open = pieces.map(({ text }) => text).sort((a, b) => holesIn(a) - holesIn(b));
    while (open.length > 0) {
      const came = await this.#hear(player, open.join('\nor\n'));
      const differences = open.map((text) =>
        matchElement(this.#template(player, text), came, this.#captures),
      );
      const index = differences.indexOf(null);
      if (index === -1) throw this.#mismatch(player, differences.join('\nand '), open, came);
      open.splice(index, 1);
    }
  }

  async #find(player: Player, pieces: readonly Piece[], at: At): Promise<void> {
    for (const { text, line } of pieces) {
      at(line);
      const template = this.#template(player, text);
      const isIt = (came: Element) => matchElement(template, came, this.#captures) === null;
      const came = await wanting(text, () => player.actor.find(isIt));
      note(player, '<', showElement(came));
    }
  }

  /** The features of the stream hold these, among others. */
  #offered(player: Player, pieces: readonly Piece[]): void {
    const { features } = player.actor;
    for (const { text } of pieces) {
      const template = this.#template(player, text);
      const there = childOf(features, template.name, template.ns);
      const difference =
        there === undefined ? `<${template.name}> is missing` : matchElement(template, there, this.#captures);
      if (difference !== null) throw this.#mismatch(player, difference, [text], features);
    }
  }

  async #hear(player: Player, text: string): Promise<Element> {
    const came = await wanting(text, () => player.actor.receive());
    note(player, '<', showElement(came));
    return came;
  }

  #template({ line }: Player, text: string): Element {
    return parseElement(text, scopeOf(line.kind === 'server' ? serverNs : clientNs));
  }

  #mismatch({ line }: Player, difference: string, wanted: readonly string[], came: Element): Error {
    const known = wanted.map((text) =>
      text.replace(/\{([a-z][a-z0-9.-]*)\}/g, (all, name) => this.#captures.get(name) ?? all),
    );
    return new Error(
      `${line.name}: ${difference}\nexpected:\n${known.join('\nor\n')}\nbut came:\n${showElement(came)}`,
    );
  }
}

function mechanismOf({ options }: ActorLine): { readonly mechanism?: SaslMechanism } {
  const names: Readonly<Record<string, SaslMechanism>> = {
    plain: 'PLAIN',
    'scram-sha-1': 'SCRAM-SHA-1',
    'scram-sha-256': 'SCRAM-SHA-256',
  };
  const mechanism = options.map((option) => names[option]).find((name) => name !== undefined);
  return mechanism === undefined ? {} : { mechanism };
}

function loginOf({ line, login }: Player): XmppLogin {
  if (login === null) throw new XmppTranscriptError(`${line.name} has no account`);
  return login;
}

function note({ log }: Player, mark: string, text: string): void {
  log.push(`  ${mark} ${text.replaceAll('\n', '\n    ')}`);
  if (log.length > logLinesMax) log.shift();
}

async function wanting(text: string, hear: () => Promise<Element>): Promise<Element> {
  try {
    return await hear();
  } catch (error) {
    throw new Error(`${messageOf(error)}\nexpected:\n${text}`, { cause: error });
  }
}
