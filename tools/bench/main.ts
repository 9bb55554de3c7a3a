/**
 * `npm run bench -- AREA [ARGUMENTS]`: an area is a file of this folder that exports `run(args)` and prints what it
 * measured. Without an area it lists them.
 */
import { readdirSync } from 'node:fs';

/** What every `tools/bench/<area>.ts` exports. */
export interface Bench {
  run(args: readonly string[]): Promise<void>;
}

export function areas(): string[] {
  return readdirSync(new URL('./', import.meta.url))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'main.ts')
    .map((name) => name.slice(0, -'.ts'.length))
    .sort();
}

export async function main(argv: readonly string[]): Promise<number> {
  const [area, ...args] = argv;
  if (area === undefined || !areas().includes(area)) {
    console.error(area === undefined ? 'which area?' : `there is no area '${area}'`);
    console.error(`npm run bench -- ${areas().join('|')}`);
    return 2;
  }
  const bench: Partial<Bench> = await import(new URL(`./${area}.ts`, import.meta.url).href);
  if (typeof bench.run !== 'function') throw new Error(`tools/bench/${area}.ts exports no run(args)`);
  await bench.run(args);
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
