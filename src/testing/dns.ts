import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import {
  type Answer,
  AUTHENTIC_DATA,
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  DNSSEC_OK,
  decode,
  encode,
  type Question,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  type RecordType,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import { DnsError, type Resolver } from '../net/index.ts';

/** What stands at one name. */
export interface TestDnsName {
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  /** Preference and exchange; '.' is a null MX. */
  readonly mx?: readonly (readonly [number, string])[];
  /** One record each; a list of strings is one record of several character strings. */
  readonly txt?: readonly (string | readonly string[])[];
  readonly cname?: string;
  readonly ns?: readonly string[];
  /** Priority, weight, port, target. */
  readonly srv?: readonly (readonly [number, number, number, string])[];
  /** Usage, selector, matching, data. */
  readonly tlsa?: readonly (readonly [number, number, number, Buffer])[];
  /** Flags, tag, value. */
  readonly caa?: readonly (readonly [number, string, string])[];
  readonly ptr?: readonly string[];
  /** Seconds; default 300. */
  readonly ttl?: number;
  /** The AD bit is set on answers for this name, and on what is missing here and below, as a validating resolver does. */
  readonly secure?: boolean;
}

/** Names without final dot, lower-case. A name starting with `*.` answers for what is missing below it. */
export type TestZones = Readonly<Record<string, TestDnsName>>;

/**
 * How the server misbehaves. `truncated`: TC by UDP, whole by TCP. `truncated-always`: TC by both. `forged-id`,
 * `forged-question`: an answer that leads to 192.0.2.66 and is not for this question comes before the right one. A
 * function makes the bytes of the answer from the bytes of the question.
 */
export type TestDnsFault =
  | 'nxdomain'
  | 'nodata'
  | 'servfail'
  | 'refused'
  | 'silent'
  | 'truncated'
  | 'truncated-always'
  | 'forged-id'
  | 'forged-question'
  | ((query: Buffer) => Buffer);

export interface TestDns {
  readonly host: string;
  readonly port: number;
  /** `host:port`, as the settings have it in mail.resolver. */
  readonly address: string;
  /** Puts a name in the place of what was there. */
  set(name: string, records: TestDnsName): void;
  remove(name: string): void;
  /** All questions for a name, or those of one type; null ends it. '*' stands for every name. */
  fault(name: string, fault: TestDnsFault | null, type?: RecordType): void;
  /** Questions that came, by name or by name and type, over UDP and TCP. */
  asked(name: string, type?: RecordType): number;
  /** Every question that came, as `TYPE name udp`. */
  readonly questions: readonly string[];
  close(): Promise<void>;
}

/** A resolver for which no name exists. */
export const emptyResolver: Resolver = emptied();

function emptied(): Resolver {
  const nothing = async (): Promise<never> => {
    throw new DnsError('nxdomain', 'a question of a test');
  };
  const types = ['mx', 'a', 'aaaa', 'txt', 'cname', 'ns', 'srv', 'tlsa', 'caa', 'ptr'] as const;
  const questions = Object.fromEntries(types.map((type) => [type, nothing]));
  return { ...(questions as Record<(typeof types)[number], typeof nothing>), close: () => undefined };
}

/** Seconds for which an answer that there is nothing holds. */
const negativeTtl = 60;
const rcodes = { noerror: 0, servfail: 2, nxdomain: 3, refused: 5 } as const;

/** An authoritative name server on 127.0.0.1, UDP and TCP on one free port, for tests. The caller closes it. */
export async function openTestDns(zones: TestZones = {}, host = '127.0.0.1'): Promise<TestDns> {
  const server = new TestNameServer(zones);
  const { udp, tcp, port } = await openBoth(host, server);
  return {
    host,
    port,
    address: `${host}:${port}`,
    set: (name, records) => void server.names.set(name.toLowerCase(), records),
    remove: (name) => void server.names.delete(name.toLowerCase()),
    fault: (name, fault, type) => server.setFault(`${type ?? '*'} ${name.toLowerCase()}`, fault),
    asked: (name, type) => server.count(name.toLowerCase(), type),
    questions: server.questions,
    async close() {
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      for (const socket of server.sockets) socket.destroy();
      await new Promise((resolve) => tcp.close(resolve));
    },
  };
}

interface Outcome {
  readonly rcode: number;
  readonly answers: Answer[];
  readonly authorities: Answer[];
  readonly secure: boolean;
}

class TestNameServer {
  readonly names: Map<string, TestDnsName>;
  readonly questions: string[] = [];
  readonly sockets = new Set<Socket>();
  readonly #faults = new Map<string, TestDnsFault>();

  constructor(zones: TestZones) {
    this.names = new Map(Object.entries(zones).map(([name, records]) => [name.toLowerCase(), records]));
  }

  setFault(key: string, fault: TestDnsFault | null): void {
    if (fault === null) this.#faults.delete(key);
    else this.#faults.set(key, fault);
  }

  count(name: string, type: RecordType | undefined): number {
    return this.questions.filter((line) => {
      const [askedType, askedName] = line.split(' ');
      return askedName === name && (type === undefined || askedType === type);
    }).length;
  }

  /** The messages to send for one that came; none where it stays silent. */
  handle(bytes: Buffer, by: 'udp' | 'tcp'): Buffer[] {
    const query = decode(bytes);
    const question = query.questions?.[0];
    if (question === undefined) return [];
    const name = question.name.toLowerCase();
    this.questions.push(`${question.type} ${name} ${by}`);
    const fault =
      this.#faults.get(`${question.type} ${name}`) ??
      this.#faults.get(`* ${name}`) ??
      this.#faults.get(`${question.type} *`) ??
      this.#faults.get('* *');
    if (fault === 'silent') return [];
    if (typeof fault === 'function') return [fault(bytes)];
    const outcome = this.#outcome(question, fault);
    const whole = this.#message(query, question, outcome);
    const cut = () => this.#message(query, question, { ...outcome, answers: [] }, TRUNCATED_RESPONSE);
    if (fault === 'truncated-always' || (fault === 'truncated' && by === 'udp')) return [cut()];
    if (by === 'udp' && whole.length > payloadOf(query)) return [cut()];
    if (fault === 'forged-id' || fault === 'forged-question') return [forged(query, question, fault), whole];
    return [whole];
  }

  #outcome(question: Question, fault: TestDnsFault | undefined): Outcome {
    const nothing = { answers: [], authorities: [], secure: false };
    if (fault === 'servfail' || fault === 'refused') return { ...nothing, rcode: rcodes[fault] };
    const negative = (name: string, there: boolean, answers: Answer[], secure: boolean): Outcome => ({
      rcode: there ? rcodes.noerror : rcodes.nxdomain,
      answers,
      authorities: [soaFor(name)],
      secure,
    });
    if (fault === 'nxdomain' || fault === 'nodata') {
      return negative(question.name, fault === 'nodata', [], this.#secureAt(question.name.toLowerCase()));
    }
    const answers: Answer[] = [];
    let name = question.name.toLowerCase();
    let secure = true;
    // A chain that runs in a circle is answered as far as this, as resolvers do.
    for (let steps = 0; steps < 20; steps++) {
      const here = this.#at(name);
      secure &&= this.#secureAt(name);
      if (here === undefined) return negative(name, this.#hasBelow(name), answers, secure);
      const owner = steps === 0 ? question.name : name;
      if (here.cname !== undefined && question.type !== 'CNAME') {
        answers.push({ type: 'CNAME', name: owner, ttl: here.ttl ?? 300, data: here.cname });
        name = here.cname.toLowerCase().replace(/\.$/, '');
        continue;
      }
      const found = recordsOf(here, owner, question.type);
      if (found.length === 0) return negative(name, true, answers, secure);
      return { rcode: rcodes.noerror, answers: [...answers, ...found], authorities: [], secure };
    }
    return { rcode: rcodes.noerror, answers, authorities: [], secure };
  }

  #at(name: string): TestDnsName | undefined {
    const own = this.names.get(name);
    if (own !== undefined) return own;
    for (let rest = parent(name); rest !== ''; rest = parent(rest)) {
      const any = this.names.get(`*.${rest}`);
      if (any !== undefined) return any;
      if (this.names.has(rest)) return undefined;
    }
    return undefined;
  }

  // RFC 8020: a name with others below it is there, although it holds nothing.
  #hasBelow(name: string): boolean {
    return [...this.names.keys()].some((known) => known.endsWith(`.${name}`));
  }

  #secureAt(name: string): boolean {
    for (let rest = name; rest !== ''; rest = parent(rest)) {
      const secure = this.names.get(rest)?.secure;
      if (secure !== undefined) return secure;
    }
    return false;
  }

  #message(query: DecodedPacket, question: Question, outcome: Outcome, more = 0): Buffer {
    const { rcode, answers, authorities, secure } = outcome;
    const opt = optOf(query);
    // RFC 6840 §5.7, §5.8: AD is for those who ask for it.
    const wanted = query.flag_ad || opt?.flag_do === true;
    const flags =
      AUTHORITATIVE_ANSWER |
      (query.flag_rd ? RECURSION_DESIRED : 0) |
      RECURSION_AVAILABLE |
      (secure && wanted ? AUTHENTIC_DATA : 0) |
      more |
      rcode;
    const additionals = opt === undefined ? [] : [optAnswer];
    return encode({
      type: 'response',
      id: query.id ?? 0,
      flags,
      questions: [question],
      answers,
      authorities,
      additionals,
    });
  }
}

