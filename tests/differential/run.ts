import { type Answer, Client, type Known, type Piece } from './client.ts';
import { type Facts, factsOf } from './facts.ts';
import type { Sample } from './messages.ts';
import { dice } from './random.ts';
import { nextStep, type Situation, type Step } from './script.ts';

export interface Server {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** One thing that two servers say in two ways. */
export interface Difference {
  readonly command: string;
  readonly verb: string;
  /** The session has a mailbox open for reading only. */
  readonly readOnly: boolean;
  /** Of the fact: `status`, `fetch 3 ENVELOPE`, `known 2 flags` … */
  readonly what: string;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
  readonly history: readonly string[];
}

export interface Outcome {
  readonly commands: number;
  readonly differences: readonly Difference[];
}

export interface RunOptions {
  readonly seed: number;
  readonly commands: number;
  readonly sessions: number;
  /** Messages to upload beside made ones. */
  readonly samples: readonly Sample[];
}

/**
 * Speaks the same seeded script to both servers, with a new member each round, and gathers every difference. A round
 * ends early where the mailboxes came apart: what follows would only say so again.
 */
export async function runScript(
  member: (round: number) => Promise<readonly [ours: Server, theirs: Server]>,
  options: RunOptions,
): Promise<Outcome> {
  const differences: Difference[] = [];
  let commands = 0;
  for (let round = 0; commands < options.commands; round++) {
    const [ours, theirs] = await member(round);
    const pairs: Pair[] = [];
    try {
      for (let index = 0; index < options.sessions; index++) pairs.push(await Pair.open(index, ours, theirs));
      for (const name of givenMailboxes) await pairs[0]?.theirs.command([`CREATE ${name}`]);
      for (const name of ['INBOX', ...givenMailboxes]) await pairs[0]?.theirs.command([`SUBSCRIBE ${name}`]);
      const run = new Run(pairs, options.seed + round, options.samples);
      await run.all(Math.min(roundCommands, options.commands - commands));
      commands += run.commands;
      differences.push(...run.differences);
    } finally {
      for (const pair of pairs) await pair.close();
    }
  }
  return { commands, differences };
}

const roundCommands = 200;
/** Every member has them from the first day here; Dovecot makes them when they are first used. */
const givenMailboxes = ['Archive', 'Drafts', 'Junk', 'Sent', 'Trash'];

/** One session on both servers. */
class Pair {
  readonly index: number;
  readonly ours: Client;
  readonly theirs: Client;
  selected: string | null = null;
  readOnly = false;
  /** Another session has changed something that this one has not asked for yet. */
  stale = false;
  /** QRESYNC is on: what is gone is told by uid, so every uid must be known. */
  resync = false;

  private constructor(index: number, ours: Client, theirs: Client) {
    this.index = index;
    this.ours = ours;
    this.theirs = theirs;
  }

  static async open(index: number, ours: Server, theirs: Server): Promise<Pair> {
    const connect = ({ port, user, password }: Server) => Client.open(port, user, password);
    return new Pair(index, await connect(ours), await connect(theirs));
  }

  async close(): Promise<void> {
    await this.ours.close();
    await this.theirs.close();
  }
}

const changing = /APPEND|STORE|COPY|MOVE|EXPUNGE|CLOSE|FETCH|RENAME/;

/** Compares what both say of each message, one member and one mailbox for all. */
export async function compareMessages(
  ours: Server,
  theirs: Server,
  samples: readonly Sample[],
): Promise<Difference[]> {
  const pair = await Pair.open(0, ours, theirs);
  const differences: Difference[] = [];
  try {
    await both(pair, ['SELECT INBOX']);
    for (const [index, { name, bytes }] of samples.entries()) {
      await both(pair, ['APPEND INBOX (\\Seen) " 5-Jan-2026 12:30:00 +0000" ', bytes, '']);
      for (const items of messageItems) {
        const step: Step = { verb: 'FETCH', pieces: [`FETCH ${index + 1} (${items})`] };
        const [a, b] = await both(pair, step.pieces);
        const [mine, other] = [factsOf(step, a), factsOf(step, b)];
        for (const what of new Set([...mine.keys(), ...other.keys()])) {
          const [x, y] = [mine.get(what), other.get(what)];
          if (x !== y) {
            differences.push({
              command: `${name}: ${items}`,
              verb: 'FETCH',
              readOnly: false,
              what,
              ours: x,
              theirs: y,
              history: [],
            });
          }
        }
      }
    }
  } finally {
    await pair.close();
  }
  return differences;
}

/** Compares what both say to each command, one member with these messages in one mailbox for all. */
export async function compareCommands(
  ours: Server,
  theirs: Server,
  samples: readonly Sample[],
  commands: readonly string[],
): Promise<Difference[]> {
  const pair = await Pair.open(0, ours, theirs);
  const differences: Difference[] = [];
  try {
    await both(pair, ['SELECT INBOX']);
    for (const { bytes } of samples) await both(pair, [`APPEND INBOX ${arrivalOf(bytes)} `, bytes, '']);
    await both(pair, ['NOOP']);
    for (const command of commands) {
      const words = command.split(' ');
      const verb = words[0] === 'UID' ? words.slice(0, 2).join(' ') : (words[0] ?? '');
      const step: Step = { verb, pieces: [command] };
      const [a, b] = await both(pair, step.pieces);
      const [mine, other] = [factsOf(step, a), factsOf(step, b)];
      for (const what of new Set([...mine.keys(), ...other.keys()])) {
        const [x, y] = [mine.get(what), other.get(what)];
        if (x === y) continue;
        differences.push({ command, verb, readOnly: false, what, ours: x, theirs: y, history: [] });
      }
    }
  } finally {
    await pair.close();
  }
  return differences;
}

/** An internal date that the same message always gets. */
function arrivalOf(bytes: Buffer): string {
  return `"${String(1 + (bytes.length % 28)).padStart(2, '0')}-Jan-2026 12:00:00 +0000"`;
}

function both(pair: Pair, pieces: readonly Piece[]): Promise<[Answer, Answer]> {
  return Promise.all([pair.ours.command(pieces), pair.theirs.command(pieces)]);
}

const messageItems = [
  'RFC822.SIZE INTERNALDATE',
  'ENVELOPE',
  'BODYSTRUCTURE',
  'BODY[HEADER] BODY[TEXT]',
  'BODY[HEADER.FIELDS (Subject To Content-Type Received)]',
  ...['1', '2', '1.1', '2.1', '1.2'].flatMap((part) => [
    `BODY[${part}]`,
    `BODY[${part}.MIME]`,
    `BODY[${part}.HEADER]`,
    `BODY[${part}.TEXT]`,
    `BINARY[${part}]`,
    `BINARY.SIZE[${part}]`,
  ]),
];

class Run {
  commands = 0;
  readonly differences: Difference[] = [];
  readonly #pairs: readonly Pair[];
  readonly #dice: ReturnType<typeof dice>;
  readonly #samples: readonly Sample[];
  readonly #history: string[] = [];
  #apart = false;
  readonly #exists = new Set(['INBOX', ...givenMailboxes]);

