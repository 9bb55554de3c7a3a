import { member, password } from '../../../tests/harness/index.ts';
import { Connection, type Door } from './connection.ts';
import { arrivalOf, message, shortMessage } from './messages.ts';

/** What the client's process is told of a server. */
export interface Target {
  readonly name: string;
  readonly plain: Door;
  readonly tls: Door;
}

export interface Measure {
  /** Milliseconds of one, or how many a second, as the row's unit says. */
  readonly value: number;
  /** How many were done; what they cost in processor time is divided by it. */
  readonly count: number;
  /** What every server must answer alike: the number of messages found, say. */
  readonly found?: string;
}

const batchMessages = 100;

/** One server as the rows see it: sessions that stay open, and mailboxes filled once. */
export class Place {
  readonly name: string;
  target: Target;
  readonly #sessions = new Map<string, Promise<Connection>>();
  readonly #filled = new Map<string, Promise<void>>();
  readonly #numbers = new Map<string, number>();
  #capabilities: Promise<string> | null = null;

  constructor(target: Target) {
    this.target = target;
    this.name = target.name;
  }

  /** A new session of a member. */
  async open(user: string, tls = false): Promise<Connection> {
    const connection = await Connection.open(tls ? this.target.tls : this.target.plain);
    await connection.command(login(user));
    return connection;
  }

  /** A session that is kept; `key` tells apart several of one member. */
  session(user: string, key = ''): Promise<Connection> {
    const name = `${user} ${key}`;
    let found = this.#sessions.get(name);
    if (!found) {
      found = this.open(user);
      this.#sessions.set(name, found);
    }
    return found;
  }

  capabilities(): Promise<string> {
    this.#capabilities ??= this.session('clear').then((session) => session.ask('CAPABILITY'));
    return this.#capabilities;
  }

  /** Whether every word of `needs` is a capability, or the beginning of one. */
  async can(needs: string): Promise<boolean> {
    const words = (await this.capabilities()).split(/\s+/);
    return needs
      .split(' ')
      .filter(Boolean)
      .every((need) => words.some((word) => word.startsWith(need)));
  }

  /** 0, 1, 2 … of this server and key, over all rounds. */
  next(key: string): number {
    const number = this.#numbers.get(key) ?? 0;
    this.#numbers.set(key, number + 1);
    return number;
  }

  /** Fills a mailbox once, the same messages on every server. */
  fill(user: string, mailbox: string, count: number, make = message): Promise<void> {
    const key = `${user} ${mailbox}`;
    let filling = this.#filled.get(key);
    if (!filling) {
      filling = this.#fill(user, mailbox, count, make);
      this.#filled.set(key, filling);
    }
    return filling;
  }

  async #fill(user: string, mailbox: string, count: number, make: (index: number) => Buffer): Promise<void> {
    const session = await this.open(user);
    if (mailbox !== 'INBOX') await session.command(`CREATE ${mailbox}`).catch(() => undefined);
    for (let from = 0; from < count; from += batchMessages) {
      const pieces: Buffer[] = [Buffer.from(`APPEND ${mailbox}`)];
      for (let index = from; index < Math.min(count, from + batchMessages); index++) {
        const bytes = make(index);
        const flags = index % 10 < 7 ? '(\\Seen)' : '()';
        pieces.push(Buffer.from(` ${flags} ${arrivalOf(index)} {${bytes.length}+}\r\n`), bytes);
      }
      await session.command(Buffer.concat(pieces));
    }
    await session.logout();
  }

  /** Ends the sessions that are kept. */
  async close(): Promise<void> {
    for (const session of this.#sessions.values()) (await session.catch(() => null))?.destroy();
    this.#sessions.clear();
  }
}

export const login = (user: string) => `LOGIN ${member(user)} "${password}"`;

export const median = (values: readonly number[]) => percentile(values, 50);

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

/** Runs `once` for a while, once at least; the median in milliseconds. What `once` answers replaces its own duration. */
export async function sample(
  ms: number,
  once: (turn: number) => Promise<number | undefined>,
): Promise<Measure> {
  const from = performance.now();
  const values: number[] = [];
  for (let turn = 0; turn < 1 || performance.now() - from < ms; turn++) {
    const start = performance.now();
    const own = await once(turn);
    values.push(own ?? performance.now() - start);
  }
  return { value: median(values), count: values.length };
}

/** Runs `once` in several loops for a while; how many a second. */
export async function rate(
  ms: number,
  loops: number,
  once: (loop: number, turn: number) => Promise<void>,
): Promise<Measure> {
  const from = performance.now();
  let count = 0;
  const run = async (loop: number) => {
    for (let turn = 0; performance.now() - from < ms; turn++) {
      await once(loop, turn);
      count++;
    }
  };
  await Promise.all(Array.from({ length: loops }, (_, loop) => run(loop)));
  return { value: (count * 1_000) / (performance.now() - from), count };
}

export { message, shortMessage };