const optAnswer: Answer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: 1232,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: DNSSEC_OK,
  flag_do: true,
  options: [],
};

function optOf(query: DecodedPacket) {
  return query.additionals?.find((record) => record.type === 'OPT');
}

// RFC 6891 §6.2.3: 512 where the client says nothing.
function payloadOf(query: DecodedPacket): number {
  return Math.max(optOf(query)?.udpPayloadSize ?? 512, 512);
}

function parent(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

/** An answer off the path: what somebody sends who guesses. */
function forged(query: DecodedPacket, question: Question, fault: 'forged-id' | 'forged-question'): Buffer {
  const name = fault === 'forged-question' ? `other.${question.name}` : question.name;
  return encode({
    type: 'response',
    id: fault === 'forged-id' ? ((query.id ?? 0) + 1) & 0xffff : (query.id ?? 0),
    flags: RECURSION_AVAILABLE | AUTHENTIC_DATA,
    questions: [{ ...question, name }],
    answers: [{ type: 'A', name, ttl: 300, data: '192.0.2.66' }],
  });
}

function soaFor(name: string): Answer {
  const zone = name.split('.').slice(-2).join('.');
  const data = { mname: `ns.${zone}`, rname: `hostmaster.${zone}`, serial: 1, minimum: negativeTtl };
  return { type: 'SOA', name: zone, ttl: negativeTtl, data };
}

function recordsOf(here: TestDnsName, name: string, type: RecordType): Answer[] {
  const common = { name, ttl: here.ttl ?? 300 };
  const all: Answer[] = [
    ...(here.a ?? []).map((data) => ({ ...common, type: 'A' as const, data })),
    ...(here.aaaa ?? []).map((data) => ({ ...common, type: 'AAAA' as const, data })),
    ...(here.ns ?? []).map((data) => ({ ...common, type: 'NS' as const, data })),
    ...(here.ptr ?? []).map((data) => ({ ...common, type: 'PTR' as const, data })),
    ...(here.cname === undefined ? [] : [{ ...common, type: 'CNAME' as const, data: here.cname }]),
    ...(here.mx ?? []).map(([preference, exchange]) => ({
      ...common,
      type: 'MX' as const,
      data: { preference, exchange },
    })),
    ...(here.txt ?? []).map((text) => ({
      ...common,
      type: 'TXT' as const,
      data: typeof text === 'string' ? pieces(text) : [...text],
    })),
    ...(here.srv ?? []).map(([priority, weight, port, target]) => ({
      ...common,
      type: 'SRV' as const,
      data: { priority, weight, port, target },
    })),
    ...(here.tlsa ?? []).map(([usage, selector, matchingType, certificate]) => ({
      ...common,
      type: 'TLSA' as const,
      data: { usage, selector, matchingType, certificate },
    })),
    ...(here.caa ?? []).map(([flags, tag, value]) => ({
      ...common,
      type: 'CAA' as const,
      data: { flags, tag: tag as 'issue', value },
    })),
  ];
  return all.filter((record) => record.type === type);
}

/** Character strings hold 255 octets (RFC 1035 §3.3). */
function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,255}/g) ?? [''];
}

