import { connectSocket, type TestSocket } from '../../src/testing/index.ts';
import { type Myco, member, password } from './myco.ts';

export type SmtpDoor = 'smtp' | 'submission' | 'submissions';

export interface SmtpReply {
  /** 0 where the server has closed. */
  readonly code: number;
  /** The last line, code included. */
  readonly text: string;
  readonly lines: readonly string[];
}

export interface SmtpClient {
  readonly socket: TestSocket;
  reply(): Promise<SmtpReply>;
  /** One line, one reply. */
  ask(line: string): Promise<SmtpReply>;
  /** MAIL, RCPT, DATA and the message, dots doubled; the reply that decides. */
  send(from: string, to: string, message: string): Promise<SmtpReply>;
  startTls(): Promise<void>;
  authenticate(name: string): Promise<SmtpReply>;
  close(): Promise<void>;
}

/** Connects, hears the greeting and says EHLO; the certificate is verified. */
export async function openSmtp(myco: Myco, door: SmtpDoor = 'smtp'): Promise<SmtpClient> {
  const socket = await connectSocket({
    port: myco.port(door),
    tls: { ca: myco.authority },
    implicitTls: door === 'submissions',
    patienceMs: 30_000,
  });
  const client = speak(socket);
  const greeting = await client.reply();
  if (greeting.code !== 220) throw new Error(`greeted with ${greeting.text}`);
  await client.ask('EHLO client.example');
  return client;
}

function speak(socket: TestSocket): SmtpClient {
  const reply = async (): Promise<SmtpReply> => {
    const lines: string[] = [];
    for (;;) {
      const line = await socket.readLine();
      if (line === null) return { code: 0, text: 'closed', lines };
      const text = line.toString();
      lines.push(text);
      if (text[3] !== '-') return { code: Number(text.slice(0, 3)), text, lines };
    }
  };
  const ask = async (line: string) => {
    await socket.send(`${line}\r\n`);
    return reply();
  };
  return {
    socket,
    reply,
    ask,
    async send(from, to, message) {
      for (const line of [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA']) {
        const answer = await ask(line);
        if (answer.code >= 400 || answer.code === 0) return answer;
      }
      await socket.send(`${message.replace(/^\./gm, '..')}${message.endsWith('\r\n') ? '' : '\r\n'}.\r\n`);
      return reply();
    },
    async startTls() {
      const answer = await ask('STARTTLS');
      if (answer.code !== 220) throw new Error(`STARTTLS: ${answer.text}`);
      await socket.startTls();
      await ask('EHLO client.example');
    },
    authenticate: (name) =>
      ask(`AUTH PLAIN ${Buffer.from(`\0${member(name)}\0${password}`).toString('base64')}`),
    close: () => socket.close(),
  };
}
