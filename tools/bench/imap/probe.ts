/**
 * Loaded into the measured process before anything else (`--import`): at SIGUSR2 it writes the delay of the main thread's
 * loop since the last time to MYCO_BENCH_PROBE, and with MYCO_BENCH_PROFILE=1 a processor profile beside it.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const resolutionMs = 2;
const file = process.env.MYCO_BENCH_PROBE;

if (isMainThread && file !== undefined && process.argv.includes('serve')) watch(file);

function watch(target: string): void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const profiler = process.env.MYCO_BENCH_PROFILE === '1' ? startProfiler() : null;
  const write = (path: string, value: unknown) => {
    writeFileSync(`${path}.new`, JSON.stringify(value));
    renameSync(`${path}.new`, path);
  };
  process.on('SIGUSR2', async () => {
    const answer = { p99Ms: Math.max(0, delay.percentile(99) / 1e6 - resolutionMs), maxMs: delay.max / 1e6 };
    const session = await profiler;
    if (session) {
      write(`${target}.cpuprofile`, (await session.post('Profiler.stop')).profile);
      await session.post('Profiler.start');
    }
    delay.reset();
    write(target, answer);
  });
}

async function startProfiler(): Promise<Session> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  return session;
}
