/** `node tools/tidy/main.ts`: prints every breach of the rules of the house; exit 1 where there is one. */
import { readFileSync } from 'node:fs';
import { checkedFolders, checkTree, packagesOf } from './check.ts';
import { readTree } from './read.ts';

const root = process.cwd();
const verdict = checkTree(
  readTree(root, checkedFolders),
  packagesOf(readFileSync(`${root}/package.json`, 'utf8')),
);
for (const { path, line, rule, what } of verdict.violations)
  console.error(`${path}:${line}: ${rule}: ${what}`);
console.log(
  `tidy: ${verdict.filesChecked} files, ${verdict.importsChecked} imports, ${verdict.violations.length} violations`,
);
process.exitCode = verdict.violations.length > 0 || verdict.filesChecked === 0 ? 1 : 0;