interface Opened {
  readonly udp: UdpSocket;
  readonly tcp: Server;
  readonly port: number;
}

/** A port that is free for both; another one is taken where somebody has it for UDP. */
async function openBoth(host: string, server: TestNameServer): Promise<Opened> {
  for (let attempt = 1; ; attempt++) {
    const tcp = createServer((socket) => serveTcp(socket, server));
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', reject);
      tcp.listen(0, host, resolve);
    });
    const address = tcp.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const udp = createSocket('udp4', (bytes, from) => serveUdp(udp, bytes, from, server));
    try {
      await new Promise<void>((resolve, reject) => {
        udp.once('error', reject);
        udp.bind(port, host, resolve);
      });
      return { udp, tcp, port };
    } catch (error) {
      await new Promise((resolve) => tcp.close(resolve));
      if (attempt === 10) throw error;
    }
  }
}

function serveUdp(udp: UdpSocket, bytes: Buffer, from: RemoteInfo, server: TestNameServer): void {
  for (const answer of server.handle(bytes, 'udp'))
    udp.send(answer, from.port, from.address, () => undefined);
}

function serveTcp(socket: Socket, server: TestNameServer): void {
  server.sockets.add(socket);
  let held = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('close', () => server.sockets.delete(socket));
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const end = 2 + held.readUInt16BE(0);
      for (const answer of server.handle(held.subarray(2, end), 'tcp')) {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        socket.write(Buffer.concat([length, answer]));
      }
      held = held.subarray(end);
    }
  });
}
