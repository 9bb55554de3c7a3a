/** What tests of these commands share; imported by tests only and left out of the build. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { startSuite } from '../../../testing/index.ts';
import { asCommand } from '../../admin/index.ts';
import { runCli } from '../../program.ts';
import { coopCommands } from './index.ts';

export const password = 'correct horse battery';
export const iban = 'FR76 9999 9999 9900 0000 0000 056';

export type Demo = Awaited<ReturnType<typeof startDemo>>;

/** Rates that a test closes years by; nobody published these. */
const semesters = Object.fromEntries(
  ['2022', '2023', '2024', '2025', '2026'].flatMap((year) => [
    [`${year}S1`, '3.00'],
    [`${year}S2`, '3.00'],
  ]),
);

/** A co-op with invented members, and its command line. Of `year` are its movements; December is not closed yet. */
export async function startDemo(members: number) {
  const rules = { tmo_plus: { semesters } };
  const suite = await startSuite({ settings: { coop: { banks: { main: iban }, rules } } });
  const path = (name: string) => join(suite.folder, name);
  const config = path('typed.yaml');
  // Its data folder is nobody's: commands open the rooms that they are given here.
  writeFileSync(config, `coop: { domain: coop.localhost }\ndata: ${path('nowhere')}\n`);
  const commands = coopCommands.map((command) =>
    asCommand(command, async () => ({ services: suite.rooms, close: async () => {} })),
  );
  /** `myco …` as it is typed; `as`: who answers for it. */
  async function type(line: readonly string[], as?: string) {
    const [out, err]: [string[], string[]] = [[], []];
    const by = as === undefined ? [] : ['--as', as, '--password-stdin'];
    const io = {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      stdin: Readable.from([`${password}\n`]),
      ...{ env: { config }, working: suite.folder, signal: new AbortController().signal },
    };
    const status = await runCli(commands, [...line, ...by], io, { version: '0' });
    return { status, out: out.join(''), err: err.join('') };
  }
  /** What it answers to a script: one line. */
  const json = async (line: readonly string[], as?: string) =>
    JSON.parse((await type([...line, '--json'], as)).out);
  const year = 2025;
  const fill = ['--members', String(members), '--year', String(year), '--statement', 'statement.xml'];
  const { error } = await json(['demo', ...fill, '--password-stdin']);
  if (error !== undefined) throw new Error(error.message);
  return { suite, year, path, type, json };
}
