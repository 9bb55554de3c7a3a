import type { Readable } from 'node:stream';
import { type Environment, readEnvironment } from '../settings/index.ts';
import { UsageError } from './exit.ts';
import { stdinBytesMax } from './limits.ts';

/** What a command sees of the process it runs in. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  readonly stdin: Readable;
  readonly env: Environment;
  /** Absolute; relative paths of arguments are relative to it. */
  readonly working: string;
  /** Aborted when the operator interrupts. */
  readonly signal: AbortSignal;
}

/** The streams of this process. A reader that has gone away (`| head`) is no error. */
export function processIo(signal: AbortSignal = new AbortController().signal): Io {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    stdin: process.stdin,
    env: readEnvironment(),
    working: process.cwd(),
    signal,
  };
}

/** What is piped in as one value, its line ending taken off: a password. */
export async function readStdinLine(io: Io): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of io.stdin) {
    const piece = Buffer.from(chunk as Uint8Array | string);
    bytes += piece.length;
    if (bytes > stdinBytesMax) throw new UsageError(`more than ${stdinBytesMax} bytes on standard input`);
    chunks.push(piece);
  }
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (text === '') throw new UsageError('nothing on standard input');
  if (/[\r\n]/.test(text)) throw new UsageError('more than one line on standard input');
  return text;
}
