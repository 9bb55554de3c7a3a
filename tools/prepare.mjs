// npm's `prepare`: compiles src/ to dist/ and copies what the compiler leaves (SQL, JSON). Without the compiler
// (npm ci --omit=dev) it keeps a dist/ that is already there.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const assetEndings = ['.sql', '.json', '.html', '.css', '.svg', '.txt'];

/** The compiler's launcher, or undefined where the package is not installed. */
function findCompiler(root) {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('typescript/package.json');
    return join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.tsc);
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function copyAssets(from, to) {
  let copied = 0;
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) {
      if (source !== join(root, 'src/testing')) copied += copyAssets(source, target);
    } else if (assetEndings.some((ending) => entry.name.endsWith(ending))) {
      mkdirSync(to, { recursive: true });
      cpSync(source, target);
      copied++;
    }
  }
  return copied;
}

function build(compiler) {
  // A folder of its own, taken over only when whole: a failed build leaves the old dist/ working.
  const next = join(root, '.dist.tmp');
  rmSync(next, { recursive: true, force: true });
  const args = [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', next];
  const { status, signal, error } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) {
    rmSync(next, { recursive: true, force: true });
    process.stderr.write(`prepare: the compiler failed (${signal ?? `exit ${status}`})\n`);
    return 1;
  }
  copyAssets(join(root, 'src'), next);
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
  return 0;
}

// Another folder may be named, for the tests.
const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const compiler = findCompiler(root);
if (compiler !== undefined) process.exitCode = build(compiler);
else if (existsSync(join(dist, 'main.js'))) {
  process.stderr.write('prepare: no compiler installed; dist/ is kept as it is\n');
} else {
  process.stderr.write(
    'prepare: neither a compiler nor dist/main.js is here. Run npm ci with its development packages once to build,\n' +
      'or copy dist/ from a machine where it was built.\n',
  );
  process.exitCode = 1;
}
