/** `npm run coverage`: writes docs/COVERAGE.md; exit 1 where the table does not hold. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { readTree } from '../tidy/read.ts';
import { coverageFaults } from './check.ts';
import { declaredFeatures } from './declared.ts';
import { renderCoverage } from './render.ts';
import { specifications } from './specifications.ts';

const declared = declaredFeatures(readTree(process.cwd(), ['src']));
const faults = coverageFaults(specifications, declared, existsSync);
for (const fault of faults) console.error(fault);
mkdirSync('docs', { recursive: true });
writeFileSync('docs/COVERAGE.md', renderCoverage(specifications, declared));
console.log(
  `docs/COVERAGE.md: ${specifications.length} specifications, ${declared.length} declared features`,
);
process.exitCode = faults.length > 0 ? 1 : 0;
