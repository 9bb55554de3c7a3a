import { spawn } from 'node:child_process';

/** Takes whatever it is sent, as fast as it comes, and counts. */
export interface Sink {
  readonly port: number;
  /** Messages that were taken whole. */
  taken(): number;
  stop(): void;
}

/** Postfix's smtp-sink on a port of 127.0.0.1. */
export async function startSink(port: number): Promise<Sink> {
  // It refuses to run as root.
  const asUser = process.getuid?.() === 0 ? ['-u', 'postfix'] : [];
  const child = spawn('smtp-sink', [...asUser, '-c', `127.0.0.1:${port}`, '1000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.once('exit', (code) => code !== null && console.log(`smtp-sink ended with ${code}`));
  let count = 0;
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => {
    // `sess=    1 quit=    0 mesg=    7`, over and over on one line.
    text = (text + bytes.toString('latin1')).slice(-200);
    const last = [...text.matchAll(/mesg= *(\d+)(?=\D)/g)].at(-1);
    if (last) count = Number(last[1]);
  });
  return { port, taken: () => count, stop: () => void child.kill('SIGTERM') };
}
