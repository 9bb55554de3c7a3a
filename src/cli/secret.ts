import type { Readable } from 'node:stream';
import { UsageError } from './exit.ts';
import { type Io, readStdinLine } from './io.ts';
import { typedCharactersMax } from './limits.ts';

interface Terminal extends Readable {
  readonly isTTY: true;
  setRawMode(raw: boolean): unknown;
}

const isTerminal = (stream: Readable): stream is Terminal =>
  'isTTY' in stream && stream.isTTY === true && 'setRawMode' in stream;

const keys = { interrupt: '\u0003', end: '\u0004', erase: ['\u007f', '\b'], enter: ['\r', '\n'] } as const;

/** A password: one line of standard input where `piped`, else asked for on the terminal, which does not show it. */
export function readSecret(io: Io, prompt: string, piped: boolean): Promise<string> {
  return piped ? readStdinLine(io) : askHidden(io, prompt);
}

async function askHidden(io: Io, prompt: string): Promise<string> {
  const { stdin } = io;
  if (!isTerminal(stdin)) throw new UsageError('there is no terminal to ask on; give --password-stdin');
  io.err(prompt);
  stdin.setRawMode(true);
  try {
    let typed: string[] = [];
    // Not destroyed when left: what is typed afterwards is not ours.
    for await (const chunk of stdin.iterator({ destroyOnReturn: false })) {
      for (const character of String(chunk)) {
        if (character === keys.interrupt || character === keys.end)
          throw new UsageError('no password was typed');
        if (keys.enter.some((key) => key === character)) {
          if (typed.length === 0) throw new UsageError('no password was typed');
          return typed.join('');
        }
        if (keys.erase.some((key) => key === character)) typed = typed.slice(0, -1);
        else typed.push(character);
        if (typed.length > typedCharactersMax)
          throw new UsageError(`more than ${typedCharactersMax} characters were typed`);
      }
    }
    throw new UsageError('no password was typed');
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    io.err('\n');
  }
}
