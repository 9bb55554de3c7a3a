/** Runs the child until it is ended in the middle of its work. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readJournal } from './journal.ts';

/** What every round acknowledges at least, and how long it may take to come to that. */
export const acknowledgedMin = 10;
const turnMs = 20;
const patienceTurns = 1_500;

export interface Round {
  readonly dir: string;
  readonly url: string;
  readonly journal: string;
  /** Number of the first message. */
  readonly first: number;
  readonly unsafe: boolean;
  /** How long the child works before the end, ms. */
  readonly workMs: number;
  /** Brings the end about. */
  readonly end: (child: ChildProcess) => void | Promise<void>;
}

function acknowledgedIn(journal: string): number {
  return readJournal(journal).filter((entry) => entry.phase === 'done').length;
}

export async function runRound(round: Round): Promise<void> {
  const file = new URL('./child.ts', import.meta.url).pathname;
  const args = [
    file,
    round.dir,
    round.url,
    round.journal,
    String(round.first),
    round.unsafe ? 'unsafe' : 'safe',
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const working = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  await Promise.race([
    working,
    gone.then(() => {
      throw new Error(`the child ended before its work began: ${errors}`);
    }),
  ]);
  await new Promise((resolve) => setTimeout(resolve, round.workMs));
  // A child that is ended before it did anything would prove nothing; on a loaded machine it may need longer.
  for (let turn = 0; turn < patienceTurns && acknowledgedIn(round.journal) < acknowledgedMin; turn++) {
    await new Promise((resolve) => setTimeout(resolve, turnMs));
  }
  if (child.exitCode !== null) throw new Error(`the child ended by itself: ${errors}`);
  await round.end(child);
  child.kill('SIGKILL');
  await gone;
}
