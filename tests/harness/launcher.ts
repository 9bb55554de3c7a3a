import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));
const compiledMain = join(projectFolder, 'dist/main.js');

function newestMs(folder: string): number {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'testing') newest = Math.max(newest, newestMs(path));
    } else if (!entry.name.endsWith('.test.ts') && !entry.name.endsWith('.txt')) {
      newest = Math.max(newest, statSync(path).mtimeMs);
    }
  }
  return newest;
}

/** Whether `dist/` was made from the sources as they are now. */
export function isCompiled(): boolean {
  return existsSync(compiledMain) && statSync(compiledMain).mtimeMs >= newestMs(join(projectFolder, 'src'));
}

/** What node is told to run for one command line of myco. */
export function launcher(): readonly string[] {
  const main = isCompiled() ? 'bin/myco.mjs' : 'tests/harness/from-source.mjs';
  // As `npm start` and the first line of bin/myco.mjs start it.
  return ['--expose-gc', join(projectFolder, main)];
}
