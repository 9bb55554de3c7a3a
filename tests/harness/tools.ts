import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';
import { missingTool } from '../../src/testing/index.ts';

/** The path of a program on this machine, or undefined. */
export function findTool(name: string): string | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/bin',
    '/usr/sbin',
    '/sbin',
    '/usr/local/sbin',
  ];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** A suite that needs programs of the machine: a missing one is skipped with a word, with CI=true a failure. */
export function withTools(title: string, programs: readonly string[], suite: () => void): void {
  const missing = programs.filter((name) => findTool(name) === undefined);
  if (missing.length === 0) describe(title, suite);
  else describe(title, () => missingTool(title, `not installed: ${missing.join(', ')}`));
}

export interface Ran {
  readonly code: number | null;
  readonly out: Buffer;
  readonly err: string;
  /** Both, as text: for messages of a failure. */
  readonly said: string;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly patienceMs?: number;
}

/** Runs a program to its end; never rejects for its status. A program that does not end is killed and told so. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { input = '', cwd, env = {}, patienceMs = 60_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
    // A program that refuses early does not read its input.
    child.stdin.on('error', () => undefined).end(input);
    const said = () => Buffer.concat([...out, ...err]).toString();
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${program} ${args.join(' ')} did not end within ${patienceMs} ms: ${said()}`));
    }, patienceMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(late);
      resolve({ code, out: Buffer.concat(out), err: Buffer.concat(err).toString(), said: said() });
    });
  });
}