  constructor(pairs: readonly Pair[], seed: number, samples: readonly Sample[]) {
    this.#samples = samples;
    this.#pairs = pairs;
    this.#dice = dice(seed);
  }

  async all(most: number): Promise<void> {
    while (this.commands < most && !this.#apart) {
      const pair = this.#dice.pick(this.#pairs);
      if (this.#dice.chance(3)) await this.#idle(pair);
      else await this.#step(pair, nextStep(this.#dice, this.#situation(pair), this.#samples));
    }
    for (const pair of this.#pairs) await this.#sync(pair);
  }

  #situation(pair: Pair): Situation {
    const busy = this.#pairs.map(({ selected }) => selected).filter((name) => name !== null);
    const { selected, readOnly } = pair;
    const count = pair.theirs.known.length;
    return { selected, readOnly, count, busy: new Set(busy), exists: this.#exists, resync: pair.resync };
  }

  async #step(pair: Pair, step: Step): Promise<void> {
    this.commands++;
    const compares = step.pieces.some((piece) => typeof piece === 'string' && /\$(MODSEQ|LATER)/.test(piece));
    if (compares && pair.selected !== null && (pair.ours.modseq === 1 || this.#dice.chance(30)))
      await this.#mark(pair);
    if (step.selects !== undefined || /CLOSE|UNSELECT/.test(step.verb)) {
      if (pair.resync && pair.selected !== null && this.#dice.chance(70)) await this.#remember(pair);
      this.#forget(pair);
    }
    const [ours, theirs] = await Promise.all([
      pair.ours.command(step.pieces),
      pair.theirs.command(step.pieces),
    ]);
    const command = this.#note(pair, step, theirs.text);
    if (ours.status === 'BYE' || theirs.status === 'BYE') {
      throw new Error(`hung up: ${command}\nours: ${ours.text}\ntheirs: ${theirs.text}`);
    }
    if (theirs.status === 'OK' && step.verb === 'ENABLE' && /QRESYNC/i.test(String(step.pieces[0]))) {
      pair.resync = pair.ours.resync = pair.theirs.resync = true;
    }
    if (step.selects !== undefined) {
      pair.readOnly = step.verb === 'EXAMINE';
      pair.selected = theirs.status === 'OK' ? step.selects : theirs.status === 'NO' ? null : pair.selected;
    } else if (/^(CLOSE|UNSELECT)$/.test(step.verb) && theirs.status === 'OK') pair.selected = null;
    if (!pair.stale || step.selects !== undefined) {
      if (step.selects !== undefined) pair.stale = false;
      this.#compare(command, step.verb, factsOf(step, ours), factsOf(step, theirs));
    }
    const silent = step.pieces.some((piece) => typeof piece === 'string' && /FLAGS\.SILENT/i.test(piece));
    // What a silent STORE changed the client was not told.
    if (silent) for (const each of [...pair.ours.known, ...pair.theirs.known]) delete each.flags;
    if (theirs.status === 'OK') this.#rename(step);
    if (changing.test(step.verb)) await this.#others(pair);
    else if (pair.resync && step.selects !== undefined) await this.#sync(pair);
  }

  async #remember(pair: Pair): Promise<void> {
    await this.#sync(pair);
    const name = pair.selected ?? '';
    await Promise.all([pair.ours.remember(name), pair.theirs.remember(name)]);
  }

  async #mark(pair: Pair): Promise<void> {
    await this.#sync(pair);
    await Promise.all([pair.ours.mark(pair.selected ?? ''), pair.theirs.mark(pair.selected ?? '')]);
  }

  #rename({ makes, unmakes }: Step): void {
    if (unmakes !== undefined) this.#exists.delete(unmakes);
    if (makes !== undefined) this.#exists.add(makes);
    if (unmakes === undefined || makes === undefined) return;
    for (const name of [...this.#exists].filter((each) => each.startsWith(`${unmakes}/`))) {
      this.#exists.delete(name);
      this.#exists.add(makes + name.slice(unmakes.length));
    }
  }

  /** What one session changed the others hear soon, but not always before their next command. */
  async #others(pair: Pair): Promise<void> {
    for (const each of this.#pairs) {
      if (each.selected === null) continue;
      if (each !== pair) each.stale = true;
      if (each === pair || each.resync || this.#dice.chance(85)) await this.#sync(each);
    }
  }

  async #sync(pair: Pair): Promise<void> {
    if (pair.selected === null) return;
    const noop: Step = { verb: 'NOOP', pieces: ['NOOP'] };
    const [ours, theirs] = await Promise.all([
      pair.ours.command(noop.pieces),
      pair.theirs.command(noop.pieces),
    ]);
    pair.stale = false;
    if (pair.resync) await this.#learnAll(pair);
    const command = this.#history.at(-1) ?? '';
    this.#compare(command, 'NOOP', factsOf(noop, ours), factsOf(noop, theirs));
    this.#compare(command, 'known', known(pair.ours), known(pair.theirs));
  }

  async #learnAll(pair: Pair): Promise<void> {
    const knows = (client: Client) =>
      client.known.every(({ uid, flags }) => uid !== undefined && flags !== undefined);
    await Promise.all(
      [pair.ours, pair.theirs].map(async (client) => {
        if (!knows(client)) await client.command(['FETCH 1:* (UID FLAGS)']);
      }),
    );
  }

