import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { randomOctets } from '../../base/index.ts';
import { strayDatagramsMax } from './limits.ts';
import { decodeMessage, encodeQuery, type Message, type Query, type RecordType, types } from './message.ts';
import type { NameServer } from './servers.ts';

/** What one server's turn came to. `silent`: it said nothing that was for us. */
export type Turn = Message | 'silent' | 'malformed';

/** A question nobody can foresee: its id, and the case of its letters (draft-vixie-dnsext-dns0x20). */
export function newQuery(name: string, type: RecordType, edns: boolean): Query {
  const id = randomOctets(2).readUInt16BE(0);
  const bits = randomOctets(Math.ceil(name.length / 8));
  const mixed = [...name].map((letter, index) => {
    return ((bits[index >> 3] ?? 0) >> (index & 7)) & 1 ? letter.toUpperCase() : letter;
  });
  return { id, name: mixed.join(''), type, edns };
}

/**
 * One question to one server: by UDP, and by TCP where the answer did not fit, where the server does not keep the
 * case of letters, or where somebody is guessing. Never rejects.
 */
export async function ask(
  server: NameServer,
  query: Query,
  msMax: number,
  ended: AbortSignal,
): Promise<Turn> {
  const byUdp = await askUdp(server, query, msMax, ended);
  if (byUdp !== 'doubtful') return byUdp;
  const byTcp = await askTcp(server, query, msMax, ended);
  return typeof byTcp !== 'string' && byTcp.truncated ? 'malformed' : byTcp;
}

/** A socket, and so a port, of its own for each question (RFC 5452 §4.5); connected: the kernel drops what others send. */
function askUdp(
  server: NameServer,
  query: Query,
  msMax: number,
  ended: AbortSignal,
): Promise<Turn | 'doubtful'> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(server.host.split('%')[0] ?? '') ? 'udp6' : 'udp4');
    let stray = 0;
    let over = false;
    const finish = (turn: Turn | 'doubtful') => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      ended.removeEventListener('abort', silent);
      socket.close();
      resolve(turn);
    };
    const silent = () => finish('silent');
    const timer = setTimeout(silent, msMax);
    ended.addEventListener('abort', silent, { once: true });
    socket.on('error', silent);
    socket.on('message', (bytes) => {
      const verdict = judge(bytes, query);
      if (verdict === 'stray') {
        if (++stray >= strayDatagramsMax) finish('doubtful');
      } else if (typeof verdict === 'string' || verdict.truncated) {
        // Who guessed the id may be somebody else; a connection tells.
        finish('doubtful');
      } else {
        finish(verdict);
      }
    });
    socket.connect(server.port, server.host, () => {
      if (over) return;
      socket.send(encodeQuery(query), (error) => {
        if (error) silent();
      });
    });
    if (ended.aborted) silent();
  });
}

function askTcp(server: NameServer, query: Query, msMax: number, ended: AbortSignal): Promise<Turn> {
  return new Promise((resolve) => {
    const socket = connect({ host: server.host, port: server.port });
    const answer = new PrefixedMessage();
    const finish = (turn: Turn) => {
      clearTimeout(timer);
      ended.removeEventListener('abort', silent);
      socket.destroy();
      resolve(turn);
    };
    const silent = () => finish('silent');
    const timer = setTimeout(silent, msMax);
    ended.addEventListener('abort', silent, { once: true });
    socket.on('error', silent);
    socket.on('close', silent);
    socket.on('connect', () => {
      const bytes = encodeQuery(query);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      socket.write(Buffer.concat([length, bytes]));
    });
    socket.on('data', (chunk: Buffer) => {
      const bytes = answer.take(chunk);
      if (bytes === null) return;
      const verdict = judge(bytes, query);
      // Nobody else can speak on this connection: a server that folds the case of names has no other fault.
      if (verdict === 'stray' || verdict === 'malformed') finish('malformed');
      else finish(verdict === 'folded' ? decodeMessage(bytes) : verdict);
    });
    if (ended.aborted) silent();
  });
}

/** RFC 1035 §4.2.2: two octets of length, then the message; gathered in pieces however small. */
class PrefixedMessage {
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  #whole: number | null = null;

  /** The message once all of it is there. */
  take(chunk: Buffer): Buffer | null {
    this.#pieces.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < (this.#whole ?? 2)) return null;
    const all = Buffer.concat(this.#pieces);
    this.#whole ??= 2 + all.readUInt16BE(0);
    return all.length < this.#whole ? null : all.subarray(2, this.#whole);
  }
}

/** Whether the bytes answer the question (RFC 5452 §9.1). `stray`: they are for another one; `folded`: in another case. */
function judge(bytes: Buffer, query: Query): Message | 'stray' | 'folded' | 'malformed' {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== query.id) return 'stray';
  let message: Message;
  try {
    message = decodeMessage(bytes);
  } catch {
    return 'malformed';
  }
  if (!message.response) return 'stray';
  const { question, rcode } = message;
  // A server that could not read the question does not repeat it.
  if (question === null) return rcode === 0 || rcode === 3 ? 'malformed' : message;
  if (question.type !== types[query.type]) return 'stray';
  if (question.name === query.name) return message;
  return question.name.toLowerCase() === query.name.toLowerCase() ? 'folded' : 'stray';
}
