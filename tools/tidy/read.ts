import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Path (relative to the root, '/' between names) -> text. */
export type SourceTree = ReadonlyMap<string, string>;

/** Reads every TypeScript file under `folders` of `root`; throws where a folder cannot be read. */
export function readTree(root: string, folders: readonly string[]): SourceTree {
  const tree = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      const file = join(entry.parentPath, entry.name);
      tree.set(file.slice(join(root, '/').length), readFileSync(file, 'utf8'));
    }
  }
  return tree;
}
