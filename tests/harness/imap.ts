import { connectSocket, type TestSocket } from '../../src/testing/index.ts';
import { type Myco, member, password } from './myco.ts';

export interface ImapReply {
  /** `OK`, `NO`, `BAD`, or `BYE` where the server hung up instead of answering. */
  readonly status: string;
  /** The tagged line without its tag. */
  readonly text: string;
  /** Untagged lines, literals put in place (one character per byte). */
  readonly lines: readonly string[];
}

/** A client that sends what it is told and hides nothing of what it hears. */
export interface ImapClient {
  readonly socket: TestSocket;
  readonly greeting: string;
  /** Sends one command under a tag of its own; `literal` follows the continuation request. */
  command(text: string, literal?: Buffer | string): Promise<ImapReply>;
  /** The next whole line, literals put in place, whatever it is; null at the end. */
  line(): Promise<string | null>;
  close(): Promise<void>;
}

/** Connects to the imaps door, certificate verified, and logs in where `name` is given. */
export async function openImap(myco: Myco, name?: string): Promise<ImapClient> {
  const socket = await connectSocket({
    port: myco.port('imaps'),
    tls: { ca: myco.authority },
    implicitTls: true,
    patienceMs: 30_000,
  });
  const client = speak(socket, (await wholeLine(socket)) ?? '');
  if (name === undefined) return client;
  const { status, text } = await client.command(`LOGIN ${member(name)} "${password}"`);
  if (status !== 'OK') throw new Error(`login of ${name}: ${text}`);
  return client;
}

async function wholeLine(socket: TestSocket): Promise<string | null> {
  let text = '';
  for (;;) {
    const line = await socket.readLine();
    if (line === null) return null;
    text += line.toString('latin1');
    const size = /\{(\d+)\}$/.exec(text)?.[1];
    if (size === undefined) return text;
    text += `\r\n${(await socket.readExactly(Number(size))).toString('latin1')}`;
  }
}

function speak(socket: TestSocket, greeting: string): ImapClient {
  let commands = 0;
  return {
    socket,
    greeting,
    line: () => wholeLine(socket),
    close: () => socket.close(),
    async command(text, literal) {
      const tag = `c${++commands}`;
      const size = literal === undefined ? '' : ` {${Buffer.byteLength(literal)}}`;
      await socket.send(`${tag} ${text}${size}\r\n`);
      const lines: string[] = [];
      for (;;) {
        const line = await wholeLine(socket);
        if (line === null) return { status: 'BYE', text: lines.at(-1) ?? '', lines };
        if (line.startsWith(`${tag} `)) {
          const answer = line.slice(tag.length + 1);
          return { status: answer.split(' ')[0] ?? '', text: answer, lines };
        }
        if (line.startsWith('+') && literal !== undefined) {
          await socket.send(literal);
          await socket.send('\r\n');
        } else lines.push(line);
      }
    },
  };
}
