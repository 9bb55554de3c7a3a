import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const [startTurns, startTurnMs, logCharactersMax] = [400, 50, 2_000];

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('there is no free port');
  return address.port;
}

/** Starts a program of others and waits until it takes connections; it must stay in the foreground. `log`: its file. */
export async function startListening(
  program: string,
  args: readonly string[],
  port: number,
  log?: string,
): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: 'ignore' });
  for (let turn = 0; turn < startTurns && child.exitCode === null; turn++) {
    if (await accepts(port)) return child;
    await pause(startTurnMs);
  }
  await ended(child);
  const said = log !== undefined && existsSync(log) ? readFileSync(log, 'utf8') : 'it wrote no log';
  throw new Error(`${program} does not listen: ${said.slice(-logCharactersMax)}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const answer = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}

/** Ends a program, and waits for its end. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
