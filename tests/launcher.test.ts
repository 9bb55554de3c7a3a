import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../src/testing/index.ts';

/** A Node older than 24 on this machine, or undefined. */
function findOldNode(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return folders
    .map((folder) => join(folder, 'node'))
    .find((path) => {
      try {
        return Number(execFileSync(path, ['-p', 'process.versions.node']).toString().split('.')[0]) < 24;
      } catch {
        return false;
      }
    });
}

const oldNode = findOldNode();

/** A project with the launcher and a main that does what its arguments say. */
function makeProject(
  options: { pinned?: boolean; main?: 'dist/main.js' | 'src/main.ts' | undefined } = {},
): string {
  const root = temporaryFolder();
  mkdirSync(join(root, 'bin'));
  copyFileSync(fileURLToPath(new URL('../bin/myco.mjs', import.meta.url)), join(root, 'bin/myco.mjs'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  if (options.pinned) {
    mkdirSync(join(root, 'node_modules/node/bin'), { recursive: true });
    symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node'));
  }
  if (options.main) {
    mkdirSync(join(root, options.main, '..'), { recursive: true });
    writeFileSync(join(root, options.main), mainSource);
  }
  return root;
}

const mainSource = `
export async function run(argv) {
  const say = (what) => process.stdout.write(JSON.stringify({ ...what, pid: process.pid }) + '\\n');
  if (argv[0] === 'throw') throw new Error('broken on purpose');
  if (argv[0] === 'wait') {
    const alive = setInterval(() => {}, 1000);
    const signal = await new Promise((resolve) => {
      for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.once(name, resolve);
      say({ ready: true });
    });
    clearInterval(alive);
    say({ signal });
    return 0;
  }
  if (argv[0] === 'kill') process.kill(process.pid, 'SIGKILL');
  say({ argv, major: Number(process.versions.node.split('.')[0]) });
  return Number(argv[0] ?? 0);
}
`;

interface Ended {
  code: number | null;
  signal: string | null;
  said: Record<string, unknown>[];
  err: string;
}

function launch(
  node: string,
  root: string,
  args: string[],
): { child: ChildProcess; ready: Promise<void>; ended: Promise<Ended> } {
  const child = spawn(node, [join(root, 'bin/myco.mjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let out = '';
  let err = '';
  child.stderr.on('data', (bytes) => {
    err += bytes;
  });
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (bytes) => {
      out += bytes;
      if (out.includes('"ready"')) resolve();
    });
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      const said = out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      resolve({ code, signal, said, err });
    });
  });
  return { child, ready, ended };
}

describe('on this Node', () => {
  const start = (root: string, ...args: string[]) => launch(process.execPath, root, args).ended;

  test('runs the compiled main and exits with its status', async () => {
    const root = makeProject({ main: 'dist/main.js' });
    expect(await start(root, '2', '--json')).toMatchObject({
      code: 2,
      said: [{ argv: ['2', '--json'] }],
      err: '',
    });
    expect((await start(root)).code).toBe(0);
  });

  test('runs the source where nothing is compiled', async () => {
    expect((await start(makeProject({ main: 'src/main.ts' }), '1')).code).toBe(1);
  });

  test('says what to do where neither is there', async () => {
    expect(await start(makeProject())).toMatchObject({
      code: 1,
      err: 'myco: neither dist/main.js nor src/main.ts is here; run npm ci in the project first\n',
    });
  });

  test('a fault of main is told, status 1', async () => {
    const { code, err } = await start(makeProject({ main: 'dist/main.js' }), 'throw');
    expect(code).toBe(1);
    expect(err).toMatch(/^myco: stopped by a fault of its own: Error: broken on purpose\n {4}at .*run/);
  });
});

describe.skipIf(oldNode === undefined)('on an older Node (none found: skipped)', () => {
  const start = (root: string, ...args: string[]) => launch(oldNode ?? '', root, args);

  test('refuses without the Node of the project, naming both versions', async () => {
    const { code, err } = await start(makeProject({ main: 'dist/main.js' }), '0').ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^myco: needs Node 24 or newer, found \d+\.\d+\.\d+; install it, or run npm ci/);
  });

  test('hands over to the Node of the project, arguments and status passed on', async () => {
    const root = makeProject({ main: 'dist/main.js', pinned: true });
    expect(await start(root, '2', '--name', 'a b').ended).toMatchObject({
      code: 2,
      said: [{ argv: ['2', '--name', 'a b'], major: Number(process.versions.node.split('.')[0]) }],
      err: '',
    });
    expect((await start(root, 'kill').ended).signal).toBe('SIGKILL');
  });

  test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('passes %s on once', async (signal) => {
    const { child, ready, ended } = start(makeProject({ main: 'dist/main.js', pinned: true }), 'wait');
    await ready;
    child.kill(signal);
    const { code, said } = await ended;
    expect(said).toMatchObject([{ ready: true }, { signal }]);
    expect(said[0]?.pid).not.toBe(child.pid);
    expect(code).toBe(0);
  });

  test('killed outright, it leaves nobody behind', async () => {
    const { child, ready, ended } = start(makeProject({ main: 'dist/main.js', pinned: true }), 'wait');
    await ready;
    child.kill('SIGKILL');
    // The pipe of standard output closes only once the one who took over is gone as well.
    const { said, signal } = await ended;
    expect(signal).toBe('SIGKILL');
    expect(said).toMatchObject([{ ready: true }]);
  });
});