  /** One session sleeps while another works. */
  async #idle(pair: Pair): Promise<void> {
    const other = this.#pairs.find((each) => each !== pair);
    if (pair.selected === null || other === undefined) return;
    await this.#sync(pair);
    const ends = await Promise.all([pair.ours.idle(), pair.theirs.idle()]);
    const step = nextStep(this.#dice, this.#situation(other), this.#samples);
    const selected = pair.selected;
    // Nobody asks the sleeping session anything.
    pair.selected = null;
    await this.#step(other, step);
    const [ours, theirs] = await Promise.all(ends.map((end) => end()));
    pair.selected = selected;
    this.#compare(
      'IDLE',
      'IDLE',
      new Map([['status', ours?.status ?? '']]),
      new Map([['status', theirs?.status ?? '']]),
    );
    await this.#sync(pair);
  }

  #forget(pair: Pair): void {
    for (const client of [pair.ours, pair.theirs]) {
      client.known = [];
      client.modseq = 1;
    }
  }

  #note(pair: Pair, step: Step, answer: string): string {
    const text = step.pieces
      .map((piece) => (typeof piece === 'string' ? piece : `{${piece.length}}`))
      .join('');
    const line = `${pair.index}[${pair.selected ?? ''}]${pair.readOnly ? ' (read-only)' : ''}: ${text}`;
    this.#history.push(`${line} -> ${answer.slice(0, 60)}`);
    return line;
  }

  #compare(command: string, verb: string, ours: Facts, theirs: Facts): void {
    const readOnly = command.includes('(read-only)');
    for (const what of new Set([...ours.keys(), ...theirs.keys()])) {
      const [a, b] = [ours.get(what), theirs.get(what)];
      // A server may tell more than it was asked for: only what both told is compared there.
      if (verb === 'known' && what.endsWith('uid') && a !== '?' && b !== '?' && a !== b) this.#apart = true;
      if (what === 'known count' && a !== b) this.#apart = true;
      if (a === b || (verb === 'known' && (a === '?' || b === '?'))) continue;
      this.differences.push({
        command,
        verb,
        readOnly,
        what,
        ours: a,
        theirs: b,
        history: this.#history.slice(-8),
      });
    }
    for (const pair of this.#pairs) {
      for (const fault of [...pair.ours.faults.splice(0), ...pair.theirs.faults.splice(0)]) {
        this.differences.push({
          command,
          verb,
          readOnly,
          what: 'fault',
          ours: fault,
          theirs: '',
          history: this.#history.slice(-8),
        });
      }
    }
  }
}

/** What the client knows, where both were told. */
function known(client: Client): Facts {
  const facts = new Map<string, string>([['known count', String(client.known.length)]]);
  client.known.forEach((message: Known, index) => {
    facts.set(`known ${index + 1} uid`, message.uid ?? '?');
    facts.set(`known ${index + 1} flags`, message.flags ?? '?');
  });
  return facts;
}
