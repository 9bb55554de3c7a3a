import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCertificates } from '../../src/net/index.ts';
import { silentLog } from '../../src/observability/index.ts';
import { connectSocket, type SocketOptions } from '../../src/testing/index.ts';

/** Another mail server on this machine: it takes mail for its domain, for anybody there, and sends what is given to it. */
export interface Neighbour {
  readonly name: string;
  readonly domain: string;
  readonly hostname: string;
  /** Its MX door: STARTTLS with a certificate for `hostname`; hosts on loopback may send to others through it. */
  readonly port: number;
  /** PEM of the authority that signed its certificate. */
  readonly authority: string;
  /** Whole messages that came for its domain, in no order. */
  arrived(): string[];
  /** Gives it a message to send; the answer after the dot. */
  give(from: string, to: readonly string[], message: string, parameters?: string): Promise<string>;
  /** What it wrote into its log. */
  logged(): string;
  stop(): Promise<void>;
}

export interface NeighbourOptions {
  readonly domain?: string;
  /** To whom mail for other domains goes: ports of 127.0.0.1. */
  readonly routes?: Readonly<Record<string, number>>;
  /** Given: it sends to the routes over verified TLS only, with this authority (PEM) and this name. */
  readonly verify?: { readonly authority: string; readonly name: string };
  /** Largest message it takes, in octets. */
  readonly sizeMax?: number;
  /** Local parts that it has; default all. */
  readonly users?: readonly string[];
}

/** A certificate for a name, by an authority of its own: `pem` holds certificate and key. */
export async function certificateFor(folder: string, hostname: string) {
  const dir = join(folder, 'tls');
  const made = await createCertificates(
    { mode: 'self-signed', dir, hostnames: [hostname] },
    { log: silentLog },
  );
  const authority = made.authority ?? '';
  made.close();
  return { pem: join(dir, 'server.pem'), authority };
}

/** The uid and gid of a user of this machine. */
export function idsOf(user: string): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${user}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`there is no user ${user}`);
  return { uid: Number(uid), gid: Number(gid) };
}

/** Every message in a Maildir. */
export function readMaildir(folder: string): string[] {
  const fresh = join(folder, 'new');
  if (!existsSync(fresh)) return [];
  return readdirSync(fresh).map((file) => readFileSync(join(fresh, file), 'latin1'));
}

export function makeFolders(folder: string, names: readonly string[]): void {
  for (const name of names) mkdirSync(join(folder, name), { recursive: true, mode: 0o755 });
}

/** One message by SMTP without TLS, to a server that trusts this machine. The reply that decides. */
export async function giveBySmtp(
  where: Pick<SocketOptions, 'host' | 'port' | 'localAddress'>,
  from: string,
  to: readonly string[],
  message: string,
  parameters = '',
): Promise<string> {
  const socket = await connectSocket({ ...where, patienceMs: 30_000 });
  const reply = async (): Promise<string> => {
    for (;;) {
      const line = (await socket.readLine())?.toString() ?? 'closed';
      if (line[3] !== '-') return line;
    }
  };
  const ask = async (line: string) => {
    await socket.send(`${line}\r\n`);
    return reply();
  };
  try {
    let answer = await reply();
    const lines = [
      'EHLO client.test',
      `MAIL FROM:<${from}>${parameters}`,
      ...to.map((address) => `RCPT TO:<${address}>`),
      'DATA',
    ];
    for (const line of lines) {
      answer = await ask(line);
      if (!/^[23]/.test(answer)) return answer;
    }
    answer = await ask(`${message.replace(/^\./gm, '..')}${message.endsWith('\r\n') ? '' : '\r\n'}.`);
    await ask('QUIT');
    return answer;
  } finally {
    await socket.close();
  }
}
