/**
 * `npm run bench -- imap [WORDS]`: our IMAP server beside Debian's dovecot on the same disk, every write synced in both,
 * row by row. WORDS choose the rows whose names hold one of them (`fetch`, `search`, `"idle sessions"`); without any, all.
 * - `--formats=mdbox,maildir`: how dovecot keeps mail, a column each; without it mdbox.
 * - `--rounds=3 --ms=500`: how often, how long. `--idle=2000`: how many sessions where memory is measured.
 * - `--profile`: prints where our main thread spent each row, and leaves `<row>.cpuprofile` in the current folder.
 */
import type { Format } from './imap/dovecot.ts';
import { measureAll } from './imap/run.ts';

const known: readonly Format[] = ['mdbox', 'sdbox', 'maildir'];

function formatsOf(text: string): Format[] {
  return text
    .split(',')
    .filter(Boolean)
    .map((name) => {
      const format = known.find((candidate) => candidate === name);
      if (!format) throw new Error(`there is no format '${name}', only ${known.join(', ')}`);
      return format;
    });
}

export async function run(args: readonly string[]): Promise<void> {
  const option = (name: string, or: string) =>
    args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? or;
  await measureAll({
    words: args.filter((arg) => !arg.startsWith('--')),
    formats: formatsOf(option('formats', 'mdbox')),
    roundMs: Number(option('ms', '500')),
    rounds: Number(option('rounds', '3')),
    idleSessions: Number(option('idle', '2000')),
    profile: args.includes('--profile'),
    verbose: args.includes('--verbose'),
  });
}
