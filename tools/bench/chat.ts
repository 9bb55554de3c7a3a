/** `npm run bench -- chat archive [SECONDS]`: what it takes to keep messages; see tools/bench/chat/archive.ts. */
import { archive } from './chat/archive.ts';

export async function run([what = 'archive', ...args]: readonly string[]): Promise<void> {
  if (what !== 'archive') throw new Error(`there is no bench of chat called '${what}'`);
  await archive(args);
}
