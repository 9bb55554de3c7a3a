import { StoreError, systemClock } from '../../src/base/index.ts';
import { uploadService } from '../../src/chat/index.ts';
import { writeElement } from '../../src/formats/stanza/index.ts';
import type { TestChat } from '../../src/testing/index.ts';
import {
  memoryCards,
  memoryResolver,
  openTestChat,
  testAuthority,
  XmppActor,
} from '../../src/testing/index.ts';
import { type Dice, dice as rolled } from '../differential/random.ts';
import { type Corpus, clientNs, readCorpus } from './corpus.ts';
import { Grammar, type Names } from './grammar.ts';
import { Judge } from './judge.ts';
import { Member, Peer, type Person, type PersonParts } from './person.ts';

const foreign = 'evil.test';
const learntMax = 200;
/** Only a server that says nothing any more takes so long. */
const patienceMs = 60_000;

export interface FuzzReport {
  readonly faults: readonly string[];
  readonly heard: number;
  readonly answers: number;
}

/** So many rounds of what `seed` says; answers what was wrong. */
export async function runFuzz(seed: number, rounds: number, isFull = false): Promise<FuzzReport> {
  const authority = testAuthority({ nowMs: systemClock.nowMs() });
  const chat = await openTestChat({
    cards: memoryCards(),
    settings: {
      registration: 'invite',
      turn: { host: 'turn.example', port: 3478, tlsPort: null, secret: 's', ttl: 1_000 },
    },
    services: ({ registrations }) => [
      (server, domain) =>
        uploadService(server, domain, {
          fileBytesMax: () => 1_000_000,
          room: async () => 1_000_000,
          open: (account, slot) => registrations.uploads.open(account, slot),
          address: (token, name) => `https://coop.localhost/upload/${token}/${encodeURIComponent(name)}`,
        }),
    ],
    federation: { resolver: memoryResolver(), authority },
  });
  try {
    const world = new World(chat, rolled(seed), isFull);
    const { chain: cert, key } = authority.issue([foreign]);
    await world.open({ cert, key });
    if (isFull) fill(chat, rolled(seed));
    for (let round = 0; round < rounds; round++) await world.round();
    await world.close();
    const { faults, heard, answers } = world.judge;
    return { faults, heard, answers };
  } finally {
    await chat.close();
  }
}

const more: ReadonlySet<string> = new Set(['append', 'purgeItems', 'remove', 'privateXml', 'setPrivateXml']);

/** From now on the disk is full now and then. */
function fill({ store }: TestChat, dice: Dice): void {
  for (const part of [store.archive, store.nodes, store.rooms, store.roster]) {
    const methods = part as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const [name, act] of Object.entries(methods)) {
      if (typeof act !== 'function' || (act.constructor.name !== 'AsyncFunction' && !more.has(name)))
        continue;
      methods[name] = (...args) =>
        dice.chance(8)
          ? Promise.reject(new StoreError('no-space', 'the disk is full'))
          : act.apply(part, args);
    }
  }
}

class World {
  readonly judge: Judge;
  readonly #chat: TestChat;
  readonly #dice: Dice;
  readonly #corpus: Corpus;
  readonly #grammar: Grammar;
  readonly #learnt: string[] = [];
  readonly #members: Member[] = [];
  #peer: Peer | null = null;
  readonly #isFull: boolean;
  #logged = 0;

  constructor(chat: TestChat, dice: Dice, isFull: boolean) {
    this.#isFull = isFull;
    this.#chat = chat;
    this.#dice = dice;
    this.#corpus = readCorpus();
    this.#grammar = new Grammar(dice, this.#corpus);
    const members = ['alice', 'bob', 'carol'].map((local) => `${local}@${chat.domain}`);
    this.judge = new Judge({ domain: chat.domain, members, foreign });
  }

