import { CommanderError, Command as Line } from 'commander';
import { messageOf, StoreError } from '../base/index.ts';
import { SettingsError } from '../settings/index.ts';
import type { Command, Outcome } from './command.ts';
import { exits, type Status, UsageError } from './exit.ts';
import type { Io } from './io.ts';

export interface About {
  readonly version: string;
}

/** What each first word of two is about, for the help. */
const groups: Readonly<Record<string, string>> = {
  config: 'the configuration file',
  member: 'members and their passwords',
  domain: 'the domains of the co-op',
  dns: 'what stands in the DNS for mail',
  mail: 'whether mail goes through',
  alias: 'addresses that lead to other addresses',
  dkim: 'the keys that sign mail',
  files: 'what members keep and share',
  reports: 'what others report about our mail',
};

/**
 * Runs one command line and answers the status to exit with. Never throws: a refusal is one sentence on standard
 * error, or with `--json` one line `{"error":{"reason","message"}}` on standard output.
 */
export async function runCli(
  commands: readonly Command[],
  argv: readonly string[],
  io: Io,
  about: About,
): Promise<Status> {
  let status: Status = 0;
  const program = describeProgram(io, about);
  const families = new Map<string, Line>();
  for (const command of commands) {
    const [first, second] = command.name;
    const line =
      second === undefined ? program.command(first) : family(program, families, first).command(second);
    declare(line, command).action(async () => {
      status = await run(command, line, io);
    });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    // Commander has written what it had to say; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

function describeProgram(io: Io, about: About): Line {
  const statuses = exits.map(({ status, meaning }) => `  ${status}  ${meaning}`).join('\n');
  return new Line('myco')
    .description('Mail, calendars, contacts, files, chat, votes and pay for a co-operative, in one process')
    .version(about.version)
    .helpCommand(false)
    .addHelpText('after', `\nExit status:\n${statuses}`)
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError('(--help shows what is possible)')
    .exitOverride();
}

function family(program: Line, families: Map<string, Line>, name: string): Line {
  let line = families.get(name);
  if (!line) {
    line = program.command(name).description(groups[name] ?? '');
    families.set(name, line);
  }
  return line;
}

function declare(line: Line, command: Command): Line {
  line.description(command.summary);
  for (const { name, summary, optional, many } of command.parameters ?? []) {
    const inner = `${name}${many ? '...' : ''}`;
    line.argument(optional ? `[${inner}]` : `<${inner}>`, summary);
  }
  for (const { name, summary, value, many } of command.options ?? []) {
    line.option(`--${name}${value === undefined ? '' : ` <${value}${many ? '...' : ''}>`}`, summary);
  }
  return line
    .option(
      '--config <FILE>',
      'the configuration (else MYCO_CONFIG, else config/myco.yaml, else the defaults)',
    )
    .option('--json', 'answer in JSON, one line');
}

async function run(command: Command, line: Line, io: Io): Promise<Status> {
  const { config, json, ...options } = line.opts<Record<string, unknown>>();
  const args: Record<string, unknown> = { ...options };
  for (const [index, { name }] of (command.parameters ?? []).entries()) {
    const value: unknown = line.processedArgs[index];
    if (value !== undefined) args[name] = value;
  }
  try {
    const outcome = await command.run({
      args,
      config: typeof config === 'string' ? config : undefined,
      json: json === true,
      io,
    });
    if (outcome) say(outcome, json === true, io);
    return outcome?.status ?? 0;
  } catch (error) {
    return refuse(error, json === true, io);
  }
}

function say(outcome: Outcome, json: boolean, io: Io): void {
  const text = json ? JSON.stringify(outcome.json) : outcome.text;
  if (text !== '') io.out(text.endsWith('\n') ? text : `${text}\n`);
}

function refuse(error: unknown, json: boolean, io: Io): Status {
  const status = error instanceof UsageError ? 2 : 1;
  const told = tell(error);
  if (json) io.out(`${JSON.stringify({ error: told })}\n`);
  else io.err(`${error instanceof SettingsError ? '' : 'myco: '}${told.message}\n`);
  return status;
}

/** The reason in one word, and the sentence. What is our own fault comes with its stack. */
function tell(error: unknown): { reason: string; message: string; problems?: unknown } {
  const message = messageOf(error);
  if (error instanceof UsageError) return { reason: 'usage', message };
  if (error instanceof StoreError) return { reason: error.reason, message };
  if (error instanceof SettingsError) return { reason: 'settings', message, problems: error.problems };
  return { reason: 'fault', message: error instanceof Error ? (error.stack ?? message) : message };
}
