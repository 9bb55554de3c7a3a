import { createServer, type Server, type Socket } from 'node:net';

/** What a host answers, by verb or by whole line. `.` is the answer to a message, `greeting` the first of all. */
export type SinkScript = Record<string, string | undefined>;

/** A message that a sink answered 250 for, or was to. */
export interface SunkMessage {
  /** With its parameters, as it came after `MAIL FROM:`. */
  readonly from: string;
  /** Those it accepted, as they came after `RCPT TO:`. */
  readonly to: readonly string[];
  /** Dots undoubled. */
  readonly content: string;
}

/** A mail host that does what a script says: `DROP` hangs up, `SILENCE` never answers, else the reply. */
export interface Sink {
  readonly port: number;
  /** Lines of commands, in order, of all connections. */
  readonly heard: string[];
  readonly messages: SunkMessage[];
  /** Connections that were opened, and how many were open at once at most. */
  readonly connections: { opened: number; open: number; most: number };
  /** May be changed while it runs. */
  script: SinkScript;
  /** Resolves when there are so many messages. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

const ehlo = '250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250 SIZE 1000000';

export async function openSink(script: SinkScript = {}, port = 0): Promise<Sink> {
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  const server: Server = createServer((socket) => {
    const { connections } = sink;
    connections.opened++;
    connections.open++;
    connections.most = Math.max(connections.most, connections.open);
    sockets.add(socket);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        sockets.delete(socket);
        connections.open--;
      });
    converse(socket, sink, () => {
      for (const wake of waiting) wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const sink: Sink = {
    port: address.port,
    heard: [],
    messages: [],
    connections: { opened: 0, open: 0, most: 0 },
    script,
    arrived: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (sink.messages.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return sink;
}

function converse(socket: Socket, sink: Sink, onMessage: () => void): void {
  let rest = '';
  let content: string[] | null = null;
  let from = '';
  let to: string[] = [];
  let silent = false;
  const answer = (usual: string, ...keys: string[]): boolean => {
    const key = keys.find((one) => sink.script[one] !== undefined);
    const text = key === undefined ? usual : (sink.script[key] ?? usual);
    silent ||= text === 'SILENCE';
    if (text === 'DROP') socket.destroy();
    else if (!silent) socket.write(`${text}\r\n`);
    return text.startsWith('2') || text.startsWith('3');
  };
  const command = (line: string) => {
    sink.heard.push(line);
    const verb = (line.split(/[ :]/)[0] ?? '').toUpperCase();
    if (verb === 'MAIL' || verb === 'RSET') [from, to] = ['', []];
    const usual =
      verb === 'EHLO'
        ? ehlo
        : verb === 'DATA'
          ? to.length > 0
            ? '354 go on'
            : '503 5.5.1 for nobody'
          : '250 2.0.0 fine';
    const path = line.slice(line.indexOf(':') + 1);
    const fine = answer(usual, line, verb === 'RCPT' ? (path.split(' ')[0] ?? '') : '', verb);
    if (verb === 'MAIL' && fine) from = path;
    if (verb === 'RCPT' && fine && from !== '') to.push(path);
    if (verb === 'DATA' && fine) content = [];
    if (verb === 'QUIT') socket.end();
  };
  answer('220 sink ESMTP', 'greeting');
  socket.on('data', (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (content === null) command(line);
      else if (line !== '.') content.push(line.startsWith('.') ? line.slice(1) : line);
      else {
        const message = { from, to, content: content.map((one) => `${one}\r\n`).join('') };
        content = null;
        if (answer('250 2.0.0 taken', '.')) {
          sink.messages.push(message);
          onMessage();
        }
      }
    }
  });
}