  get #people(): readonly Person[] {
    return this.#peer === null ? this.#members : [...this.#members, this.#peer];
  }

  async open(certificate: { readonly cert: string; readonly key: string }): Promise<void> {
    const { ports, domain, serverPort } = this.#chat;
    for (const local of ['alice', 'bob', 'carol']) await this.#chat.addMember(local);
    await this.#chat.befriend('alice', 'bob');
    const parts: PersonParts = {
      ...{ dice: this.#dice, grammar: this.#grammar, judge: this.judge, chat: this.#chat },
      names: () => this.#names(),
      learn: (text) => this.#learn(text),
    };
    const tls = { rejectUnauthorized: false };
    this.#members.push(
      new Member('phone', 'alice', { domain, transport: 'tcp', port: ports.plain, patienceMs }, parts),
      new Member('laptop', 'alice', { domain, transport: 'websocket', port: ports.ws, patienceMs }, parts),
      new Member('bob', 'bob', { domain, transport: 'tls', port: ports.direct, tls, patienceMs }, parts),
      new Member('carol', 'carol', { domain, transport: 'tcp', port: ports.plain, patienceMs }, parts),
    );
    const head = { ns: 'jabber:server', from: foreign, more: "xmlns:db='jabber:server:dialback'" };
    const there = { domain, transport: 'tcp', port: serverPort, startTls: false, head, patienceMs } as const;
    this.#peer = new Peer(foreign, { ...there, tls: { ...tls, ...certificate } }, parts);
    for (const person of this.#people) await person.arrive();
  }

  #names(): Names {
    const { domain } = this.#chat;
    const members = ['alice', 'bob', 'carol'].map((local) => `${local}@${domain}`);
    const rooms = ['den', 'hall'].map((room) => `${room}@rooms.${domain}`);
    const addresses = [
      ...members,
      ...members,
      ...this.#members.map(({ jid }) => jid),
      ...rooms,
      ...rooms.flatMap((room) => [`${room}/ada`, `${room}/bea`, `${room}/cid`]),
      ...[domain, `rooms.${domain}`, `upload.${domain}`, foreign, `ana@${foreign}`, `ben@${foreign}/there`],
      ...[
        `nobody@${domain}`,
        `${domain}/x`,
        `alice@${domain}/nowhere`,
        `ALICE@${domain.toUpperCase()}`,
        'x@nowhere.test',
      ],
    ];
    return { domain, addresses, learnt: this.#learnt };
  }

  #learn(text: string): void {
    for (const [, said = ''] of text.matchAll(
      /(?: (?:id|sessionid|node|var|ver|nick)=|<(?:first|last)[^>]*>)['"]?([\w:#./+-]{2,60})/g,
    )) {
      if (said.startsWith('fz-') || said.startsWith('barrier') || said.startsWith('ping-')) continue;
      this.#learnt.push(said);
      if (this.#learnt.length > learntMax) this.#learnt.shift();
    }
  }

  /** Some say something, at once; all hear what comes of it. */
  async round(): Promise<void> {
    const dice = this.#dice;
    const speakers = Array.from({ length: 1 + dice.below(4) }, () => dice.pick(this.#people));
    for (const person of speakers) if (!person.isThere) await person.arrive();
    await Promise.all(speakers.map((person) => this.#speak(person)));
    if (dice.chance(25)) await this.#scene();
    if (dice.chance(10)) await this.#stranger();
    await this.#settled();
    this.judge.roundEnds();
    this.#readLog();
  }

  async #speak(person: Person): Promise<void> {
    const dice = this.#dice;
    if (!person.isThere) return;
    if (person instanceof Member && dice.chance(6)) return person.sayOther();
    if (person instanceof Member && dice.chance(3)) return person.breakOff();
    await person.say();
  }

  /** What a transcript tells, with other people in it. */
  async #scene(): Promise<void> {
    const dice = this.#dice;
    const lines = dice.pick(this.#corpus.scenes);
    const known = new Map<string, string>();
    const cast = new Map<string, Person>();
    for (const { actor } of lines) {
      if (cast.has(actor)) continue;
      const person = dice.pick(this.#people);
      if (!person.isThere) await person.arrive();
      cast.set(actor, person);
      known.set(actor, person.jid).set(`${actor}.bare`, person.account);
    }
    for (const { actor, stanza } of lines) {
      const person = cast.get(actor);
      if (!person?.isThere) return;
      await person.say(this.#grammar.line(stanza, this.#names(), known));
      if (dice.chance(30)) await this.#settled();
    }
  }

  async #settled(): Promise<void> {
    // What is asked of clients is answered by them when they are looked at, and so on.
    for (let turn = 0; turn < 2; turn++) for (const person of this.#people) await person.settle();
  }

  /** Somebody who never signs in. */
  async #stranger(): Promise<void> {
    const { ports, domain } = this.#chat;
    const isWeb = this.#dice.chance(50);
    const transport = isWeb ? 'websocket' : 'tcp';
    const actor = new XmppActor({ domain, transport, port: isWeb ? ports.ws : ports.plain, patienceMs });
    await actor.open();
    for (let count = this.#dice.below(4); count >= 0; count--) {
      const of = this.#dice.chance(60)
        ? this.#grammar.other(this.#names())
        : this.#grammar.stanza(this.#names());
      await actor.send(writeElement(of, clientNs)).catch(() => undefined);
    }
    await actor.wire.end().catch(() => undefined);
    await actor
      .ended()
      .catch((error: unknown) => this.judge.fault('a stranger is not let go', String(error)));
    const stranger = { account: 'nobody', jid: 'nobody', name: 'nobody' };
    for (const { element, text } of actor.unread)
      if (element.name !== 'iq' || element.attributes.type === 'set')
        this.judge.hears(stranger, element, text);
    actor.cut();
  }

  /** Faults of the server are faults here. */
  #readLog(): void {
    const { logged } = this.#chat;
    for (; this.#logged < logged.length; this.#logged++) {
      const line = logged[this.#logged] ?? '';
      if (!this.#isFull && /"level":(?:"(?:error|fatal|warn)"|[456]0)/.test(line))
        this.judge.fault('logged', line);
    }
  }

  async close(): Promise<void> {
    const { chat } = this.#chat.server;
    // Those that wait to be resumed: nobody comes, and what they were asked is answered for them (XEP-0198 §4).
    const forsaken = async () => {
      for (const session of [...chat.homes.sessions()]) if (session.stream === null) session.close();
      await chat.commits.settled();
    };
    await forsaken();
    for (let turn = 0; turn < 200 && this.judge.unanswered().length > 0; turn++) await this.#settled();
    this.judge.end();
    for (const member of this.#members) await member.goodbye();
    this.#peer?.leave();
    await forsaken();
    this.#readLog();
    if (chat.homes.sessionCount !== 0) this.judge.fault('sessions are left', String(chat.homes.sessionCount));
  }
}
